#include "kernels/activation/activation_simd.h"
#include "kernels/activation/softplus.h"
#include "kernels/blocks/vmath_functions.h"

/* max(x, 0) + log(1 + e), e = exp(-|x|): log as vlog has it, of f = e, or (e - 1) / 2 and ln 2. */
static ALWAYS_INLINE vfloat long_way(vfloat x) {
    const vfloat none = vset(0), one = vset(1);
    const struct vexp_wide w = vexp_widely(vmax(vset(VMATH_DEEP), vsub(none, vabs(x))), none);
    const vfloat e = vmul(w.p, w.s), lost = vmul(w.lost, w.s);
    const vmask above = vnlt(e, vset(0.5f));
    const vfloat f = vselect(above, vfms(vset(0.5f), e, vset(0.5f)), e), square = vmul(f, f);
    /* d log(1 + e) = lost / (1 + e), of which 1 / (1 + f) = 1 - f + f^2 is enough */
    vfloat small = vmul(vselect(above, vmul(vset(0.5f), lost), lost), vadd(vsub(one, f), square));
    small = vadd(small, vzeroed(above, vset(VMATH_LN2_LOW)));
    small = vfma(vmul(square, f), vlog_cubic(f), small);
    small = vfnma(square, vset(0.5f), small);
    const vfloat log = vadd(vzeroed(above, vset(VMATH_LN2_HIGH)), vadd(f, small));
    const vfloat y = vadd(vmax(none, x), log);
    const vmask deep = vlt(x, vset(VMATH_DEEP));
    return __builtin_expect(vany(deep), 0) ? vselect(deep, vexp_low(x), y) : y;
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
    const vmask outside = activation_outside(&piecewise_sigmoid, x);
    return ACTIVATION_UNLESS(outside, damped(grad_y, x),
                             vmul(grad_y, activation_of_step(&piecewise_sigmoid, x)));
}
ACTIVATION_BACKWARD_SIMD(softplus_backward, "the slope by polynomials by segments, masked tail",
                         gradient(grad_y, x));
