/* selu and selu_backward: the scaled exponential linear unit, whose scales keep mean 0 and
 * variance 1 from layer to layer.
 *
 *   y = scale (x > 0 ? x : alpha (exp(x) - 1))
 *   grad_x = grad_y scale (x > 0 ? 1 : alpha exp(x))
 *
 * scale = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717.
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks", NIPS 2017;
 * torch.nn.functional.selu. */
#ifndef KERNELS_ACTIVATION_SELU_H
#define KERNELS_ACTIVATION_SELU_H

#include "kernels/activation/activation.h"

#define SELU_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(selu, SELU_FIELDS);

#define SELU_SCALE 1.0507009873554804934193349852946
#define SELU_BELOW (SELU_SCALE * 1.6732632423543772848170429916717) /* minus the value at -Inf */

#endif
