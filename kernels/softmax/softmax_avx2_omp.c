#include "kernels/core/vmath_avx2.h"

#include "kernels/softmax/softmax_omp.h"

static void softmax_avx2_omp(const struct softmax_problem *p, const float *x, float *y) {
    softmax_parallel(p, x, y);
}

SOFTMAX(avx2_omp,
        .technique = "the avx2 paths, rows (or parts of few long rows) shared among threads",
        .isa = ISA_AVX2, .uses_threads = true, .accumulation = SOFTMAX_ACCUMULATION);
