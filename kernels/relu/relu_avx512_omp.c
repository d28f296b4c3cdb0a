#include "kernels/core/vector_avx512.h"

#include "kernels/relu/relu_omp.h"

static void relu_avx512_omp(const struct relu_problem *p, const float *x, float *y) {
    relu_parallel(p, x, y);
}

RELU(avx512_omp, .technique = "avx512, blocks of elements shared out among threads",
     .isa = ISA_AVX512, .uses_threads = true);
