#include "kernels/activation/activation_simd.h"
#include "kernels/activation/hardswish.h"

/* x (x + 3) / 6 by a sixth in two floats. */
static ALWAYS_INLINE vfloat value(vfloat x) {
    const vfloat sixth = vset(0x1.555556p-3f), rest = vset(-0x1.555556p-28f);
    const vfloat a = vmax(vset(-3), x), t = vadd(a, vset(3));
    const vfloat product = vmul(a, t), lost = vfms(a, t, product);
    const vfloat y = vfma(product, sixth, vfma(product, rest, vmul(lost, sixth)));
    return vselect(vlt(x, vset(3)), y, x);
}
ACTIVATION_SIMD(hardswish, "parabola and two selects, masked tail", value(x));

static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vfloat line = vfma(x, vset(0x1.555556p-2f), vset(0.5f));
    const vfloat slope =
        vselect(vlt(vset(3), x), vset(1), vselect(vlt(x, vset(-3)), vset(0), line));
    return vmul(grad_y, slope);
}
ACTIVATION_BACKWARD_SIMD(hardswish_backward, "line and two selects, masked tail",
                         gradient(grad_y, x));
