/* The vector forms of the activations, forward and backward: all that a member states is two
 * formulas. */
#ifndef KERNELS_ACTIVATION_ACTIVATION_SIMD_H
#define KERNELS_ACTIVATION_ACTIVATION_SIMD_H

#include "kernels/activation/activation_piecewise.h"
#include "kernels/activation/activation_slopes.h"
#include "kernels/blocks/map_simd.h"
#include "kernels/blocks/vmath_functions.h"

/* ---- by a table of f(-|x|), or of f(|x|), or of f(x) itself where that begins below 0 ----
 *
 * What stands outside a table is computed by the long way, in a branch: of a vector's lanes those,
 * which are few where x is a layer's output. The two agree to their roundings. */

static ALWAYS_INLINE vfloat activation_argument(const struct piecewise *f, vfloat x) {
    const vfloat a = f->first < 0 ? x : vabs(x);
    return f->ends ? vmin(vset(f->last), a) : a;
}
static ALWAYS_INLINE vfloat activation_pieces(const struct piecewise *f, vfloat x) {
    return piecewise(f, activation_argument(f, x));
}
/* The lanes outside; none that is NaN. */
static ALWAYS_INLINE vmask activation_outside(const struct piecewise *f, vfloat x) {
    if (f->ends) return vlt(x, vset(f->first < 0 ? f->first : -f->last));
    if (f->first == 0) return vlt(vset(f->last), vabs(x));
    const float middle = (f->first + f->last) / 2;
    return vlt(vset(f->last - middle), vabs(vsub(x, vset(middle))));
}
/* y, in the lanes outside `way_`. */
#define ACTIVATION_UNLESS(outside_, way_, y_)                                                      \
    (__builtin_expect(vany(outside_), 0) ? vselect(outside_, way_, y_) : (y_))

/* f(x) where f(x) - f(-x) = x. */
static ALWAYS_INLINE vfloat activation_of_unit(const struct piecewise *f, vfloat x) {
    const vfloat above = vmax(vset(0), x);
    return piecewise_sum(f, activation_argument(f, x), &above);
}
/* f(x) where f(x) + f(-x) = 1. */
static ALWAYS_INLINE vfloat activation_of_step(const struct piecewise *f, vfloat x) {
    const vfloat y = activation_pieces(f, x);
    return vselect(vlt(vset(0), x), vsub(vset(1), y), y);
}

/* ---- by an exponential ----
 *
 * What AVX-512 looks up, AVX2 computes where that takes some twenty instructions: its tables, of
 * 8 entries, need longer polynomials, and each of its lookups is two instructions on Zen 3. There,
 * at 2^15 floats, us by tables | so: sigmoid 23.7 | 16.7, silu 24.5 | 16.7, elu 27.2 | 12.4, and
 * backward 26.6 | 20.2, 25.8 | 21.7, 32.7 | 15.0, softplus_backward 36.6 | 20.0. */

/* Of those. */
#if ASSAY_LANES == 16
#define ACTIVATION_TECHNIQUE "polynomials by segments, masked tail"
#define ACTIVATION_SLOPE_TECHNIQUE "the slope by polynomials by segments, masked tail"
#else
#define ACTIVATION_TECHNIQUE "an exponential, masked tail"
#define ACTIVATION_SLOPE_TECHNIQUE "the slope by an exponential, masked tail"
#endif

/* From here down exp(-x) is too large for activation_denominator. */
#define ACTIVATION_DEEP -16.0f
/* 1 + exp(-x) to 0.6 ulp, x >= ACTIVATION_DEEP or NaN. */
static ALWAYS_INLINE vfloat activation_denominator(vfloat x) {
    return vexp_plus(vmax(vset(-87), vsub(vset(0), x)), 1);
}

/* grad_y alpha exp(x), x <= 0, by w = exp(x / 2) twice, in an order that neither overflows nor
 * underflows before the result does: factors above 1 are damped by w before they meet grad_y. */
static ALWAYS_INLINE vfloat activation_exponential(vfloat grad_y, vfloat x, float alpha) {
    const vfloat one = vset(1), w = vexp_low(vmul(vset(0.5f), vmin(vset(0), x)));
    const vfloat damped = vmul(vset(alpha > 1 ? alpha : 1), w), small = vset(alpha < 1 ? alpha : 1);
    const vfloat first = vselect(vlt(one, damped), vmul(damped, w), w);
    return vmul(vmul(vmul(grad_y, first), small), vmin(one, damped));
}

/* sigmoid(x + low) = damping^2 share, sigmoid(-x - low) = other, by w = exp(-|x + low| / 2). */
struct activation_logistic {
    vfloat damping, share, other;
};
static ALWAYS_INLINE struct activation_logistic activation_logistic(vfloat x, vfloat low) {
    const vmask negative = vlt(x, vset(0));
    const vfloat half = vmul(vset(-0.5f), vabs(x)), small = vmul(vset(0.5f), low);
    const vfloat w = vexp_low(half); /* times exp(-+low / 2) = 1 -+ low / 2 */
    const vfloat exact = vselect(negative, vfma(w, small, w), vfnma(w, small, w));
    const vfloat u = vmul(exact, exact), share = vdiv(vset(1), vadd(vset(1), u));
    return (struct activation_logistic){vselect(negative, exact, vset(1)), share,
                                        vselect(negative, share, vmul(u, share))};
}

/* grad_y sigmoid(x) factor: the damping comes twice, so that nothing underflows but the result. */
static ALWAYS_INLINE vfloat activation_damped(vfloat grad_y, const struct activation_logistic *s,
                                              vfloat factor) {
    return vmul(vmul(vmul(grad_y, s->damping), vmul(s->share, factor)), s->damping);
}

/* Kernel `name_` for this instruction set, alone and with threads, over <name_>_of, a map_step of
 * `ins_` inputs that is told the form (the parentheses hold the kernel's parameters, then the
 * inputs). Each form has a loop of its own, in whose registers its tables stay. */
#define ACTIVATION_KERNEL_SIMD(name_, ins_, form_, parameters_, inputs_, y_, technique_)           \
    static ALWAYS_INLINE void name_##_first(const vfloat *in, vfloat *out, const void *context) {  \
        name_##_of(in, out, context, false);                                                       \
    }                                                                                              \
    static ALWAYS_INLINE void name_##_second(const vfloat *in, vfloat *out, const void *context) { \
        name_##_of(in, out, context, true);                                                        \
    }                                                                                              \
    static ALWAYS_INLINE void name_##_map(const struct map_call *c, int64_t first, int64_t end) {  \
        const struct name_##_problem *p = c->context;                                              \
        (void)p;                                                                                   \
        if (form_)                                                                                 \
            map((struct map_form){name_##_second, ins_, 1, 2}, p, c, first, end);                  \
        else                                                                                       \
            map((struct map_form){name_##_first, ins_, 1, 2}, p, c, first, end);                   \
    }                                                                                              \
    static void name_##_part(const void *call, int64_t first, int64_t end) {                       \
        name_##_map(call, first, end);                                                             \
    }                                                                                              \
    static void SIMD(name_) parameters_ {                                                          \
        const struct map_call call = {p, inputs_, {y_}, streaming_pays(p->n)};                     \
        name_##_map(&call, 0, p->n);                                                               \
    }                                                                                              \
    static void SIMD_OMP(name_) parameters_ {                                                      \
        const struct map_call call = {p, inputs_, {y_}, streaming_pays(p->n)};                     \
        share_blocks(name_##_part, &call, p->n, MAP_BLOCK);                                        \
    }                                                                                              \
    IMPL_SIMD(name_, .technique = technique_);                                                     \
    IMPL_SIMD_OMP(name_, .technique = technique_ "; blocks shared out among threads")

/* y = value_(x), an expression in vfloat x and, for what parameters there are, in p, the problem;
 * with FORMS, in bool form too, which is form_(p). */
#define ACTIVATION_SIMD(name_, technique_, value_)                                                 \
    ACTIVATION_SIMD_FORMS(name_, technique_, false, value_)
#define ACTIVATION_SIMD_FORMS(name_, technique_, form_, value_)                                    \
    static ALWAYS_INLINE void name_##_of(const vfloat *in, vfloat *out, const void *context,       \
                                         const bool form) {                                        \
        const struct name_##_problem *p = context;                                                 \
        const vfloat x = in[0];                                                                    \
        (void)p, (void)form;                                                                       \
        out[0] = value_;                                                                           \
    }                                                                                              \
    ACTIVATION_KERNEL_SIMD(name_, 1, form_,                                                        \
                           (const struct name_##_problem *p, const float *x, float *y), {x}, y,    \
                           technique_)

/* grad_x = gradient_(grad_y, x), an expression in vfloat grad_y and x and in p. `name_` is
 * <activation>_backward. */
#define ACTIVATION_BACKWARD_SIMD(name_, technique_, gradient_)                                     \
    ACTIVATION_BACKWARD_SIMD_FORMS(name_, technique_, false, gradient_)
#define ACTIVATION_BACKWARD_SIMD_FORMS(name_, technique_, form_, gradient_)                        \
    static ALWAYS_INLINE void name_##_of(const vfloat *in, vfloat *out, const void *context,       \
                                         const bool form) {                                        \
        const struct name_##_problem *p = context;                                                 \
        const vfloat grad_y = in[0], x = in[1];                                                    \
        (void)p, (void)form;                                                                       \
        out[0] = gradient_;                                                                        \
    }                                                                                              \
    ACTIVATION_KERNEL_SIMD(                                                                        \
        name_, 2, form_,                                                                           \
        (const struct name_##_problem *p, const float *grad_y, const float *x, float *grad_x),     \
        ACTIVATION_PAIR_, grad_x, technique_)
#define ACTIVATION_PAIR_                                                                           \
    { grad_y, x }

#endif
