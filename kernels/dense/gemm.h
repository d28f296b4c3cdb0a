/* gemm: c = alpha op(a) op(b) + beta c, op(x) = x or its transpose; a batch of them.
 *
 *   a  [batch, m, k], or [batch, k, m] with trans_a      row-major, contiguous
 *   b  [batch, k, n], or [batch, n, k] with trans_b
 *   c  [batch, m, n], in-out
 *
 * alpha = 0 or k = 0: a and b are not read, c = beta c. beta = 0: c is not read, so NaN there does
 * no harm (the BLAS convention). Nothing else is a short cut: a zero of a or b is multiplied, so
 * NaN and Inf of the other operand reach c (0 * Inf is NaN). alpha may be applied to a, to b or to
 * the sum: a result for which one of these overflows, or underflows to 0 that then meets an
 * infinity, is unspecified. m, n or batch = 0: nothing is
 * written. Alignment: float. Aliasing: none of the three overlap. Thread safety: reentrant;
 * `workspace` is one call's own. Source: Dongarra, Du Croz, Hammarling, Duff, "A set of level 3
 * basic linear algebra subprograms", ACM TOMS 16 (1990). */
#ifndef KERNELS_DENSE_GEMM_H
#define KERNELS_DENSE_GEMM_H

#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

#define GEMM_FIELDS(INT, REAL, FLAG, CHOICE)                                                       \
    INT(m, 64, 0, 1 << 24, "rows of c")                                                            \
    INT(n, 64, 0, 1 << 24, "columns of c")                                                         \
    INT(k, 64, 0, 1 << 24, "terms of each sum")                                                    \
    FLAG(trans_a, 0, "a is given as [k, m]")                                                       \
    FLAG(trans_b, 0, "b is given as [n, k]")                                                       \
    REAL(alpha, 1, -1e6, 1e6, "factor of the product")                                             \
    REAL(beta, 0, -1e6, 1e6, "factor of the old c; 0 does not read it")                            \
    INT(batch, 1, 0, 1 << 20, "independent products, one after the other in memory")
PROBLEM_STRUCT(gemm, GEMM_FIELDS);

enum { GEMM_A, GEMM_B, GEMM_C };

typedef void gemm_kernel(const struct gemm_problem *p, const float *a, const float *b, float *c,
                         void *workspace);

/* What every implementation keeps: gemm_laws.c. */
enum { GEMM_LAWS = 10 };
extern const struct property gemm_laws[GEMM_LAWS];

#endif
