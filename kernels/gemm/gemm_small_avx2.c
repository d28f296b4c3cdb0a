#include "kernels/gemm/gemm_plan.h"

static struct pgemm plan(const struct gemm_problem *p, const float *a, const float *b, float *c,
                         int64_t index) {
    const struct gemm_product q = gemm_entry(p, a, b, c, index);
    return gemm_pgemm(&q, pgemm_kernel_for(ISA_AVX2), PGEMM_DIRECT, PGEMM_DIRECT);
}

static void gemm_small_avx2(const struct gemm_problem *p, const float *a, const float *b, float *c,
                            void *workspace) {
    for (int64_t e = 0; e < p->batch; e++) {
        const struct pgemm g = plan(p, a, b, c, e);
        pgemm_run(&g, workspace);
    }
}

static const char *supports(const void *problem) {
    const struct gemm_problem *p = problem;
    if (p->trans_b && p->n != 1 && p->k != 1)
        return "reads b where it lies, so its rows have to be contiguous: trans_b=0";
    return NULL;
}

GEMM(small_avx2, .technique = "register tiles on the matrices as they lie, nothing packed",
     .isa = ISA_AVX2, .accumulation = {.summation = SUM_BLOCKED, .lanes = PGEMM_KC_MOST},
     .supports = supports);
