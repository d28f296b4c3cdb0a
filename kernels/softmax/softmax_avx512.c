#include "kernels/core/vmath_avx512.h"

#include "kernels/softmax/softmax_vector.h"

static void softmax_avx512(const struct softmax_problem *p, const float *x, float *y) {
    softmax_range(p, x, y, 0, softmax_units(p), row_best);
}

SOFTMAX(avx512, .technique = "by row length: in registers, three passes in cache, or online",
        .isa = ISA_AVX512, .accumulation = SOFTMAX_ACCUMULATION);
