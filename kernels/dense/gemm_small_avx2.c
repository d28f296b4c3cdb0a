#include "kernels/dense/gemm_small.h"

static void gemm_small_avx2(const struct gemm_problem *p, const float *a, const float *b, float *c,
                            void *workspace) {
    small_run(p, ISA_AVX2, a, b, c, workspace);
}

IMPL(gemm, small_avx2, .technique = "register tiles on the matrices as they lie, nothing packed",
     .isa = ISA_AVX2, .accumulation = {.summation = SUM_BLOCKED, .lanes = PGEMM_KC_MOST},
     .supports = small_supports);
