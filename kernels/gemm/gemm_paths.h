/* The choice of path, written once for both instruction sets. Included after gemm_skinny.h; the
 * including file says kernel_isa. The limits were measured on a Sapphire Rapids class machine. */
#ifndef KERNELS_GEMM_GEMM_PATHS_H
#define KERNELS_GEMM_GEMM_PATHS_H

#include "kernels/gemm/gemm_engine.h"

/* Packing an operand pays when its panels are used often enough: A's once per nr columns, B's once
 * per mr rows. B can be read in place only when its columns are contiguous. */
static inline struct pgemm path_plan(const struct gemm_product *q) {
    const struct pgemm_kernel *const kernel = pgemm_kernel_for(kernel_isa);
    const bool a_in_place = q->n <= 4 * kernel->nr || q->m * q->k <= 128 * 128;
    const bool b_in_place =
        q->b_column == 1 && (q->m <= 2 * kernel->mr || q->k * q->n <= 128 * 128);
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
