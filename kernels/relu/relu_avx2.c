#include "kernels/core/vector_avx2.h"

#include "kernels/relu/relu_range.h"

static void relu_avx2(const struct relu_problem *p, const float *x, float *y) {
    relu_range(x, y, p->n, past_caches(p->n));
}

RELU(avx2, .technique = "vector maximum, 8 elements per instruction, masked tail", .isa = ISA_AVX2);
