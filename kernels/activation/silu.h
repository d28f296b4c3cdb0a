/* silu and silu_backward: the sigmoid-weighted linear unit (swish).
 *
 *   y = x s, s = 1 / (1 + exp(-x))          grad_x = grad_y s (1 + x (1 - s))
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Source: Elfwing, Uchibe, Doya, "Sigmoid-weighted linear units for neural network function
 * approximation in reinforcement learning", Neural Networks 107 (2018); torch.nn.functional.silu.
 */
#ifndef KERNELS_ACTIVATION_SILU_H
#define KERNELS_ACTIVATION_SILU_H

#include "kernels/activation/activation.h"

#define SILU_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(silu, SILU_FIELDS);

#endif
