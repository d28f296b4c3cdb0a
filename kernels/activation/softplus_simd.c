#include "kernels/activation/activation_simd.h"
#include "kernels/activation/softplus.h"
#include "kernels/blocks/vmath_functions.h"

/* max(x, 0) + log(1 + e), e = exp(-|x|): log as vlog has it, of f = e, or (e - 1) / 2 and ln 2. */
static ALWAYS_INLINE vfloat value(vfloat x) {
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
ACTIVATION_SIMD(softplus, "one exponential, one logarithm near 1, masked tail", value(x));

static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const struct activation_logistic s = activation_logistic(x, vset(0));
    return activation_damped(grad_y, &s, vset(1));
}
ACTIVATION_BACKWARD_SIMD(softplus_backward, "one exponential of -|x| / 2, masked tail",
                         gradient(grad_y, x));
