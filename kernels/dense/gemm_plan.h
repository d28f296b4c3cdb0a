/* A gemm problem as products of strided matrices, and those as runs of the packed building block.
 * Shared by the implementations that stand on it. */
#ifndef KERNELS_DENSE_GEMM_PLAN_H
#define KERNELS_DENSE_GEMM_PLAN_H

#include "kernels/blocks/pgemm.h"
#include "kernels/dense/gemm.h"

/* One product: element (i, p) of A is a[i * a_row + p * a_column], and so on; C's columns are
 * contiguous. alpha = 0 has become k = 0. */
struct gemm_product {
    int64_t m, n, k;
    float alpha, beta;
    const float *a, *b;
    int64_t a_row, a_column, b_row, b_column;
    float *c;
    int64_t c_row;
};

/* Entry `index` of the batch. */
static inline struct gemm_product gemm_entry(const struct gemm_problem *p, const float *a,
                                             const float *b, float *c, int64_t index) {
    const int64_t m = p->m, n = p->n, k = p->k;
    return (struct gemm_product){
        .m = m,
        .n = n,
        .k = p->alpha == 0 ? 0 : k,
        .alpha = (float)p->alpha,
        .beta = (float)p->beta,
        .a = a ? a + index * m * k : a,
        .b = b ? b + index * k * n : b,
        .a_row = p->trans_a ? 1 : k,
        .a_column = p->trans_a ? m : 1,
        .b_row = p->trans_b ? 1 : n,
        .b_column = p->trans_b ? k : 1,
        .c = c ? c + index * m * n : c,
        .c_row = n,
    };
}

static inline struct pgemm gemm_pgemm(const struct gemm_product *q,
                                      const struct pgemm_kernel *kernel, enum pgemm_form a,
                                      enum pgemm_form b) {
    return (struct pgemm){
        .kernel = kernel,
        .m = q->m,
        .n = q->n,
        .k = q->k,
        .alpha = q->alpha,
        .beta = q->beta,
        .a = {.form = a, .data = q->a, .row = q->a_row, .column = q->a_column},
        .b = {.form = b, .data = q->b, .row = q->b_row, .column = q->b_column},
        .c = q->c,
        .c_row = q->c_row,
    };
}

#endif
