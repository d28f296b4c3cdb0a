/* exp, log, tanh, sigmoid of whole vectors, written once for both vector widths.
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
 *   vsigmoid    1.4556    1.4556    2.0
 *
 * `assay verify --ulp vmath` repeats the measurement; as a test (ctest -L ulp) it strides.
 *
 * Special values are those of the C library: exp(-Inf) = 0, log(0) = -Inf, log(x < 0) = NaN,
 * tanh(+-Inf) = +-1, tanh(-0) = -0, NaN gives NaN. Denormal arguments and results are right
 * (gradual underflow) as long as the caller leaves MXCSR at its default.
 *
 * The polynomials are minimax fits (Remez/Lawson) whose coefficients were rounded to float one
 * after another, lowest degree first, the rest being fitted again. */
#ifndef KERNELS_BLOCKS_VMATH_FUNCTIONS_H
#define KERNELS_BLOCKS_VMATH_FUNCTIONS_H

#include "kernels/blocks/simd.h"
#include "kernels/blocks/vmath.h"

/* ln 2 in two floats. For integral |n| < 2^8 and |x - n ln 2| <= 0.35, x - n LN2_HIGH is exact in
 * one fused operation: both are multiples of 2^-25 and the difference is below 1/2 (Cody and
 * Waite). */
#define VMATH_LN2_HIGH 0x1.62e430p-1f
#define VMATH_LN2_LOW -0x1.05c610p-29f

/* r and the nearest integer n to x / ln 2 with r = x - n ln 2, |r| <= 0.348. */
static ALWAYS_INLINE vfloat vexp_remainder(vfloat x, vfloat *n) {
    /* adding 1.5 * 2^23 leaves the integer nearest in the low bits: valid for |x| < 2^21 */
    const vfloat magic = vset(0x1.8p23f);
    *n = vsub(vfma(x, vset(0x1.715476p0f), magic), magic);
    return vfnma(*n, vset(VMATH_LN2_LOW), vfnma(*n, vset(VMATH_LN2_HIGH), x));
}

/* q of exp(r) = 1 + r + r^2 q(r) for that r, |error| < 2^-28.2 of exp(r). */
static ALWAYS_INLINE vfloat vexp_square(vfloat r) {
    vfloat q = vset(0x1.6a4002p-10f);
    q = vfma(q, r, vset(0x1.1239ecp-7f));
    q = vfma(q, r, vset(0x1.5558bep-5f));
    q = vfma(q, r, vset(0x1.555492p-3f));
    return vfma(q, r, vset(0x1.fffffcp-2f));
}

/* exp(r) of that r, and n. */
static inline vfloat vexp_reduced(vfloat x, vfloat *n) {
    const vfloat r = vexp_remainder(x, n);
    return vfma(vfma(vexp_square(r), r, vset(1)), r, vset(1));
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
    const vmask keep = vnlt(x, vset(-104)); /* exp(-104) rounds to 0 */
    const vfloat p = vexp_reduced(x, &n);
    return vscale_zeroed(keep, p, n);
}

/* P of log(1 + f) = f - f^2 / 2 + f^3 P(f), -0.25 <= f < 0.5; |error| < 2^-30 of log(1 + f) */
static ALWAYS_INLINE vfloat vlog_cubic(vfloat f) {
    vfloat p = vset(0x1.340cf2p-5f);
    p = vfma(p, f, vset(-0x1.74ff40p-4f));
    p = vfma(p, f, vset(0x1.df1c2cp-4f));
    p = vfma(p, f, vset(-0x1.04ad9ep-3f));
    p = vfma(p, f, vset(0x1.246390p-3f));
    p = vfma(p, f, vset(-0x1.5519d2p-3f));
    p = vfma(p, f, vset(0x1.999764p-3f));
    p = vfma(p, f, vset(-0x1.00006ep-2f));
    p = vfma(p, f, vset(0x1.55555ap-2f));
    return p;
}

static inline vfloat vlog(vfloat x) {
    vfloat n;
    const vfloat f = vsub(vsplit(x, &n), vset(1)); /* exact, -0.25 <= f < 0.5 */
    const vfloat square = vmul(f, f);
    vfloat small = vfma(vmul(square, f), vlog_cubic(f), vmul(n, vset(VMATH_LN2_LOW)));
    small = vfnma(square, vset(0.5f), small);
    vfloat y = vfma(n, vset(VMATH_LN2_HIGH), vadd(f, small));
    const vfloat infinity = vset(__builtin_inff());
    y = vselect(vlt(x, infinity), y, vadd(x, infinity)); /* Inf, NaN */
    y = vselect(vlt(x, vset(0x1p-149f)), vset(-__builtin_inff()), y);
    return vselect(vlt(x, vset(0)), vset(__builtin_nanf("")), y);
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
    return vcopysign(vselect(vlt(a, vset(0.625f)), small, large), x);
}

/* exp(r) - 1 for that r, to 2^-26. */
static ALWAYS_INLINE vfloat vexp_less_one_of(vfloat r) {
    return vfma(vmul(r, r), vexp_square(r), r);
}
/* exp(x + low) = (1 + t) 2^n: t, to 2^-26, |t| < 0.42. What rounding 1 + t takes can so be carried
 * on. |low| is at most an ulp or so of x; x as for vexp_reduced. */
static ALWAYS_INLINE vfloat vexp_less_one(vfloat x, vfloat low, vfloat *n) {
    return vexp_less_one_of(vadd(vexp_remainder(x, n), low));
}
/* exp(x) + f, rounded once but for exp(x)'s 2^-26 where f + 2^n is a float: f = 0, 1 or -1, and
 * 2^n neither above 2^23 nor below 2^-23, or f lost beside it anyway. -87 <= x <= 88. */
static ALWAYS_INLINE vfloat vexp_plus(vfloat x, float f) {
    vfloat n;
    const vfloat t = vexp_less_one_of(vexp_remainder(x, &n)), s = vpow2(n);
    return vfma(s, t, f == 0 ? s : vadd(vset(f), s));
}

/* exp(x) = (p + lost) s to 2^-25 of itself, s = 2^n, for -87 <= x + low <= 87. */
struct vexp_wide {
    vfloat p, lost, s;
};
static ALWAYS_INLINE struct vexp_wide vexp_widely(vfloat x, vfloat low) {
    vfloat n;
    const vfloat t = vexp_less_one(x, low, &n), p = vadd(vset(1), t);
    return (struct vexp_wide){p, vsub(t, vsub(p, vset(1))), vpow2(n)};
}

/* a + b rounded, and what that lost of them: exactly, for a, b >= 0. */
static ALWAYS_INLINE vfloat vadd_exact(vfloat a, vfloat b, vfloat *lost) {
    const vfloat sum = vadd(a, b);
    *lost = vadd(vsub(vmax(a, b), sum), vmin(a, b));
    return sum;
}

/* Below it, 1 + exp(x) is 1, and a result may be denormal though its factors are not. */
#define VMATH_DEEP -80.0f

/* f exp(x + low) for x <= 0, |f| < 2^10 where x > -115 (else it is 0): scaled last, so
 * that it is rounded once where it is denormal. */
static inline vfloat vexp_deep(vfloat f, vfloat x, vfloat low) {
    vfloat n;
    const vfloat t = vexp_less_one(vmax(vset(-120), x), low, &n);
    const vfloat y = vscale(vfma(f, t, f), n);
    return vselect(vlt(x, vset(-115)), vcopysign(vset(0), f), y);
}

/* f / (1 + exp(-x - low)): 1 / (1 + e) without what rounding e and 1 + e took. |f| < 2^10 where
 * x < VMATH_DEEP. */
static ALWAYS_INLINE vfloat vsigmoid_times(vfloat f, vfloat x, vfloat low) {
    const vfloat z = vmax(vset(VMATH_DEEP), vmin(vset(87), vsub(vset(0), x)));
    const struct vexp_wide e = vexp_widely(z, vsub(vset(0), low));
    vfloat lost;
    const vfloat d = vadd_exact(vset(1), vmul(e.p, e.s), &lost), rounded = vdiv(f, d);
    lost = vfma(e.lost, e.s, lost);
    const vfloat y = vfnma(vmul(rounded, lost), vrcp_rough(d), rounded);
    const vmask far = vlt(vset(-VMATH_DEEP), vabs(x));
    if (__builtin_expect(!vany(far), 1)) return y;
    return vselect(far, vselect(vlt(x, vset(0)), vexp_deep(f, x, low), f), y);
}

static inline vfloat vsigmoid(vfloat x) { return vsigmoid_times(vset(1), x, vset(0)); }

#endif
