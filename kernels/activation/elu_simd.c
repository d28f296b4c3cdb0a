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

static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x, float alpha) {
#if ASSAY_LANES == 16
    const vmask outside = vlt(x, vset(piecewise_elu_slope.first));
    const vfloat power = piecewise(&piecewise_elu_slope, x);
#else
    const vmask outside = vlt(x, vset(ACTIVATION_DEEP));
    const vfloat power = vexp_plus(x, 0);
#endif
    const vfloat slope = vselect(vlt(vset(0), x), vset(1), vmul(vset(alpha), power));
    return ACTIVATION_UNLESS(outside, activation_exponential(grad_y, x, alpha),
                             vmul(grad_y, slope));
}
ACTIVATION_BACKWARD_SIMD(elu_backward, ACTIVATION_SLOPE_TECHNIQUE,
                         gradient(grad_y, x, (float)p->alpha));
