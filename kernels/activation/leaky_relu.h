/* leaky_relu and leaky_relu_backward: a rectifier that lets a little of the rest through.
 *
 *   y = x > 0 ? x : negative_slope x          grad_x = x > 0 ? grad_y : negative_slope grad_y
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * grad_x of a NaN x is negative_slope grad_y, as torch has it. y of -Inf with negative_slope = 0 is
 * left open: 0 is the limit, NaN is the product.
 * Source: Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models",
 * ICML 2013; torch.nn.functional.leaky_relu. */
#ifndef KERNELS_ACTIVATION_LEAKY_RELU_H
#define KERNELS_ACTIVATION_LEAKY_RELU_H

#include "kernels/activation/activation.h"

#define LEAKY_RELU_FIELDS(INT, REAL, FLAG, CHOICE)                                                 \
    ACTIVATION_N(INT)                                                                              \
    REAL(negative_slope, 0.01, 0.0, 1.0, "slope below 0")
ACTIVATION(leaky_relu, LEAKY_RELU_FIELDS);

#endif
