/* Register tiles on the matrices as they lie, nothing packed. For gemm_small_<isa>.c. */
#ifndef KERNELS_DENSE_GEMM_SMALL_H
#define KERNELS_DENSE_GEMM_SMALL_H

#include "kernels/dense/gemm_plan.h"

static inline void small_run(const struct gemm_problem *p, enum isa isa, const float *a,
                             const float *b, float *c, void *workspace) {
    for (int64_t e = 0; e < p->batch; e++) {
        const struct gemm_product q = gemm_entry(p, a, b, c, e);
        const struct pgemm g = gemm_pgemm(&q, pgemm_kernel_for(isa), PGEMM_DIRECT, PGEMM_DIRECT);
        pgemm_run(&g, workspace);
    }
}

static inline const char *small_supports(const void *problem) {
    const struct gemm_problem *p = problem;
    if (p->trans_b && p->n != 1 && p->k != 1)
        return "reads b where it lies, so its rows have to be contiguous: trans_b=0";
    return NULL;
}

#endif
