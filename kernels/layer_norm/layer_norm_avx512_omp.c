#include "kernels/core/vector_avx512.h"

#include "kernels/layer_norm/layer_norm_omp.h"

static void layer_norm_avx512_omp(const struct layer_norm_problem *p, const float *x,
                                  const float *weight, const float *bias, float *y, float *mean,
                                  float *rstd) {
    layer_norm_parallel(p, x, weight, bias, y, mean, rstd);
}

LAYER_NORM(avx512_omp,
           .technique = "the avx512 rows (or parts of few long rows) shared among threads",
           .isa = ISA_AVX512, .uses_threads = true, .accumulation = LAYER_NORM_ACCUMULATION);
