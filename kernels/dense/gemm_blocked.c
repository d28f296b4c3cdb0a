#include "kernels/dense/gemm_plan.h"

static struct pgemm plan(const struct gemm_problem *p, const float *a, const float *b, float *c,
                         int64_t index) {
    const struct gemm_product q = gemm_entry(p, a, b, c, index);
    return gemm_pgemm(&q, pgemm_kernel_for(ISA_SCALAR), PGEMM_PACK, PGEMM_PACK);
}

static size_t workspace_bytes(const void *problem) {
    const struct pgemm g = plan(problem, NULL, NULL, NULL, 0);
    return pgemm_workspace_bytes(&g);
}

static void gemm_blocked(const struct gemm_problem *p, const float *a, const float *b, float *c,
                         void *workspace) {
    for (int64_t e = 0; e < p->batch; e++) {
        const struct pgemm g = plan(p, a, b, c, e);
        pgemm_run(&g, workspace);
    }
}

IMPL(gemm, blocked, .technique = "packed panels, cache blocks, 4x8 tiles in portable C",
     .accumulation = {.summation = SUM_BLOCKED, .lanes = 256}, .workspace_bytes = workspace_bytes);
