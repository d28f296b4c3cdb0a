#include "kernels/core/vector_avx512.h"

#include "kernels/layer_norm/layer_norm_vector.h"

static void layer_norm_avx512(const struct layer_norm_problem *p, const float *x,
                              const float *weight, const float *bias, float *y, float *mean,
                              float *rstd) {
    layer_norm_range(p, x, weight, bias, y, mean, rstd, 0, p->rows);
}

LAYER_NORM(avx512, .technique = "two passes with corrected mean and variance, row in cache",
           .isa = ISA_AVX512, .accumulation = LAYER_NORM_ACCUMULATION);
