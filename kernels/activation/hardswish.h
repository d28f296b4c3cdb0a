/* hardswish and hardswish_backward: a stand-in for silu of a parabola and lines.
 *
 *   y = x min(max(x + 3, 0), 6) / 6
 *   grad_x = grad_y (x < -3 ? 0 : x > 3 ? 1 : x / 3 + 1 / 2)
 *
 * Shapes, alignment, aliasing, NaN, Inf: activation.h.
 * Left open: grad_x where x is -3 or 3, a kink.
 * Source: Howard et al., "Searching for MobileNetV3", ICCV 2019; torch.nn.functional.hardswish. */
#ifndef KERNELS_ACTIVATION_HARDSWISH_H
#define KERNELS_ACTIVATION_HARDSWISH_H

#include "kernels/activation/activation.h"

#define HARDSWISH_FIELDS(INT, REAL, FLAG, CHOICE) ACTIVATION_N(INT)
ACTIVATION(hardswish, HARDSWISH_FIELDS);

#endif
