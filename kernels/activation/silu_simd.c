#include "kernels/activation/activation_simd.h"
#include "kernels/activation/silu.h"

/* Outside the table x / (1 + exp(-x)), scaled last: sigmoid(x) alone is denormal where x sigmoid(x)
 * is not. */
static ALWAYS_INLINE vfloat value(vfloat x) {
    const vmask outside = activation_outside(&piecewise_silu, x);
    return ACTIVATION_UNLESS(outside, vsigmoid_times(x, x, vset(0)),
                             activation_of_unit(&piecewise_silu, x));
}
ACTIVATION_SIMD(silu, "polynomials by segments, masked tail", value(x));

/* sigmoid(-x), not 1 - sigmoid(x), which cancels. */
static ALWAYS_INLINE vfloat damped(vfloat grad_y, vfloat x) {
    const struct activation_logistic s = activation_logistic(x, vset(0));
    const vfloat bounded = vmax(vset(-200), vmin(vset(200), x));
    return activation_damped(grad_y, &s, vfma(bounded, s.other, vset(1)));
}
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vmask outside = activation_outside(&piecewise_silu_slope, x);
    return ACTIVATION_UNLESS(outside, damped(grad_y, x),
                             vmul(grad_y, activation_of_step(&piecewise_silu_slope, x)));
}
ACTIVATION_BACKWARD_SIMD(silu_backward, "the slope by polynomials by segments, masked tail",
                         gradient(grad_y, x));
