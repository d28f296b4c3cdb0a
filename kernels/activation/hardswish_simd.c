#include "kernels/activation/activation_simd.h"
#include "kernels/activation/hardswish.h"

/* x (x + 3) / 6, the last two to twice the precision; x > 3: x 6 / 6, which rounds to x. */
static ALWAYS_INLINE vfloat value(vfloat x) {
    const vfloat sixth = vset(0x1.555556p-3f), a = vmax(vset(-3), x);
    const vfloat t = vmin(vset(6), vadd(a, vset(3)));
    const vfloat q = vmul(t, sixth), lost = vfms(t, sixth, q);
    return vfma(a, q, vmul(a, lost));
}
ACTIVATION_SIMD(hardswish, "parabola between two bounds, masked tail", value(x));

static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vfloat line = vfma(x, vset(0x1.555556p-2f), vset(0.5f));
    const vfloat slope =
        vselect(vlt(vset(3), x), vset(1), vselect(vlt(x, vset(-3)), vset(0), line));
    return vmul(grad_y, slope);
}
ACTIVATION_BACKWARD_SIMD(hardswish_backward, "line and two selects, masked tail",
                         gradient(grad_y, x));
