#include "kernels/dense/gemm.h"

static float dot(const float *a, int64_t a_step, const float *b, int64_t b_step, int64_t count) {
    float sum = 0;
    for (int64_t i = 0; i < count; i++) sum += a[i * a_step] * b[i * b_step];
    return sum;
}

static void gemm_naive(const struct gemm_problem *p, const float *a, const float *b, float *c,
                       void *workspace) {
    const int64_t m = p->m, n = p->n, k = p->alpha == 0 ? 0 : p->k;
    const int64_t a_row = p->trans_a ? 1 : p->k, a_column = p->trans_a ? m : 1;
    const int64_t b_row = p->trans_b ? 1 : n, b_column = p->trans_b ? p->k : 1;
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    (void)workspace;
    for (int64_t e = 0; e < p->batch; e++, a += m * p->k, b += p->k * n, c += m * n)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) {
                const float sum = dot(a + i * a_row, a_column, b + j * b_column, b_row, k);
                float *const to = c + i * n + j;
                *to = beta == 0 ? alpha * sum : alpha * sum + beta * *to;
            }
}

IMPL(gemm, naive, .technique = "one dot product per element");
