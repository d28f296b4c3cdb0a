#include "kernels/core/vector_avx512.h"

#include "kernels/relu/relu_backward_omp.h"

static void relu_backward_avx512_omp(const struct relu_backward_problem *p, const float *grad_y,
                                     const float *x, float *grad_x) {
    relu_backward_parallel(p, grad_y, x, grad_x);
}

RELU_BACKWARD(avx512_omp, .technique = "avx512, blocks of elements shared out among threads",
              .isa = ISA_AVX512, .uses_threads = true);
