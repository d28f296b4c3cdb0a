#include "kernels/activation/activation_simd.h"
#include "kernels/activation/mish.h"
#include "kernels/blocks/vmath_functions.h"

/* x n / (n + 2), n = e (e + 2), e = exp(x), each with what rounding took; from x = 20 on that is x.
 */
static ALWAYS_INLINE vfloat long_way(vfloat x) {
    const struct vexp_wide w = vexp_widely(vmax(vset(VMATH_DEEP), vmin(vset(20), x)), vset(0));
    const vfloat e = vmul(w.p, w.s), e_lost = vmul(w.lost, w.s), two = vset(2);
    vfloat a_lost, m_lost;
    const vfloat a = vadd_exact(e, two, &a_lost), n = vmul(e, a), m = vadd_exact(n, two, &m_lost);
    const vfloat n_lost = vfma(e, a_lost, vfma(e_lost, vadd(a, e), vfms(e, a, n)));
    /* n_lost / n - (n_lost + m_lost) / m, and n / m = 1 - 2 / m */
    const vfloat twice = vmul(vadd(n_lost, n_lost), vrcp_rough(n));
    const vfloat share = vmul(vsub(twice, m_lost), vrcp_rough(m));
    const vfloat ratio = vdiv(n, m), rounded = vmul(x, ratio);
    const vfloat y = vadd(rounded, vfma(rounded, share, vfms(x, ratio, rounded)));
    const vmask deep = vlt(x, vset(VMATH_DEEP)), high = vlt(vset(20), x);
    const vfloat found = vselect(high, x, y);
    return __builtin_expect(vany(deep), 0) ? vselect(deep, vexp_deep(x, x, vset(0)), found) : found;
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
