#include "kernels/core/vmath_avx2.h"

#include "kernels/softmax/softmax_vector.h"

static void softmax_online_avx2(const struct softmax_problem *p, const float *x, float *y) {
    softmax_range(p, x, y, 0, softmax_units(p), row_online);
}

SOFTMAX(online_avx2,
        .technique = "maximum and sum in one pass with rare rescaling, then exp and scale",
        .isa = ISA_AVX2, .accumulation = SOFTMAX_ACCUMULATION);
