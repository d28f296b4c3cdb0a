/* softmax: y = exp(x - max) / sum(exp(x - max)) along one axis.
 *
 *   x, y  [outer, axis_len, inner], row-major; the axis is the middle one, so any axis of any
 * tensor is a case of it. inner = 1 is the contiguous row softmax.
 *
 * Alignment: float. Aliasing: x and y do not overlap. Thread safety: reentrant, no state.
 * NaN, Inf (as torch.nn.functional.softmax): a NaN in a slice makes the whole slice NaN; +Inf makes
 * the slice NaN (Inf - Inf); -Inf gives exactly 0 beside a finite maximum, and a slice of -Inf
 * alone is NaN. axis_len = 0 or outer = 0 or inner = 0: nothing is written. Source: Bridle 1990;
 * the shift by the maximum: Blanchard, Higham, Higham, "Accurately computing the log-sum-exp and
 * softmax functions", IMA J. Numer. Anal. 41 (2021). */
#ifndef KERNELS_SOFTMAX_SOFTMAX_H
#define KERNELS_SOFTMAX_SOFTMAX_H

#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

#define SOFTMAX_FIELDS(INT, REAL, FLAG, CHOICE)                                                    \
    INT(outer, 4, 0, 1 << 24, "slices before the axis")                                            \
    INT(axis_len, 64, 0, 1 << 24, "extent of the normalised axis")                                 \
    INT(inner, 1, 0, 1 << 24, "elements after the axis: the axis's stride")
PROBLEM_STRUCT(softmax, SOFTMAX_FIELDS);

enum { SOFTMAX_X, SOFTMAX_Y };

typedef void softmax_kernel(const struct softmax_problem *p, const float *x, float *y);

/* What every implementation keeps: softmax_laws.c. */
enum { SOFTMAX_LAWS = 6 };
extern const struct property softmax_laws[SOFTMAX_LAWS];

#endif
