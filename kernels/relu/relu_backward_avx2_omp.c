#include "kernels/core/vector_avx2.h"

#include "kernels/relu/relu_backward_omp.h"

static void relu_backward_avx2_omp(const struct relu_backward_problem *p, const float *grad_y,
                                   const float *x, float *grad_x) {
    relu_backward_parallel(p, grad_y, x, grad_x);
}

RELU_BACKWARD(avx2_omp, .technique = "avx2, blocks of elements shared out among threads",
              .isa = ISA_AVX2, .uses_threads = true);
