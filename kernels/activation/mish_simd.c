#include "kernels/activation/activation_simd.h"
#include "kernels/activation/mish.h"
#include "kernels/blocks/vmath_functions.h"

/* |x| >= 3.9, e = exp(-|x|): x - x 2 e^2 / (1 + 2 e + 2 e^2), or x < 0: e x (1 - d), scaled last,
 * d = e (1 + e) / (2 + 2 e + e^2) */
static ALWAYS_INLINE vfloat long_way(vfloat x) {
    const vfloat a = vmin(vset(40), vabs(x)); /* from there on d is lost, and its square slow */
    const vfloat e = vexp(vsub(vset(0), a)), square = vmul(e, e), one = vset(1);
    const vmask negative = vlt(x, vset(0));
    const vfloat below = vfma(e, vadd(e, vset(2)), vset(2)),
                 above = vfma(square, vset(2), vfma(e, vset(2), one));
    const vfloat d = vdiv(vselect(negative, vadd(e, square), vadd(square, square)),
                          vselect(negative, below, above));
    const vfloat bounded = vmax(vset(-64), vmin(vset(64), x)); /* from there on d is 0 */
    const vfloat rest = vfnma(bounded, d, x);
    return vselect(negative, vexp_deep(rest, x, vset(0)), rest);
}
static ALWAYS_INLINE vfloat value(vfloat x) {
    const vmask outside = activation_outside(&piecewise_mish_ratio, x);
    return ACTIVATION_UNLESS(outside, long_way(x),
                             vmul(x, activation_pieces(&piecewise_mish_ratio, x)));
}
ACTIVATION_SIMD(mish, "polynomials by segments, masked tail", value(x));

/* t + x (1 - t^2) s = e ((e + 2) m + 4 x (e + 1)) / m^2, m = e (e + 2) + 2 */
static ALWAYS_INLINE vfloat damped(vfloat grad_y, vfloat x) {
    const vfloat bounded = vmax(vset(-200), vmin(vset(20), x));
    const vfloat w = vexp_low(vmul(vset(0.5f), bounded)), e = vmul(w, w);
    const vfloat a = vadd(e, vset(2)), m = vfma(e, a, vset(2)), inverse = vdiv(vset(1), m);
    const vfloat four = vmul(vset(4), bounded);
    const vfloat slope = vmul(vfma(vfma(four, e, four), inverse, a), inverse);
    const vmask negative = vlt(x, vset(0)); /* damped twice, as activation_damped */
    const vfloat damping = vselect(negative, w, vset(1));
    const vfloat rest = vselect(negative, slope, vmul(slope, e));
    return vmul(vmul(vmul(grad_y, damping), rest), damping);
}
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vmask outside = activation_outside(&piecewise_mish_slope, x);
    return ACTIVATION_UNLESS(outside, damped(grad_y, x),
                             vmul(grad_y, activation_pieces(&piecewise_mish_slope, x)));
}
ACTIVATION_BACKWARD_SIMD(mish_backward, "the slope by polynomials by segments, masked tail",
                         gradient(grad_y, x));
