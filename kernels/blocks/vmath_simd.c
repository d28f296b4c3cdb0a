/* The array forms of vmath_functions.h and their table, for the one file of each instruction set
 * that includes this. */
#ifndef KERNELS_CORE_VMATH_ARRAYS_H
#define KERNELS_CORE_VMATH_ARRAYS_H

#include <math.h>
#include <stddef.h>

extern const struct vmath_function vmath_avx2[], vmath_avx512[];

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

#define VMATH_ARRAYS                                                                               \
    {                                                                                              \
        {"exp", "exp", VMATH_ULP_EXP, -INFINITY, INFINITY, apply_exp},                             \
            {"exp_low", "exp", VMATH_ULP_EXP, -INFINITY, 64, apply_exp_low},                       \
            {"log", "log", VMATH_ULP_LOG, -INFINITY, INFINITY, apply_log},                         \
            {"tanh", "tanh", VMATH_ULP_TANH, -INFINITY, INFINITY, apply_tanh},                     \
            {"sigmoid", "sigmoid", VMATH_ULP_SIGMOID, -INFINITY, INFINITY, apply_sigmoid}, {       \
            NULL, NULL, 0, 0, 0, NULL                                                              \
        }                                                                                          \
    }

#endif
