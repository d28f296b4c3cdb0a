/* elu and elu_backward: the exponential linear unit.
 *
 *   y = x > 0 ? x : alpha (exp(x) - 1)          grad_x = grad_y (x > 0 ? 1 : alpha exp(x))
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Source: Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by
 * exponential linear units (ELUs)", ICLR 2016; torch.nn.functional.elu. */
#ifndef KERNELS_ACTIVATION_ELU_H
#define KERNELS_ACTIVATION_ELU_H

#include "kernels/activation/activation.h"

#define ELU_FIELDS(INT, REAL, FLAG, CHOICE)                                                        \
    ACTIVATION_N(INT)                                                                              \
    REAL(alpha, 1.0, 0.0, 100.0, "minus the value at -Inf")
ACTIVATION(elu, ELU_FIELDS);

#endif
