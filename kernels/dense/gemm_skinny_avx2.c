#include "kernels/blocks/vector_avx2.h"
#include "kernels/dense/gemm_skinny.h"

static const char *supports(const void *problem) {
    const struct gemm_product q = gemm_entry(problem, NULL, NULL, NULL, 0);
    if (q.n == 0 || q.m == 0 || skinny_fits(&q)) return NULL;
    return VLANES == 16 ? "for n=1, or m up to 4 without trans_a=1,trans_b=1"
                        : "for n=1, or m up to 2 without trans_a=1,trans_b=1";
}

static void gemm_skinny_avx2(const struct gemm_problem *p, const float *a, const float *b, float *c,
                             void *workspace) {
    (void)workspace;
    for (int64_t e = 0; e < p->batch; e++) {
        const struct gemm_product q = gemm_entry(p, a, b, c, e);
        if (q.m && q.n) skinny_run_part(&q, 0, 1);
    }
}

IMPL(gemm, skinny_avx2, .technique = "few rows or one column: every matrix element streams by once",
     .isa = ISA_AVX2, .accumulation = {.summation = SUM_BLOCKED, .lanes = SKINNY_BLOCK},
     .supports = supports);
