#include "kernels/activation/activation_simd.h"
#include "kernels/activation/silu.h"

/* Outside x / (1 + exp(-x)) is scaled last: sigmoid(x) alone is denormal where x sigmoid(x)
 * is not. */
static ALWAYS_INLINE vfloat value(vfloat x) {
#if ASSAY_LANES == 16
    const vmask outside = activation_outside(&piecewise_silu, x);
    const vfloat y = activation_of_unit(&piecewise_silu, x);
#else
    const vmask outside = vlt(x, vset(ACTIVATION_DEEP));
    const vfloat y = vdiv(x, activation_denominator(x));
#endif
    return ACTIVATION_UNLESS(outside, vsigmoid_times(x, x, vset(0)), y);
}
ACTIVATION_SIMD(silu, ACTIVATION_TECHNIQUE, value(x));

/* sigmoid(-x), not 1 - sigmoid(x), which cancels. */
static ALWAYS_INLINE vfloat damped(vfloat grad_y, vfloat x) {
    const struct activation_logistic s = activation_logistic(x, vset(0));
    const vfloat bounded = vmax(vset(-200), vmin(vset(200), x));
    return activation_damped(grad_y, &s, vfma(bounded, s.other, vset(1)));
}
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
#if ASSAY_LANES == 16
    const vmask outside = activation_outside(&piecewise_silu_slope, x);
    const vfloat slope = activation_of_step(&piecewise_silu_slope, x);
#else
    const vmask outside = vlt(x, vset(ACTIVATION_DEEP));
    const vfloat e = vexp_plus(vmax(vset(-87), vsub(vset(0), x)), 0);
    const vfloat s = vdiv(vset(1), vadd(vset(1), e)), bounded = vmin(vset(87), x);
    const vfloat slope = vmul(s, vfma(vmul(bounded, e), s, vset(1)));
#endif
    return ACTIVATION_UNLESS(outside, damped(grad_y, x), vmul(grad_y, slope));
}
ACTIVATION_BACKWARD_SIMD(silu_backward, ACTIVATION_SLOPE_TECHNIQUE, gradient(grad_y, x));
