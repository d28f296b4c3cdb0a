/* sigmoid and sigmoid_backward: the logistic function.
 *
 *   y = s = 1 / (1 + exp(-x))          grad_x = grad_y s (1 - s)
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Source: Verhulst, "Notice sur la loi que la population suit dans son accroissement", 1838;
 * torch.sigmoid. */
#ifndef KERNELS_ACTIVATION_SIGMOID_H
#define KERNELS_ACTIVATION_SIGMOID_H

#include "kernels/activation/activation.h"

#define SIGMOID_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(sigmoid, SIGMOID_FIELDS);

#endif
