/* gemm by the fastest path for each shape, and by two of the paths alone. */
#include "kernels/dense/gemm_engine.h"
#include "kernels/dense/gemm_skinny_simd.h"

static size_t workspace_bytes(const void *problem) {
    return gemm_engine_bytes(&SIMD(gemm_engine), problem);
}
static void SIMD(gemm)(const struct gemm_problem *p, const float *a, const float *b, float *c,
                       void *workspace) {
    gemm_engine_run(&SIMD(gemm_engine), p, a, b, c, workspace);
}
IMPL_SIMD(gemm,
          .technique = "packed panels and register tiles; in place when small, streaming when thin",
          .accumulation = GEMM_ENGINE_ACCUMULATION, .workspace_bytes = workspace_bytes);

static const char *small_supports(const void *problem) {
    const struct gemm_problem *p = problem;
    if (p->trans_b && p->n != 1 && p->k != 1)
        return "reads b where it lies, so its rows have to be contiguous: trans_b=0";
    return NULL;
}
static void SIMD(gemm_small)(const struct gemm_problem *p, const float *a, const float *b, float *c,
                             void *workspace) {
    for (int64_t e = 0; e < p->batch; e++) {
        const struct gemm_product q = gemm_entry(p, a, b, c, e);
        const struct pgemm g =
            gemm_pgemm(&q, pgemm_kernel_for(SIMD_ISA), PGEMM_DIRECT, PGEMM_DIRECT);
        pgemm_run(&g, workspace);
    }
}
IMPL_SIMD_OF(gemm, small, .technique = "register tiles on the matrices as they lie, nothing packed",
             .accumulation = {.summation = SUM_BLOCKED, .lanes = PGEMM_KC_MOST},
             .supports = small_supports);

static const char *skinny_supports(const void *problem) {
    const struct gemm_product q = gemm_entry(problem, NULL, NULL, NULL, 0);
    if (q.n == 0 || q.m == 0 || skinny_fits(&q)) return NULL;
    return VLANES == 16 ? "for n=1, or m up to 4 without trans_a=1,trans_b=1"
                        : "for n=1, or m up to 2 without trans_a=1,trans_b=1";
}
static void SIMD(gemm_skinny)(const struct gemm_problem *p, const float *a, const float *b,
                              float *c, void *workspace) {
    (void)workspace;
    for (int64_t e = 0; e < p->batch; e++) {
        const struct gemm_product q = gemm_entry(p, a, b, c, e);
        if (q.m && q.n) skinny_run_part(&q, 0, 1);
    }
}
IMPL_SIMD_OF(gemm, skinny,
             .technique = "few rows or one column: every matrix element streams by once",
             .accumulation = {.summation = SUM_BLOCKED, .lanes = SKINNY_BLOCK},
             .supports = skinny_supports);
