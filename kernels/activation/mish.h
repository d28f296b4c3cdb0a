/* mish and mish_backward: x tanh(softplus(x)).
 *
 *   y = x t, t = tanh(log(1 + exp(x)))          grad_x = grad_y (t + x (1 - t^2) s),
 *                                                  s = 1 / (1 + exp(-x))
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Source: Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020;
 * torch.nn.functional.mish. */
#ifndef KERNELS_ACTIVATION_MISH_H
#define KERNELS_ACTIVATION_MISH_H

#include "kernels/activation/activation.h"

#define MISH_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(mish, MISH_FIELDS);

#endif
