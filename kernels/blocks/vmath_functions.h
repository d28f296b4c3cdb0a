/* exp, log, tanh, sigmoid of whole vectors, written once for both vector widths. Include
 * vmath_avx2.h or vmath_avx512.h, which bring the vector operations; never this file.
 *
 * Largest error in units in the last place over ALL 2^32 floats, against the C library's double
 * function, unrounded (an ulp is that of the float binade of the true value, 2^-149 below
 * 2^-126), measured exhaustively for both instruction sets:
 *
 *               AVX2      AVX-512   promised (VMATH_ULP_*)
 *   vexp        0.8961    0.8961    1.0
 *   vexp_low    0.8961    0.8961    1.0        (arguments up to 64)
 *   vlog        0.8192    0.8192    1.0
 *   vtanh       1.3622    1.3622    2.0
 *   vsigmoid    1.9667    1.9667    2.0
 *
 * `assay verify --ulp vmath` repeats the measurement; as a test (ctest -L ulp) it strides.
 *
 * Special values are those of the C library: exp(-Inf) = 0, log(0) = -Inf, log(x < 0) = NaN,
 * tanh(+-Inf) = +-1, tanh(-0) = -0, NaN gives NaN. Denormal arguments and results are right
 * (gradual underflow) as long as the caller leaves MXCSR at its default.
 *
 * The polynomials are minimax fits (Remez/Lawson) whose coefficients were rounded to float one
 * after another, lowest degree first, the rest being fitted again. */
#ifndef KERNELS_CORE_VMATH_FUNCTIONS_H
#define KERNELS_CORE_VMATH_FUNCTIONS_H

#include "kernels/core/vmath.h"

/* ln 2 in two floats. For integral |n| < 2^8 and |x - n ln 2| <= 0.35, x - n LN2_HIGH is exact in
 * one fused operation: both are multiples of 2^-25 and the difference is below 1/2 (Cody and
 * Waite). */
#define VMATH_LN2_HIGH 0x1.62e430p-1f
#define VMATH_LN2_LOW -0x1.05c610p-29f

/* exp(r) for |r| <= 0.348, and the nearest integer n to x / ln 2 with r = x - n ln 2. */
static inline vfloat vexp_reduced(vfloat x, vfloat *n) {
    /* adding 1.5 * 2^23 leaves the integer nearest in the low bits: valid for |x| < 2^21 */
    const vfloat magic = vset(0x1.8p23f);
    *n = vsub(vfma(x, vset(0x1.715476p0f), magic), magic);
    vfloat r = vfnma(*n, vset(VMATH_LN2_HIGH), x);
    r = vfnma(*n, vset(VMATH_LN2_LOW), r);
    /* 1 + r + r^2 q(r), |error| < 2^-28.2 of exp(r) */
    vfloat p = vset(0x1.6a4002p-10f);
    p = vfma(p, r, vset(0x1.1239ecp-7f));
    p = vfma(p, r, vset(0x1.5558bep-5f));
    p = vfma(p, r, vset(0x1.555492p-3f));
    p = vfma(p, r, vset(0x1.fffffcp-2f));
    p = vfma(p, r, vset(1));
    return vfma(p, r, vset(1));
}

static inline vfloat vexp(vfloat x) {
    vfloat n;
    /* beyond these the result is 0 or infinite either way; NaN passes, being the second argument */
    x = vmax(vset(-105), vmin(vset(90), x));
    const vfloat p = vexp_reduced(x, &n);
    return vscale(p, n);
}

/* exp(x) for x <= 64 or NaN, cheaper, above all where the result is 0: what a softmax needs. */
static inline vfloat vexp_low(vfloat x) {
    vfloat n;
    const vmask keep = vnot_less(x, vset(-104)); /* exp(-104) rounds to 0 */
    const vfloat p = vexp_reduced(x, &n);
    return vscale_kept(keep, p, n);
}

static inline vfloat vlog(vfloat x) {
    vfloat n;
    const vfloat f = vsub(vsplit(x, &n), vset(1)); /* exact, -0.25 <= f < 0.5 */
    /* log(1 + f) = f - f^2 / 2 + f^3 P(f), |error| < 2^-30 of log(1 + f) */
    vfloat p = vset(0x1.340cf2p-5f);
    p = vfma(p, f, vset(-0x1.74ff40p-4f));
    p = vfma(p, f, vset(0x1.df1c2cp-4f));
    p = vfma(p, f, vset(-0x1.04ad9ep-3f));
    p = vfma(p, f, vset(0x1.246390p-3f));
    p = vfma(p, f, vset(-0x1.5519d2p-3f));
    p = vfma(p, f, vset(0x1.999764p-3f));
    p = vfma(p, f, vset(-0x1.00006ep-2f));
    p = vfma(p, f, vset(0x1.55555ap-2f));
    const vfloat square = vmul(f, f);
    vfloat small = vfma(vmul(square, f), p, vmul(n, vset(VMATH_LN2_LOW)));
    small = vfnma(square, vset(0.5f), small);
    vfloat y = vfma(n, vset(VMATH_LN2_HIGH), vadd(f, small));
    const vfloat infinity = vset(__builtin_inff());
    y = vselect(vless(x, infinity), y, vadd(x, infinity)); /* Inf, NaN */
    y = vselect(vless(x, vset(0x1p-149f)), vset(-__builtin_inff()), y);
    return vselect(vless(x, vset(0)), vset(__builtin_nanf("")), y);
}

static inline vfloat vtanh(vfloat x) {
    const vfloat a = vabs(x), z = vmul(x, x);
    /* |x| <= 0.625: x + x^3 P(x^2) */
    vfloat p = vset(-0x1.750ce2p-8f);
    p = vfma(p, z, vset(0x1.51f8cep-6f));
    p = vfma(p, z, vset(-0x1.b835a4p-5f));
    p = vfma(p, z, vset(0x1.1106f6p-3f));
    p = vfma(p, z, vset(-0x1.555532p-2f));
    const vfloat small = vfma(vmul(p, z), x, x);
    /* else 1 - 2 / (exp(2|x|) + 1); from 9.02 on that rounds to 1 */
    vfloat n;
    const vfloat twice = vmin(vset(20), vadd(a, a));
    const vfloat m = vexp_reduced(twice, &n), e = vscale(m, n);
    const vfloat large = vsub(vset(1), vdiv(vset(2), vadd(e, vset(1))));
    return vcopysign(vselect(vless(a, vset(0.625f)), small, large), x);
}

/* 1 / (1 + exp(-x)), and for x < 0 exp(x) / (1 + exp(x)), which does not overflow. */
static inline vfloat vsigmoid(vfloat x) {
    const vmask negative = vless(x, vset(0));
    const vfloat one = vset(1), e = vexp_low(vsub(vset(0), vabs(x)));
    const vfloat d = vadd(one, e), lost = vadd(vsub(one, d), e); /* 1 + e = d + lost exactly */
    const vfloat y = vdiv(vselect(negative, e, one), d);
    /* times 1 - lost/d; 1/d is y, or 1 - y, well enough for that */
    const vfloat inverse = vselect(negative, vsub(one, y), y);
    return vfnma(vmul(y, lost), inverse, y);
}

#endif
