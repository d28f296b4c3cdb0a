/* libxsmm's generated kernels for small matrices. It counts columns first, so c' = b' a'. */
#include <libxsmm.h>

#include "kernels/dense/gemm.h"

/* The kernel of the last problem seen. */
static struct {
    struct gemm_problem problem;
    libxsmm_smmfunction kernel;
} plan;

static libxsmm_smmfunction kernel_for(const struct gemm_problem *p) {
    const struct gemm_problem *q = &plan.problem;
    if (plan.kernel && q->m == p->m && q->n == p->n && q->k == p->k && q->beta == p->beta)
        return plan.kernel;
    const int m = (int)p->m, n = (int)p->n, k = (int)p->k, flags = LIBXSMM_GEMM_FLAG_NONE;
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    plan.kernel = libxsmm_smmdispatch(n, m, k, &n, &k, &n, &alpha, &beta, &flags, NULL);
    plan.problem = *p;
    return plan.kernel;
}

static const char *supports(const void *problem) {
    const struct gemm_problem *p = problem;
    if (p->trans_a || p->trans_b) return "libxsmm generates no transposed products";
    if (p->alpha != 1 || (p->beta != 0 && p->beta != 1))
        return "libxsmm: alpha=1, beta=0 or 1 only";
    if (p->m == 0 || p->n == 0 || p->k == 0) return "libxsmm: no empty dimensions";
    if ((double)p->m * (double)p->n * (double)p->k > LIBXSMM_CONFIG_MAX_MNK)
        return "libxsmm is for small matrices: m*n*k at most 64^3";
    return kernel_for(p) ? NULL : "libxsmm generates no kernel for this shape";
}

static const char *start(void) {
    libxsmm_init();
    return NULL;
}

static void gemm_libxsmm(const struct gemm_problem *p, const float *a, const float *b, float *c,
                         void *workspace) {
    const libxsmm_smmfunction kernel = kernel_for(p);
    (void)workspace;
    for (int64_t e = 0; e < p->batch; e++, a += p->m * p->k, b += p->k * p->n, c += p->m * p->n)
        kernel(b, a, c);
}

IMPL(gemm, libxsmm, .technique = "libxsmm, kernels generated for the shape", .peer = true,
     .supports = supports, .start = start);
