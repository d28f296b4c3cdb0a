#include "kernels/activation/activation_simd.h"
#include "kernels/activation/selu.h"

/* Both scales in two floats. */
#define HIGH(scale_) vset((float)(scale_))
#define LOW(scale_) vset((float)((scale_) - (float)(scale_)))

/* Below 0, of exp(x) = s (1 + r + square), s = 2^n: k (s - 1) + k s square, then k s r, which is the
 * largest near 0. From -17.4 down all that counts is the first. */
static ALWAYS_INLINE vfloat value(vfloat x) {
    vfloat n;
    const vfloat r = vexp_remainder(vmax(vset(-18), vmin(vset(0), x)), &n), s = vpow2(n);
    const vfloat square = vmul(vmul(r, r), vexp_square(r)), less = vsub(s, vset(1));
    const vfloat k = vmul(HIGH(SELU_BELOW), s), lost = vmul(LOW(SELU_BELOW), vfma(s, r, less));
    const vfloat rest = vfma(HIGH(SELU_BELOW), less, vfma(k, square, lost));
    const vfloat finite = vmin(vset(0x1p126f), x); /* low parts have the other sign */
    const vfloat above = vfma(HIGH(SELU_SCALE), x, vmul(LOW(SELU_SCALE), finite));
    return vselect(vlt(vset(0), x), above, vfma(k, r, rest));
}
ACTIVATION_SIMD(selu, "an exponential, masked tail", value(x));

static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const vmask above = vlt(vset(0), x), outside = vlt(x, vset(ACTIVATION_DEEP));
    const vfloat k = vset((float)SELU_BELOW), power = vexp_plus(vmin(vset(0), x), 0);
    const vfloat slope = vselect(above, vset((float)SELU_SCALE), vmul(k, power));
    return ACTIVATION_UNLESS(outside, activation_exponential(grad_y, x, (float)SELU_BELOW),
                             vmul(grad_y, slope));
}
ACTIVATION_BACKWARD_SIMD(selu_backward, "the slope by an exponential, masked tail",
                         gradient(grad_y, x));
