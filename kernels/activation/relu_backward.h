/* relu_backward: the gradient of y = max(0, x) with respect to x.
 *
 *   grad_x = x <= 0 ? 0 : grad_y
 *   grad_y, x, grad_x  [n]
 *
 * Alignment: float. Aliasing: grad_x overlaps neither input. Thread safety: reentrant, no state.
 * The kink belongs to the left: at x = 0 (either zero) the gradient is 0.
 * NaN, Inf (as torch's threshold_backward, which autograd of relu calls): where x <= 0 the result
 * is 0 whatever grad_y is, NaN included; a NaN x is not <= 0, so grad_y passes unchanged. n = 0:
 * nothing is written. */
#ifndef KERNELS_ACTIVATION_RELU_BACKWARD_H
#define KERNELS_ACTIVATION_RELU_BACKWARD_H

#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

#define RELU_BACKWARD_FIELDS(INT, REAL, FLAG, CHOICE) INT(n, 4096, 0, INT64_C(1) << 36, "elements")
PROBLEM_STRUCT(relu_backward, RELU_BACKWARD_FIELDS);

enum { RELU_BACKWARD_GRAD_Y, RELU_BACKWARD_X, RELU_BACKWARD_GRAD_X };

typedef void relu_backward_kernel(const struct relu_backward_problem *p, const float *grad_y,
                                  const float *x, float *grad_x);

/* What every implementation keeps: relu_backward_laws.c. */
enum { RELU_BACKWARD_LAWS = 6 };
extern const struct property relu_backward_laws[RELU_BACKWARD_LAWS];

#endif
