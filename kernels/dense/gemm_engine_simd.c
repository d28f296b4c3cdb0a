/* The choice of path. The limits were measured on a Sapphire Rapids class machine. */
#include "kernels/dense/gemm_engine.h"
#include "kernels/dense/gemm_skinny_simd.h"

enum {
    NEAR_A = 512, /* floats between rows that do not compete for lines of the L1 cache */
    NEAR_B = 256,
    FAR_B = 3 << 17,       /* floats of a B that comes from beyond the L2 cache */
    STREAM_M = 24,         /* rows of A, at most */
    STREAM_K = 64,         /* rows of such a B worked at a time */
    STREAM_MOST = 1 << 16, /* terms for which that many blocks keep GEMM_ENGINE_ACCUMULATION */
};

/* B comes from beyond L2, in pieces of rows that lie far apart. */
static bool path_far(const struct gemm_product *q) {
    return q->b_column == 1 && q->b_row > NEAR_B && q->k * q->b_row > FAR_B;
}

/* A few rows times a far B: reading it, once, costs as much as the arithmetic. Few rows of it at a
 * time: each is a stream that the hardware follows, as long as there are not too many to tell
 * apart, and what one tile has read is still in L1 for the next. */
static bool path_streams(const struct gemm_product *q) {
    return path_far(q) && q->a_column == 1 && q->m <= STREAM_M && q->k <= STREAM_MOST;
}

/* Packing an operand pays when its panels are used often and its rows lie so far apart that they
 * compete for the same lines of the L1 cache. B can be read in place only if its rows are
 * contiguous. `kernel` has to live as long as the plan. */
static struct pgemm path_plan(const struct gemm_product *q, struct pgemm_kernel *kernel) {
    *kernel = *pgemm_kernel_for(SIMD_ISA);
    const int64_t a_stride = q->a_column == 1 ? q->a_row : q->a_column, few = 4 * kernel->mr;
    const bool streams = path_streams(q);
    const bool a_in_place = a_stride <= NEAR_A || q->n <= 4 * kernel->nr || q->m <= few;
    const bool b_in_place =
        streams || (q->b_column == 1 && (q->b_row <= NEAR_B || (q->m <= few && !path_far(q))));
    if (streams) kernel->kc = STREAM_K;
    return gemm_pgemm(q, kernel, a_in_place ? PGEMM_DIRECT : PGEMM_PACK,
                      b_in_place ? PGEMM_DIRECT : PGEMM_PACK);
}

static size_t path_bytes(const struct gemm_product *q, int parts) {
    struct pgemm_kernel kernel;
    const struct pgemm g = path_plan(q, &kernel);
    return skinny_fits(q) ? 0 : pgemm_parts_workspace_bytes(&g, parts);
}

static void path_run(const struct gemm_product *q, int part, int parts, void *workspace) {
    if (skinny_fits(q)) {
        skinny_run_part(q, part, parts);
    } else {
        struct pgemm_kernel kernel;
        const struct pgemm g = path_plan(q, &kernel);
        pgemm_run_part(&g, part, parts, workspace);
    }
}

const struct gemm_engine SIMD(gemm_engine) = {path_bytes, path_run};
