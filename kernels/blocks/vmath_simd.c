/* The array forms of vmath_functions.h and their table, for this instruction set. */
#include <math.h>
#include <stddef.h>

#include "kernels/blocks/vmath_functions.h"

#define VMATH_ARRAY(name, function)                                                                \
    static void name(const float *x, float *y, int64_t count) {                                    \
        for (int64_t i = 0; i < count; i += VLANES) {                                              \
            const vmask mask = vfirst(count - i < VLANES ? count - i : VLANES);                    \
            vstore_masked(y + i, mask, function(vload_masked(x + i, mask, vset(0))));              \
        }                                                                                          \
    }
VMATH_ARRAY(apply_exp, vexp)
VMATH_ARRAY(apply_exp_low, vexp_low)
VMATH_ARRAY(apply_log, vlog)
VMATH_ARRAY(apply_tanh, vtanh)
VMATH_ARRAY(apply_sigmoid, vsigmoid)

extern const struct vmath_function SIMD(vmath)[];
const struct vmath_function SIMD(vmath)[] = {
    {"exp", "exp", VMATH_ULP_EXP, -INFINITY, INFINITY, apply_exp},
    {"exp_low", "exp", VMATH_ULP_EXP, -INFINITY, 64, apply_exp_low},
    {"log", "log", VMATH_ULP_LOG, -INFINITY, INFINITY, apply_log},
    {"tanh", "tanh", VMATH_ULP_TANH, -INFINITY, INFINITY, apply_tanh},
    {"sigmoid", "sigmoid", VMATH_ULP_SIGMOID, -INFINITY, INFINITY, apply_sigmoid},
    {NULL, NULL, 0, 0, 0, NULL},
};
