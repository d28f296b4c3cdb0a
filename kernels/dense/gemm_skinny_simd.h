/* Thin products without packing: c of few rows, or of one column.
 *
 *   wide   rows of B contiguous: R rows of C by several vectors of columns stay in registers while
 *          the rows of B stream by, each read once.
 *   dots   columns of B contiguous (B transposed): R rows of A against S columns of B, vectors of
 *          partial sums along k, added across at the end. Needs contiguous rows of A.
 *
 * One column of C is one row of its transpose: c' = b' a'. Terms are summed in blocks of
 * SKINNY_BLOCK, at most that many in a chain. */
#ifndef KERNELS_DENSE_GEMM_SKINNY_SIMD_H
#define KERNELS_DENSE_GEMM_SKINNY_SIMD_H

#include "kernels/blocks/repeat.h"
#include "kernels/blocks/simd.h"
#include "kernels/dense/gemm_plan.h"

enum {
    SKINNY_ROWS = VLANES == 16 ? 4 : 2, /* 32 registers hold twice the accumulators of 16 */
    SKINNY_WIDE = 4,
    SKINNY_BLOCK = 1024,
};

/* ---- wide: up to 4 rows by 4 vectors of columns -----------------------------------------------
 */

static inline float *skinny_c(const struct gemm_product *q, int row, int64_t column) {
    return q->c + row * q->c_row + column;
}

/* c = alpha sum + beta c in one vector; beta_now is 1 after the first K block. */
static inline void skinny_store(const struct gemm_product *q, float beta, float *c, vmask mask,
                                vfloat sum) {
    vfloat x = vmul(vset(q->alpha), sum);
    if (beta != 0) x = vfma(vset(beta), vload_masked(c, mask, vset(0)), x);
    vstore_masked(c, mask, x);
}

#define WIDE_SUMS(i)                                                                               \
    vfloat s##i##0 = vset(0), s##i##1 = s##i##0, s##i##2 = s##i##0, s##i##3 = s##i##0;
#define WIDE_STEP(i)                                                                               \
    x = vset(a[i * q->a_row]);                                                                     \
    s##i##0 = vfma(x, b0, s##i##0), s##i##1 = vfma(x, b1, s##i##1);                                \
    s##i##2 = vfma(x, b2, s##i##2), s##i##3 = vfma(x, b3, s##i##3);
#define WIDE_STORE(i)                                                                              \
    skinny_store(q, beta, skinny_c(q, i, j), all, s##i##0);                                        \
    skinny_store(q, beta, skinny_c(q, i, j + VLANES), all, s##i##1);                               \
    skinny_store(q, beta, skinny_c(q, i, j + 2 * VLANES), all, s##i##2);                           \
    skinny_store(q, beta, skinny_c(q, i, j + 3 * VLANES), all, s##i##3);

#define EDGE_SUMS(i) vfloat s##i = vset(0);
#define EDGE_STEP(i) s##i = vfma(vset(a[i * q->a_row]), b0, s##i);
#define EDGE_STORE(i) skinny_store(q, beta, skinny_c(q, i, j), mask, s##i);

/* Columns j.. of R rows, over terms first..first+count-1: four vectors, then a masked one. */
#define SKINNY_WIDE_KERNEL(R)                                                                      \
    static inline void skinny_wide_##R(const struct gemm_product *q, int64_t j, int64_t first,     \
                                       int64_t count, float beta) {                                \
        const float *a = q->a + first * q->a_column, *b = q->b + first * q->b_row + j;             \
        const vmask all = vfirst(VLANES);                                                          \
        vfloat x;                                                                                  \
        ROWS_##R(WIDE_SUMS) for (int64_t p = 0; p < count; p++, a += q->a_column, b += q->b_row) { \
            const vfloat b0 = vload(b), b1 = vload(b + VLANES), b2 = vload(b + 2 * VLANES),        \
                         b3 = vload(b + 3 * VLANES);                                               \
            ROWS_##R(WIDE_STEP)                                                                    \
        }                                                                                          \
        ROWS_##R(WIDE_STORE)                                                                       \
    }                                                                                              \
    static inline void skinny_edge_##R(const struct gemm_product *q, int64_t j, int64_t first,     \
                                       int64_t count, float beta, vmask mask) {                    \
        const float *a = q->a + first * q->a_column, *b = q->b + first * q->b_row + j;             \
        ROWS_##R(EDGE_SUMS) for (int64_t p = 0; p < count; p++, a += q->a_column, b += q->b_row) { \
            const vfloat b0 = vload_masked(b, mask, vset(0));                                      \
            ROWS_##R(EDGE_STEP)                                                                    \
        }                                                                                          \
        ROWS_##R(EDGE_STORE)                                                                       \
    }                                                                                              \
    static inline void skinny_columns_##R(const struct gemm_product *q) {                          \
        const int64_t n = q->n, step = SKINNY_WIDE * VLANES;                                       \
        for (int64_t first = 0; first < q->k || first == 0; first += SKINNY_BLOCK) {               \
            const int64_t count = q->k - first < SKINNY_BLOCK ? q->k - first : SKINNY_BLOCK;       \
            const float beta = first ? 1 : q->beta;                                                \
            int64_t j = 0;                                                                         \
            for (; j + step <= n; j += step) skinny_wide_##R(q, j, first, count, beta);            \
            for (; j < n; j += VLANES)                                                             \
                skinny_edge_##R(q, j, first, count, beta,                                          \
                                vfirst(n - j < VLANES ? n - j : VLANES));                          \
        }                                                                                          \
    }
SKINNY_WIDE_KERNEL(1)
SKINNY_WIDE_KERNEL(2)
SKINNY_WIDE_KERNEL(3)
SKINNY_WIDE_KERNEL(4)

static inline void skinny_wide(struct gemm_product q) {
    for (; q.m > 0;
         q.m -= SKINNY_ROWS, q.a += SKINNY_ROWS * q.a_row, q.c += SKINNY_ROWS * q.c_row) {
        if (q.m == 1) skinny_columns_1(&q);
        if (q.m == 2) skinny_columns_2(&q);
        if (q.m == 3) skinny_columns_3(&q);
        if (q.m >= 4) skinny_columns_4(&q);
    }
}

/* ---- dots: R rows of A by 4 columns of B ------------------------------------------------------
 */

#define DOT_POINTERS(i) const float *const b##i = b + (i < columns ? i : 0) * q->b_column;
#define DOT_SUMS(i)                                                                                \
    vfloat s##i##0 = vset(0), s##i##1 = s##i##0, s##i##2 = s##i##0, s##i##3 = s##i##0;
#define DOT_STEP(i)                                                                                \
    x = vload(a + i * q->a_row + p);                                                               \
    s##i##0 = vfma(x, y0, s##i##0), s##i##1 = vfma(x, y1, s##i##1);                                \
    s##i##2 = vfma(x, y2, s##i##2), s##i##3 = vfma(x, y3, s##i##3);
#define DOT_TAIL(i)                                                                                \
    x = vload_masked(a + i * q->a_row + p, mask, vset(0));                                         \
    s##i##0 = vfma(x, y0, s##i##0), s##i##1 = vfma(x, y1, s##i##1);                                \
    s##i##2 = vfma(x, y2, s##i##2), s##i##3 = vfma(x, y3, s##i##3);
#define DOT_STORE(i)                                                                               \
    skinny_put(q, beta, skinny_c(q, i, j), columns, vreduce_add(s##i##0), vreduce_add(s##i##1),    \
               vreduce_add(s##i##2), vreduce_add(s##i##3));

static inline void skinny_put(const struct gemm_product *q, float beta, float *c, int64_t columns,
                              float s0, float s1, float s2, float s3) {
    const float sum[4] = {s0, s1, s2, s3};
    for (int64_t j = 0; j < columns && j < 4; j++)
        c[j] = beta == 0 ? q->alpha * sum[j] : q->alpha * sum[j] + beta * c[j];
}

#define SKINNY_DOT_KERNEL(R)                                                                       \
    static inline void skinny_dot_##R(const struct gemm_product *q, int64_t j, int64_t first,      \
                                      int64_t count, float beta) {                                 \
        const int64_t columns = q->n - j;                                                          \
        const float *const a = q->a + first, *const b = q->b + j * q->b_column + first;            \
        vfloat x, y0, y1, y2, y3;                                                                  \
        int64_t p = 0;                                                                             \
        ROWS_4(DOT_POINTERS)                                                                       \
        ROWS_##R(DOT_SUMS) for (; p + VLANES <= count; p += VLANES) {                              \
            y0 = vload(b0 + p), y1 = vload(b1 + p), y2 = vload(b2 + p), y3 = vload(b3 + p);        \
            ROWS_##R(DOT_STEP)                                                                     \
        }                                                                                          \
        if (p < count) {                                                                           \
            const vmask mask = vfirst(count - p);                                                  \
            const vfloat zero = vset(0);                                                           \
            y0 = vload_masked(b0 + p, mask, zero), y1 = vload_masked(b1 + p, mask, zero);          \
            y2 = vload_masked(b2 + p, mask, zero), y3 = vload_masked(b3 + p, mask, zero);          \
            ROWS_##R(DOT_TAIL)                                                                     \
        }                                                                                          \
        ROWS_##R(DOT_STORE)                                                                        \
    }
SKINNY_DOT_KERNEL(1)
SKINNY_DOT_KERNEL(2)
SKINNY_DOT_KERNEL(3)
SKINNY_DOT_KERNEL(4)

static inline void skinny_dots(struct gemm_product q) {
    const int64_t block = (int64_t)SKINNY_BLOCK * VLANES; /* SKINNY_BLOCK terms per lane */
    for (; q.m > 0; q.m -= SKINNY_ROWS, q.a += SKINNY_ROWS * q.a_row, q.c += SKINNY_ROWS * q.c_row)
        for (int64_t j = 0; j < q.n; j += 4)
            for (int64_t first = 0; first < q.k || first == 0; first += block) {
                const int64_t count = q.k - first < block ? q.k - first : block;
                const float beta = first ? 1 : q.beta;
                if (q.m == 1) skinny_dot_1(&q, j, first, count, beta);
                if (q.m == 2) skinny_dot_2(&q, j, first, count, beta);
                if (q.m == 3) skinny_dot_3(&q, j, first, count, beta);
                if (q.m >= 4) skinny_dot_4(&q, j, first, count, beta);
            }
}

/* ---- which -----------------------------------------------------------------------------------
 */

/* c' = b' a' */
static inline struct gemm_product skinny_transposed(const struct gemm_product *q) {
    struct gemm_product r = *q;
    r.m = q->n, r.n = q->m;
    r.a = q->b, r.a_row = q->b_column, r.a_column = q->b_row;
    r.b = q->a, r.b_row = q->a_column, r.b_column = q->a_row;
    r.c_row = q->m;
    return r;
}

/* Few rows of C, or one column whose elements lie one after the other. */
static inline bool skinny_fits(const struct gemm_product *q) {
    if (q->n == 1 && q->c_row == 1) return true;
    return q->m <= SKINNY_ROWS && (q->b_column == 1 || q->a_column == 1);
}

/* Columns first..last-1 of the product. */
static inline struct gemm_product skinny_columns(const struct gemm_product *q, int64_t first,
                                                 int64_t last) {
    struct gemm_product r = *q;
    r.n = last - first;
    r.b = q->b + first * q->b_column;
    r.c = q->c + first;
    return r;
}

/* Parts of the columns, in whole cache lines. */
static inline void skinny_run_part(const struct gemm_product *q, int part, int parts) {
    struct gemm_product r = *q;
    if (q->n == 1 && q->c_row == 1) r = skinny_transposed(q);
    const int64_t lines = (r.n + 15) / 16, first = lines * part / parts * 16;
    const int64_t end = lines * (part + 1) / parts * 16, last = end < r.n ? end : r.n;
    if (first >= last) return;
    r = skinny_columns(&r, first, last);
    const bool one_dot = r.n == 1 && r.b_row == 1 && r.a_column == 1;
    if (r.b_column == 1 && !one_dot)
        skinny_wide(r);
    else
        skinny_dots(r);
}

#endif
