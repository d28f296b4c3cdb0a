#include "kernels/activation/activation_simd.h"
#include "kernels/activation/sigmoid.h"

static ALWAYS_INLINE vfloat value(vfloat x) {
    const vmask outside = activation_outside(&piecewise_sigmoid, x);
    return ACTIVATION_UNLESS(outside, vsigmoid(x), activation_of_step(&piecewise_sigmoid, x));
}
ACTIVATION_SIMD(sigmoid, "polynomials by segments, masked tail", value(x));

/* s (1 - s) = h^2, h = w / (1 + w^2), w = exp(-|x| / 2): grad_y h h underflows last. */
static ALWAYS_INLINE vfloat damped(vfloat grad_y, vfloat x) {
    const vfloat w = vexp_low(vmul(vset(-0.5f), vabs(x)));
    const vfloat h = vdiv(w, vfma(w, w, vset(1)));
    return vmul(vmul(grad_y, h), h);
}
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vmask outside = activation_outside(&piecewise_sigmoid_slope, x);
    return ACTIVATION_UNLESS(outside, damped(grad_y, x),
                             vmul(grad_y, activation_pieces(&piecewise_sigmoid_slope, x)));
}
ACTIVATION_BACKWARD_SIMD(sigmoid_backward, "the slope by polynomials by segments, masked tail",
                         gradient(grad_y, x));
