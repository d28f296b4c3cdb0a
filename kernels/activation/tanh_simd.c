#include "kernels/activation/activation_simd.h"
#include "kernels/activation/tanh.h"

ACTIVATION_SIMD(tanh, "polynomials by segments, masked tail",
                vcopysign(activation_pieces(&piecewise_tanh, x), x));

/* 1 - tanh^2 = h^2, h = 2 w / (1 + w^2), w = exp(-|x|): no cancellation. */
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vfloat w = vexp_low(vsub(vset(0), vabs(x)));
    const vfloat h = vdiv(vadd(w, w), vfma(w, w, vset(1)));
    return vmul(vmul(grad_y, h), h);
}
ACTIVATION_BACKWARD_SIMD(tanh_backward, "one exponential of -|x|, masked tail",
                         gradient(grad_y, x));
