/* tanh and tanh_backward: the hyperbolic tangent.
 *
 *   y = tanh(x)          grad_x = grad_y (1 - tanh(x)^2)
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Source: torch.tanh. */
#ifndef KERNELS_ACTIVATION_TANH_H
#define KERNELS_ACTIVATION_TANH_H

#include "kernels/activation/activation.h"

#define TANH_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(tanh, TANH_FIELDS);

#endif
