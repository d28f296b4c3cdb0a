/* max_pool1d: the maximum of every window of a row.
 *
 *   y[r,o] = max x[r, o * stride .. o * stride + window - 1]
 *   x [n, length], y [n, (length - window) / stride + 1]; no padding, no dilation
 *
 * Alignment: float. Aliasing: x and y do not overlap. Thread safety: reentrant, no state.
 * NaN, Inf (as torch.nn.functional.max_pool1d): a NaN anywhere in a window makes its maximum NaN;
 * infinities are ordinary values; which zero wins a tie of +0 and -0 is left open. The result is
 * one of the inputs, so it is exact. n = 0: nothing is written. window > length is refused. Source:
 * van Herk, "A fast algorithm for local minimum and maximum filters on rectangular and octagonal
 * kernels", Pattern Recognition Letters 13 (1992); Gil and Werman, "Computing 2-D min, median, and
 * max filters", IEEE PAMI 15 (1993). */
#ifndef KERNELS_POOL_MAX_POOL1D_H
#define KERNELS_POOL_MAX_POOL1D_H

#include "kernels/blocks/window.h"
#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

#define MAX_POOL1D_FIELDS(INT, REAL, FLAG, CHOICE)                                                 \
    INT(n, 1, 0, INT64_C(1) << 32, "rows")                                                         \
    INT(length, 4096, 1, INT64_C(1) << 36, "elements of a row")                                    \
    INT(window, 3, 1, INT64_C(1) << 36, "elements of a window, at most length")                    \
    INT(stride, 1, 1, INT64_C(1) << 36, "elements from one window to the next")
PROBLEM_STRUCT(max_pool1d, MAX_POOL1D_FIELDS);

enum { MAX_POOL1D_X, MAX_POOL1D_Y };

static inline int64_t max_pool1d_outputs(const struct max_pool1d_problem *p) {
    return window_outputs(&(struct window){p->length, p->window, p->stride, 1, 0, false});
}

typedef void max_pool1d_kernel(const struct max_pool1d_problem *p, const float *x, float *y,
                               void *workspace);

/* The larger, or the NaN. */
static inline float max_pool1d_larger(float a, float b) { return a > b || a != a ? a : b; }

/* What every implementation keeps: max_pool1d_laws.c. */
enum { MAX_POOL1D_LAWS = 7 };
extern const struct property max_pool1d_laws[MAX_POOL1D_LAWS];

#endif
