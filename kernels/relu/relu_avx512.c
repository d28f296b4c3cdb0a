#include "kernels/core/vector_avx512.h"

#include "kernels/relu/relu_range.h"

static void relu_avx512(const struct relu_problem *p, const float *x, float *y) {
    relu_range(x, y, p->n, past_caches(p->n));
}

RELU(avx512, .technique = "vector maximum, 16 elements per instruction, masked tail",
     .isa = ISA_AVX512);
