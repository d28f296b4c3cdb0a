#include "kernels/activation/activation_simd.h"
#include "kernels/activation/gelu.h"
#include "kernels/blocks/vmath_functions.h"

/* ---- approximate=none ----
 *
 * The tail Phi(-a) = exp(-a^2 / 2) q(a), a = |x|, by t = 1 / (a + 3): q = t g(y), g a polynomial in
 * y = 7.2 t - 1.4, which runs from -1 to 1 for a from 15 to 0 (|error| < 2^-26.9 of g). */
struct tail {
    vfloat a, t, g, g_lost; /* q = t (g + g_lost) (1 + shift) */
    vfloat shift;           /* how far t is from 1 / (a + 3), times d log q / d log t */
};

static ALWAYS_INLINE struct tail tail_of(vfloat a) {
    const vfloat three = vset(3), last = vset(0x1.a421f6p-1f);
    const vfloat b = vadd(a, three), t = vdiv(vset(1), b);
    const vfloat y = vfma(t, vset(0x1.ccccccp+2f), vset(-0x1.666666p+0f));
    vfloat g = vset(0x1.871336p-17f);
    g = vfma(g, y, vset(-0x1.f7a6b8p-18f));
    g = vfma(g, y, vset(-0x1.8ad580p-14f));
    g = vfma(g, y, vset(0x1.6080b2p-13f));
    g = vfma(g, y, vset(0x1.61ff52p-11f));
    g = vfma(g, y, vset(-0x1.1d3ce2p-9f));
    g = vfma(g, y, vset(-0x1.f0120ep-8f));
    g = vfma(g, y, vset(0x1.6cc60ep-6f));
    g = vfma(g, y, vset(0x1.65d3e2p-3f));
    g = vfma(g, y, vset(0x1.f73b0ep-2f));
    const vfloat whole = vfma(g, y, last), lost = vfma(g, y, vsub(last, whole));
    const vfloat off = vfnma(t, vsub(a, vsub(b, three)), vfnma(t, b, vset(1)));
    return (struct tail){a, t, whole, lost, vmul(off, vfma(y, vset(0.623f), vset(1.8145f)))};
}

/* x > 0: x - a Phi(-a); else -a Phi(-a); from products whose roundings are carried on. */
static ALWAYS_INLINE vfloat value_none(vfloat x) {
    vfloat n;
    const vfloat a = vmin(vset(15), vabs(x)), half = vset(-0.5f);
    const vfloat square = vmul(a, a), square_lost = vfms(a, a, square);
    const vfloat e = vexp_less_one(vmul(square, half), vmul(square_lost, half), &n);
    const struct tail q = tail_of(a);
    const vfloat at = vmul(a, q.t), atg = vmul(at, q.g);
    const vfloat lost = vfma(at, q.g_lost, vfma(vfms(a, q.t, at), q.g, vfms(at, q.g, atg)));
    const vfloat grown = vfma(atg, vfma(q.shift, e, vadd(q.shift, e)), vfma(lost, e, lost));
    const vfloat m = vadd(atg, grown);
    const vmask deep = vlt(x, vset(-13));
    vfloat aside = vmul(m, vpow2(vmax(vset(-125), n)));
    if (__builtin_expect(vany(deep), 0)) aside = vscale(m, n);
    const vfloat y = vsub(vmax(vset(0), x), aside);
    return vselect(vlt(a, vset(0x1p-30f)), vmul(vset(0.5f), x), y); /* products underflow there */
}

/* x > 0: 1 - d, else d, with d = exp(-a^2 / 2) (q(a) - a / sqrt(2 pi)) */
static ALWAYS_INLINE vfloat gradient_none(vfloat grad_y, vfloat x) {
    vfloat n;
    const vfloat a = vmin(vset(20), vabs(x)), quarter = vset(-0.25f);
    const vfloat square = vmul(a, a), square_lost = vfms(a, a, square);
    const vfloat e = vexp_less_one(vmul(square, quarter), vmul(square_lost, quarter), &n);
    const vfloat w = vscale(vadd(vset(1), e), n); /* exp(-a^2 / 4) */
    const struct tail q = tail_of(a);
    const vfloat k = vfnma(a, vset(0x1.988454p-2f), vmul(q.t, q.g));
    const vfloat above = vmul(grad_y, vfnma(vmul(w, w), k, vset(1)));
    return vselect(vlt(vset(0), x), above, vmul(vmul(vmul(grad_y, w), k), w));
}

/* ---- approximate=tanh ----
 *
 * v = x (c + c3 x^2) to twice the precision: exp(v) multiplies an error of it by |v|. */
struct tangent {
    vfloat x, v, v_lost, square;
};

static ALWAYS_INLINE struct tangent tangent_of(vfloat x) {
    const vfloat c = vset(0x1.988454p+0f), c_lost = vset(-0x1.857936p-25f);
    const vfloat c3 = vset(0x1.2444f2p-4f), c3_lost = vset(0x1.49b16ap-29f);
    const vfloat a = vmax(vset(-12), vmin(vset(12), x)), square = vmul(a, a);
    const vfloat cubic = vmul(c3, square);
    vfloat w_lost;
    const vfloat w = vadd_exact(cubic, c, &w_lost);
    w_lost = vadd(vadd(w_lost, vfms(c3, square, cubic)),
                  vfma(c3, vfms(a, a, square), vfma(c3_lost, square, c_lost)));
    const vfloat v = vmul(a, w);
    return (struct tangent){a, v, vfma(a, w_lost, vfms(a, w, v)), square};
}

static ALWAYS_INLINE vfloat value_tanh(vfloat x) {
    const struct tangent u = tangent_of(x);
    return vsigmoid_times(x, u.v, u.v_lost);
}

/* v' = c + 3 c3 x^2 */
static ALWAYS_INLINE vfloat gradient_tanh(vfloat grad_y, vfloat x) {
    const struct tangent u = tangent_of(x);
    const struct activation_logistic s = activation_logistic(u.v, u.v_lost);
    const vfloat slope = vfma(u.square, vset(0x1.b66768p-3f), vset(0x1.988454p+0f));
    return activation_damped(grad_y, &s, vfma(vmul(u.x, slope), s.other, vset(1)));
}

/* ---- both ---- */

static ALWAYS_INLINE vfloat value(vfloat x, bool tanh) {
    const struct piecewise *const f = tanh ? &piecewise_gelu_tanh : &piecewise_gelu;
    const vmask outside = activation_outside(f, x);
    return ACTIVATION_UNLESS(outside, tanh ? value_tanh(x) : value_none(x),
                             activation_of_unit(f, x));
}
ACTIVATION_SIMD(gelu, "polynomials by segments, masked tail",
                p->approximate == GELU_TANH ? value(x, true) : value(x, false));

static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x, bool tanh) {
    const struct piecewise *const f = tanh ? &piecewise_gelu_tanh_slope : &piecewise_gelu_slope;
    const vmask outside = activation_outside(f, x);
    return ACTIVATION_UNLESS(outside, tanh ? gradient_tanh(grad_y, x) : gradient_none(grad_y, x),
                             vmul(grad_y, activation_of_step(f, x)));
}
ACTIVATION_BACKWARD_SIMD(gelu_backward, "the slope by polynomials by segments, masked tail",
                         p->approximate == GELU_TANH ? gradient(grad_y, x, true)
                                                     : gradient(grad_y, x, false));
