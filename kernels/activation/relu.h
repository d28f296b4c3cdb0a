/* relu: y = max(0, x), element by element.
 *
 *   x, y  [n]
 *
 * Alignment: float. Aliasing: x and y do not overlap. Thread safety: reentrant, no state.
 * NaN, Inf (as torch.nn.functional.relu): NaN stays NaN, +Inf stays, -Inf gives 0; which zero is
 * left open. n = 0: nothing is written. Source: Nair and Hinton, "Rectified linear units improve
 * restricted Boltzmann machines", ICML 2010. The gradient: relu_backward.h. */
#ifndef KERNELS_ACTIVATION_RELU_H
#define KERNELS_ACTIVATION_RELU_H

#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

#define RELU_FIELDS(INT, REAL, FLAG, CHOICE) INT(n, 4096, 0, INT64_C(1) << 36, "elements")
PROBLEM_STRUCT(relu, RELU_FIELDS);

enum { RELU_X, RELU_Y };

typedef void relu_kernel(const struct relu_problem *p, const float *x, float *y);

/* What every implementation keeps: relu_laws.c. */
enum { RELU_LAWS = 5 };
extern const struct property relu_laws[RELU_LAWS];

#endif
