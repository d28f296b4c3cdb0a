#include "kernels/core/vmath_avx512.h"

#include "kernels/softmax/softmax_omp.h"

static void softmax_avx512_omp(const struct softmax_problem *p, const float *x, float *y) {
    softmax_parallel(p, x, y);
}

SOFTMAX(avx512_omp,
        .technique = "the avx512 paths, rows (or parts of few long rows) shared among threads",
        .isa = ISA_AVX512, .uses_threads = true, .accumulation = SOFTMAX_ACCUMULATION);
