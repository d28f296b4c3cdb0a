/* The choice of path, written once for both instruction sets. Included after gemm_skinny.h; the
 * including file says kernel_isa. The limits were measured on a Sapphire Rapids class machine. */
#ifndef KERNELS_GEMM_GEMM_PATHS_H
#define KERNELS_GEMM_GEMM_PATHS_H

#include "kernels/gemm/gemm_engine.h"

/* Packing an operand pays when its panels are used often and its rows lie so far apart that they
 * compete for the same lines of the L1 cache. B can be read in place only if its rows are
 * contiguous. */
static inline struct pgemm path_plan(const struct gemm_product *q) {
    enum { NEAR_A = 512, NEAR_B = 256 }; /* floats between rows */
    const struct pgemm_kernel *const kernel = pgemm_kernel_for(kernel_isa);
    const int64_t a_stride = q->a_column == 1 ? q->a_row : q->a_column;
    const bool a_in_place = a_stride <= NEAR_A || q->n <= 4 * kernel->nr;
    const bool b_in_place = q->b_column == 1 && (q->b_row <= NEAR_B || q->m <= 4 * kernel->mr);
    return gemm_pgemm(q, kernel, a_in_place ? PGEMM_DIRECT : PGEMM_PACK,
                      b_in_place ? PGEMM_DIRECT : PGEMM_PACK);
}

static inline size_t path_bytes(const struct gemm_product *q, int parts) {
    const struct pgemm g = path_plan(q);
    return skinny_fits(q) ? 0 : pgemm_parts_workspace_bytes(&g, parts);
}

static inline void path_run(const struct gemm_product *q, int part, int parts, void *workspace) {
    if (skinny_fits(q)) {
        skinny_run_part(q, part, parts);
    } else {
        const struct pgemm g = path_plan(q);
        pgemm_run_part(&g, part, parts, workspace);
    }
}

#endif
