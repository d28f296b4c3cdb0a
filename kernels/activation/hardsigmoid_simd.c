#include "kernels/activation/activation_simd.h"
#include "kernels/activation/hardsigmoid.h"

/* Near -3, where y is small, x + 3 is exact; 6 times the float nearest to 1 / 6 rounds to 1. */
static ALWAYS_INLINE vfloat value(vfloat x) {
    const vfloat above = vadd(vmax(vset(-3), x), vset(3));
    return vmul(vmin(vset(6), above), vset(0x1.555556p-3f));
}
ACTIVATION_SIMD(hardsigmoid, "line between two bounds, masked tail", value(x));

/* 0 x carries a NaN on, which is not beyond 3; what it makes of Inf is chosen away. */
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vfloat slope = vfma(vset(0), x, vset(0x1.555556p-3f));
    return vmul(grad_y, vselect(vlt(vset(3), vabs(x)), vset(0), slope));
}
ACTIVATION_BACKWARD_SIMD(hardsigmoid_backward, "a select and a product, masked tail",
                         gradient(grad_y, x));
