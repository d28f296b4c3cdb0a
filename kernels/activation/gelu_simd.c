#include "kernels/activation/activation_simd.h"
#include "kernels/activation/gelu.h"
#include "kernels/blocks/vmath_functions.h"

/* ---- approximate=none, beyond the tables: |x| >= 4 ----
 *
 * The tail a Phi(-a) = exp(-a^2 / 2) m, a = |x|, with m = 1 / sqrt(2 pi) + u P(u), u = 1 / a^2
 * (|error| < 2^-27.2 of m), as Mills' ratio has it. */
struct tail {
    vfloat a, u;
    vfloat m, lost; /* m + lost */
};

static ALWAYS_INLINE struct tail tail_of(vfloat a) {
    const vfloat u = vdiv(vset(1), vmul(a, a)), limit = vset(0x1.988454p-2f);
    vfloat p = vset(0x1.1fcdfcp+9f);
    p = vfma(p, u, vset(-0x1.85b96cp+7f));
    p = vfma(p, u, vset(0x1.1f61f2p+5f));
    p = vfma(p, u, vset(-0x1.77d86ap+2f));
    p = vfma(p, u, vset(0x1.321fe2p+0f));
    p = vfma(p, u, vset(-0x1.988372p-2f));
    const vfloat m = vfma(p, u, limit), lost = vfma(p, u, vsub(limit, m));
    return (struct tail){a, u, m, vadd(lost, vset(-0x1.857936p-27f))};
}

/* max(x, 0) - a Phi(-a) */
static ALWAYS_INLINE vfloat value_none(vfloat x) {
    vfloat n;
    const vfloat a = vmin(vset(15), vabs(x)), half = vset(-0.5f);
    const vfloat square = vmul(a, a), square_lost = vfms(a, a, square);
    const vfloat e = vexp_less_one(vmul(square, half), vmul(square_lost, half), &n);
    const struct tail q = tail_of(a);
    const vfloat m = vadd(q.m, vfma(q.m, e, vfma(q.lost, e, q.lost)));
    /* 2 m, of the lanes where the tail counts: what underflows is slow */
    const vmask keep = vlt(vabs(vadd(x, vset(4))), vset(10.5f));
    const vfloat aside = vscale_zeroed(keep, vadd(m, m), vsub(n, vset(1)));
    return vsub(vmax(vset(0), x), aside);
}

/* x > 0: 1 - d, else d, with d = exp(-a^2 / 2) k, k = m / a - a / sqrt(2 pi) */
static ALWAYS_INLINE vfloat gradient_none(vfloat grad_y, vfloat x) {
    vfloat n;
    const vfloat a = vmin(vset(20), vabs(x)), quarter = vset(-0.25f);
    const vfloat square = vmul(a, a), square_lost = vfms(a, a, square);
    const vfloat e = vexp_less_one(vmul(square, quarter), vmul(square_lost, quarter), &n);
    const vfloat w = vscale(vadd(vset(1), e), n); /* exp(-a^2 / 4) */
    const struct tail q = tail_of(a);
    const vfloat k = vmul(a, vfms(q.m, q.u, vset(0x1.988454p-2f)));
    const vfloat above = vmul(grad_y, vfnma(vmul(w, w), k, vset(1)));
    return vselect(vlt(vset(0), x), above, vmul(vmul(vmul(grad_y, w), k), w));
}

/* ---- approximate=tanh, everywhere ----
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
ACTIVATION_SIMD_FORMS(gelu, "polynomials by segments, masked tail", p->approximate == GELU_TANH,
                      value(x, form));

static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x, bool tanh) {
    const struct piecewise *const f = tanh ? &piecewise_gelu_tanh_slope : &piecewise_gelu_slope;
    const vmask outside = activation_outside(f, x);
    return ACTIVATION_UNLESS(outside, tanh ? gradient_tanh(grad_y, x) : gradient_none(grad_y, x),
                             vmul(grad_y, activation_of_step(f, x)));
}
ACTIVATION_BACKWARD_SIMD_FORMS(gelu_backward, "the slope by polynomials by segments, masked tail",
                               p->approximate == GELU_TANH, gradient(grad_y, x, form));
