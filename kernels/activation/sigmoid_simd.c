#include "kernels/activation/activation_simd.h"
#include "kernels/activation/sigmoid.h"

static ALWAYS_INLINE vfloat value(vfloat x) {
#if ASSAY_LANES == 16
    const vmask outside = activation_outside(&piecewise_sigmoid, x);
    return ACTIVATION_UNLESS(outside, vsigmoid(x), activation_of_step(&piecewise_sigmoid, x));
#else
    const vmask outside = vlt(x, vset(ACTIVATION_DEEP));
    return ACTIVATION_UNLESS(outside, vsigmoid(x), vdiv(vset(1), activation_denominator(x)));
#endif
}
ACTIVATION_SIMD(sigmoid, ACTIVATION_TECHNIQUE, value(x));

/* s (1 - s) = h^2, h = w / (1 + w^2), w = exp(-|x| / 2): grad_y h h underflows last. */
static ALWAYS_INLINE vfloat damped(vfloat grad_y, vfloat x) {
    const vfloat w = vexp_low(vmul(vset(-0.5f), vabs(x)));
    const vfloat h = vdiv(w, vfma(w, w, vset(1)));
    return vmul(vmul(grad_y, h), h);
}
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
#if ASSAY_LANES == 16
    const vmask outside = activation_outside(&piecewise_sigmoid_slope, x);
    const vfloat slope = activation_pieces(&piecewise_sigmoid_slope, x);
#else
    const vfloat a = vabs(x), e = vexp_plus(vsub(vset(0), a), 0), d = vadd(vset(1), e);
    const vmask outside = vlt(vset(-ACTIVATION_DEEP), a);
    const vfloat slope = vdiv(e, vmul(d, d));
#endif
    return ACTIVATION_UNLESS(outside, damped(grad_y, x), vmul(grad_y, slope));
}
ACTIVATION_BACKWARD_SIMD(sigmoid_backward, ACTIVATION_SLOPE_TECHNIQUE, gradient(grad_y, x));
