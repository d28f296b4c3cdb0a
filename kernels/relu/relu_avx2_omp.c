#include "kernels/core/vector_avx2.h"

#include "kernels/relu/relu_omp.h"

static void relu_avx2_omp(const struct relu_problem *p, const float *x, float *y) {
    relu_parallel(p, x, y);
}

RELU(avx2_omp, .technique = "avx2, blocks of elements shared out among threads", .isa = ISA_AVX2,
     .uses_threads = true);
