/* hardsigmoid and hardsigmoid_backward: a stand-in for sigmoid of three lines.
 *
 *   y = min(max(x + 3, 0), 6) / 6          grad_x = grad_y (-3 < x < 3 ? 1 / 6 : 0)
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Left open: grad_x where x is -3 or 3, a kink.
 * Source: Courbariaux, Bengio, David, "BinaryConnect: training deep neural networks with binary
 * weights during propagations", NIPS 2015; torch.nn.functional.hardsigmoid, whose slope is 1 / 6. */
#ifndef KERNELS_ACTIVATION_HARDSIGMOID_H
#define KERNELS_ACTIVATION_HARDSIGMOID_H

#include "kernels/activation/activation.h"

#define HARDSIGMOID_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(hardsigmoid, HARDSIGMOID_FIELDS);

#endif
