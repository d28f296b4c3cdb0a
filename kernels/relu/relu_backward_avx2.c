#include "kernels/core/vector_avx2.h"

#include "kernels/relu/relu_backward_range.h"

static void relu_backward_avx2(const struct relu_backward_problem *p, const float *grad_y,
                               const float *x, float *grad_x) {
    relu_backward_range(grad_y, x, grad_x, p->n, past_caches(p->n));
}

RELU_BACKWARD(avx2, .technique = "compare and mask, 8 elements per instruction, masked tail",
              .isa = ISA_AVX2);
