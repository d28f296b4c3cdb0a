/* softplus and softplus_backward: a smooth rectifier.
 *
 *   y = log(1 + exp(x))          grad_x = grad_y / (1 + exp(-x))
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Source: Dugas, Bengio, Belisle, Nadeau, Garcia, "Incorporating second-order functional knowledge
 * for better option pricing", NIPS 2000; torch.nn.functional.softplus (whose threshold, beyond
 * which it is x, changes no float32). */
#ifndef KERNELS_ACTIVATION_SOFTPLUS_H
#define KERNELS_ACTIVATION_SOFTPLUS_H

#include "kernels/activation/activation.h"

#define SOFTPLUS_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(softplus, SOFTPLUS_FIELDS);

#endif
