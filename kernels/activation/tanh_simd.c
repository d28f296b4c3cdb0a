#include "kernels/activation/activation_simd.h"
#include "kernels/activation/tanh.h"

ACTIVATION_SIMD(tanh, "polynomials by segments, masked tail",
                vcopysign(activation_pieces(&piecewise_tanh, x), x));

/* 1 - tanh^2 = h^2, h = 2 w / (1 + w^2), w = exp(-|x|): no cancellation. */
static ALWAYS_INLINE vfloat damped(vfloat grad_y, vfloat x) {
    const vfloat w = vexp_low(vsub(vset(0), vabs(x)));
    const vfloat h = vdiv(vadd(w, w), vfma(w, w, vset(1)));
    return vmul(vmul(grad_y, h), h);
}
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vmask outside = activation_outside(&piecewise_tanh_slope, x);
    return ACTIVATION_UNLESS(outside, damped(grad_y, x),
                             vmul(grad_y, activation_pieces(&piecewise_tanh_slope, x)));
}
ACTIVATION_BACKWARD_SIMD(tanh_backward, "the slope by polynomials by segments, masked tail",
                         gradient(grad_y, x));
