#include "kernels/activation/activation_simd.h"
#include "kernels/activation/softplus.h"
#include "kernels/blocks/vmath_functions.h"

/* |x| >= 8: max(x, 0) + log(1 + e), e = exp(-|x|) */
static ALWAYS_INLINE vfloat long_way(vfloat x) {
    const vfloat e = vexp(vsub(vset(0), vabs(x)));
    const vfloat less = vfnma(e, vset(0x1.555556p-2f), vset(0.5f)); /* 1/2 - e / 3 */
    return vadd(vmax(vset(0), x), vfnma(vmul(e, less), e, e));
}
static ALWAYS_INLINE vfloat value(vfloat x) {
    const vmask outside = activation_outside(&piecewise_softplus, x);
    return ACTIVATION_UNLESS(outside, long_way(x), activation_of_unit(&piecewise_softplus, x));
}
ACTIVATION_SIMD(softplus, "polynomials by segments, masked tail", value(x));

static ALWAYS_INLINE vfloat damped(vfloat grad_y, vfloat x) {
    const struct activation_logistic s = activation_logistic(x, vset(0));
    return activation_damped(grad_y, &s, vset(1));
}
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
#if ASSAY_LANES == 16
    const vmask outside = activation_outside(&piecewise_sigmoid, x);
    const vfloat y = vmul(grad_y, activation_of_step(&piecewise_sigmoid, x));
#else
    const vmask outside = vlt(x, vset(ACTIVATION_DEEP));
    const vfloat y = vdiv(grad_y, activation_denominator(x));
#endif
    return ACTIVATION_UNLESS(outside, damped(grad_y, x), y);
}
ACTIVATION_BACKWARD_SIMD(softplus_backward, ACTIVATION_SLOPE_TECHNIQUE, gradient(grad_y, x));
