/* gelu and gelu_backward: the Gaussian error linear unit, exact or by a tangent.
 *
 *   approximate=none, Phi and phi the normal distribution and its density:
 *     y = x Phi(x)
 *     grad_x = grad_y (Phi(x) + x phi(x))
 *   approximate=tanh, v = 2 sqrt(2 / pi) (x + 0.044715 x^3), s(v) = 1 / (1 + exp(-v)):
 *     y = x (1 + tanh(v / 2)) / 2 = x s(v)
 *     grad_x = grad_y (s(v) + x s(v) s(-v) v')
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Source: Hendrycks, Gimpel, "Gaussian error linear units (GELUs)", 2016;
 * torch.nn.functional.gelu. */
#ifndef KERNELS_ACTIVATION_GELU_H
#define KERNELS_ACTIVATION_GELU_H

#include "kernels/activation/activation.h"

enum { GELU_NONE, GELU_TANH };

#define GELU_FIELDS(INT, REAL, FLAG, CHOICE)                                                       \
    ACTIVATION_N(INT)                                                                              \
    CHOICE(approximate, GELU_NONE, "none|tanh", "Phi itself, or by a hyperbolic tangent")
ACTIVATION(gelu, GELU_FIELDS);

#endif
