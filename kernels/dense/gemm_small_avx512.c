#include "kernels/dense/gemm_small.h"

static void gemm_small_avx512(const struct gemm_problem *p, const float *a, const float *b,
                              float *c, void *workspace) {
    small_run(p, ISA_AVX512, a, b, c, workspace);
}

IMPL(gemm, small_avx512, .technique = "register tiles on the matrices as they lie, nothing packed",
     .isa = ISA_AVX512, .accumulation = {.summation = SUM_BLOCKED, .lanes = PGEMM_KC_MOST},
     .supports = small_supports);
