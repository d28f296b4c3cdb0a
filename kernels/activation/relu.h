/* relu and relu_backward: the rectifier.
 *
 *   y = max(0, x)          grad_x = x <= 0 ? 0 : grad_y
 *
 * Shapes, alignment, aliasing, Inf, n = 0: activation.h. Both select, and round nothing.
 * The kink belongs to the left: at x = 0 (either zero) the gradient is 0. NaN (as
 * torch.nn.functional.relu, and as threshold_backward, which its autograd calls): where x <= 0
 * grad_x is 0 whatever grad_y is, NaN included; a NaN x is not <= 0, so grad_y passes unchanged.
 * Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML
 * 2010. */
#ifndef KERNELS_ACTIVATION_RELU_H
#define KERNELS_ACTIVATION_RELU_H

#include "kernels/activation/activation.h"

#define RELU_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(relu, RELU_FIELDS);

/* What every implementation keeps, in place of the family's laws: relu_laws.c. */
enum { RELU_LAWS = 5, RELU_BACKWARD_LAWS = 6 };
extern const struct property relu_laws[RELU_LAWS];
extern const struct property relu_backward_laws[RELU_BACKWARD_LAWS];

#endif
