#include "kernels/activation/activation_simd.h"
#include "kernels/activation/elu.h"
#include "kernels/blocks/vmath_functions.h"

/* From -17.4 down exp(x) - 1 rounds to -1. */
static ALWAYS_INLINE vfloat value(vfloat x, vfloat alpha) {
#if ASSAY_LANES == 16
    const vfloat below = piecewise(&piecewise_elu, vmax(vset(piecewise_elu.first), x));
#else
    const vfloat below = vexp_plus(vmax(vset(-18), x), -1);
#endif
    return vselect(vlt(vset(0), x), x, vmul(alpha, below));
}
ACTIVATION_SIMD(elu, ACTIVATION_TECHNIQUE, value(x, vset((float)p->alpha)));

/* grad_y alpha w w, w = exp(x / 2), in an order that neither overflows nor underflows before the
 * result does: factors above 1 are damped by w before they meet grad_y. */
static ALWAYS_INLINE vfloat damped(vfloat grad_y, vfloat x, float alpha) {
    const vmask above = vlt(vset(0), x);
    const vfloat one = vset(1), w = vexp_low(vmul(vset(0.5f), vmin(vset(0), x)));
    const vfloat damped = vmul(vset(alpha > 1 ? alpha : 1), w), small = vset(alpha < 1 ? alpha : 1);
    const vfloat first = vselect(vlt(one, damped), vmul(damped, w), w);
    const vfloat below = vmul(vmul(vmul(grad_y, first), small), vmin(one, damped));
    return vselect(above, grad_y, below);
}
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x, float alpha) {
#if ASSAY_LANES == 16
    const vmask outside = vlt(x, vset(piecewise_elu_slope.first));
    const vfloat power = piecewise(&piecewise_elu_slope, x);
#else
    const vmask outside = vlt(x, vset(ACTIVATION_DEEP));
    const vfloat power = vexp_plus(x, 0);
#endif
    const vfloat slope = vselect(vlt(vset(0), x), vset(1), vmul(vset(alpha), power));
    return ACTIVATION_UNLESS(outside, damped(grad_y, x, alpha), vmul(grad_y, slope));
}
ACTIVATION_BACKWARD_SIMD(elu_backward, ACTIVATION_SLOPE_TECHNIQUE,
                         gradient(grad_y, x, (float)p->alpha));
