/* Oracle of adam_step, on GSL.
 *
 * Notation: u the unit roundoff; E(z) a bound, in units of u, of how far a float32 z may be from
 * the true one before its own last rounding (which adds |z|); F = 2^-147 what underflow may cost on
 * the way to z, absolutely. Constants are computed in double and rounded once: 1 u each.
 *
 * - g: the product decay*param carries its constant's rounding and its own, E = 2 |decay param|,
 *   and the sum rounds, |g|; nothing without that term.
 * - blend(beta, old, new) = beta*old + (1 - beta)*new, with D the error of `new`:
 *   as written, 2 beta|old| + 2 (1 - beta)|new| + (1 - beta) D;
 *   as old + (1 - beta)(new - old), also in use, 3 (1 - beta)(|old| + |new|) + (1 - beta) D.
 *   E has the larger coefficient of each.
 * - m: blend with D = E(g). v: blend of g^2 with D = g^2 + 2|g|E(g) + u E(g)^2.
 * - amsgrad's maximum: |max(a, b') - max(a, b)| <= |b' - b|, v's error.
 * - root of v: |sqrt(v') - sqrt(v)| = |v' - v| / (sqrt(v') + sqrt(v)), so with d = |v' - v| <= v
 *   at most d / (sqrt(v) + sqrt(v - d)), and sqrt(d) when d > v; and its own rounding. A root near
 *   underflow is uncertain by sqrt(F), which matters when eps = 0.
 * - s = root / sqrt(1 - beta2^step) + eps: constant and product 2, eps's constant 1, the sum 1.
 *   In other orders, v / (1 - beta2^step) under the root as the paper has it, or eps times the
 *   correction beside the plain root: no more on the root, 3 for eps.
 * - q = m/s: |m'/s' - m/s| <= (E(m) u + |q| E(s) u) / (s - E(s) u), and 2 for a quotient that is a
 *   product with a reciprocal. Where E(s) u >= s nothing can be said: left open.
 * - update = step size * q: constant and product 2; lr * (m / (1 - beta1^step)), the paper's order,
 *   two constants, a reciprocal and two products: 5. Where q underflows, step size * F. keep * param
 *   (decoupled decay only): 2.
 *
 * m, v and the update beyond the range of float32 are infinite from there on, as they are in
 * every kernel (v and m are outputs). A g of finite parts that leaves it is infinite only in
 * kernels that round it: all that is made of it is left open (adam_step.h). So is a result where
 * only the order of the operations decides whether something overflows halfway (g * g; g - m of a
 * lerp; m and v divided by their corrections; step size * m / s), or whether a product is fused
 * with the sum it goes into; and an infinite exp_avg, which old + (1 - beta)(new - old), torch's
 * lerp, makes NaN, and an infinite g in its other form, new - beta (new - old) from 1 - beta = 1/2
 * on. Infinite and NaN inputs take the same way in double as in float32. */
#include <float.h>
#include <gsl/gsl_math.h>

#include "kernels/optim/adam_step.h"
#include "reference/oracle.h"

static const double u = 0x1p-24;
static const double underflow = 0x1p-147;
static const double second_order = 1.0001; /* products of two errors: below 1e-5 of the first */

/* A value and E of it; `open`: float32 may rightly hold anything. */
struct estimate {
    double value, error;
    bool open;
};

/* 1 - beta^step, without cancellation. */
static double correction(double beta, double step) {
    return beta == 0 ? 1 : -gsl_expm1(step * gsl_log1p(beta - 1));
}

/* What a float32 of this value is. */
static double in_range(double z) { return fabs(z) < 0x1.ffffffp127 ? z : z * GSL_POSINF; }

/* Could a float32 intermediate of this size be infinite? */
static bool leaves_range(double value) { return fabs(value) >= 0.999 * FLT_MAX; }

/* part + rest where a finite part may overflow by itself: only a sum that overflows to the same
 * side does not depend on whether product and sum are fused. */
static bool fusing_decides(double part, double sum) {
    if (isinf(part) || !leaves_range(part)) return false;
    return !(leaves_range(sum) && (sum > 0) == (part > 0)) && !isnan(sum);
}

static struct estimate gradient(const struct adam_step_problem *p, double param, double grad) {
    const double g = p->maximize ? -grad : grad;
    if (p->weight_decay == 0 || p->decoupled) return (struct estimate){g, 0, false};
    const double decay = p->weight_decay * param, sum = g + decay;
    const bool rounding_decides = isfinite(param) && isfinite(g) && leaves_range(sum);
    return (struct estimate){in_range(sum), 2 * fabs(decay) + fabs(sum) + underflow / u,
                             rounding_decides || fusing_decides(decay, sum)};
}

static struct estimate blend(double beta, double old, struct estimate fresh) {
    const double rest = 1 - beta, mixed = beta * old + rest * fresh.value;
    const bool lerp_overflows =
        isfinite(old) && isfinite(fresh.value) && leaves_range(fresh.value - old);
    return (struct estimate){in_range(mixed),
                             GSL_MAX_DBL(2 * beta, 3 * rest) * fabs(old) +
                                 rest * (3 * fabs(fresh.value) + fresh.error),
                             fresh.open || lerp_overflows};
}

static struct estimate squared(struct estimate g) {
    return (struct estimate){
        g.value * g.value, g.value * g.value + 2 * fabs(g.value) * g.error + u * g.error * g.error,
        g.open};
}

/* E of z with z's own rounding and underflow: what the next operation meets. */
static double inherited(struct estimate z) { return z.error + fabs(z.value) + underflow / u; }

static struct estimate divisor(const struct adam_step_problem *p, struct estimate v) {
    const double d = u * inherited(v), root = sqrt(v.value);
    const double moved = d <= v.value ? d / (root + sqrt(v.value - d)) : sqrt(d);
    const double scale = 1 / sqrt(correction(p->beta2, (double)p->step));
    const double sum = root * scale + p->eps;
    const double error = scale * (moved / u + root) + 2 * root * scale + 3 * p->eps + sum;
    return (struct estimate){sum, error + scale * underflow / u, v.open};
}

static struct estimate parameter(const struct adam_step_problem *p, double param, struct estimate m,
                                 struct estimate v) {
    const double first = correction(p->beta1, (double)p->step);
    const double second = correction(p->beta2, (double)p->step);
    const double kept = p->decoupled ? param * (1 - p->lr * p->weight_decay) : param;
    const double step_size = p->lr / first;
    const struct estimate below = divisor(p, v);
    const double quotient = m.value / below.value, update = in_range(step_size * quotient);
    struct estimate result = {kept - update, p->decoupled ? 2 * fabs(kept) : 0, m.open || v.open};
    const bool lost =
        isfinite(m.value) && !isnan(v.value) && !isnan(param) &&
        (leaves_range(quotient / (first * sqrt(second))) || leaves_range(step_size * m.value) ||
         leaves_range(m.value / first) || (isfinite(v.value) && leaves_range(v.value / second)));
    result.open = result.open || lost || fusing_decides(kept, result.value);
    if (!isfinite(m.value) || !isfinite(v.value) || isnan(param)) return result;
    const double least = below.value - u * below.error;
    result.open = result.open || !(least > 0);
    if (isinf(param)) return result;
    const double moved = (inherited(m) + fabs(quotient) * below.error) / least + 2 * fabs(quotient);
    /* the quotient may underflow before the rate multiplies it */
    result.error += step_size * (moved + underflow / u) + 5 * fabs(update) +
                    underflow / u / (GSL_MIN_DBL(first, sqrt(second)) * least);
    return result;
}

static void judged(const struct oracle_call *call, int operand, int64_t i, struct estimate z) {
    if (z.open) {
        expect_anything(&call->expected[operand], i);
        return;
    }
    const double local = isfinite(z.value) ? second_order * z.error : 0;
    expect(&call->expected[operand], i, z.value, 0, local);
}

static void element(const struct oracle_call *call, int64_t i) {
    const struct adam_step_problem *p = call->problem;
    const float *const *in = (const float *const *)call->operand;
    const double param = in[ADAM_STEP_PARAM][i];
    const struct estimate g = gradient(p, param, in[ADAM_STEP_GRAD][i]);
    struct estimate m = blend(p->beta1, in[ADAM_STEP_EXP_AVG][i], g);
    m.open = m.open || isinf(in[ADAM_STEP_EXP_AVG][i]) || (isinf(g.value) && p->beta1 <= 0.5);
    struct estimate v = blend(p->beta2, in[ADAM_STEP_EXP_AVG_SQ][i], squared(g));
    v.open = v.open || (isfinite(g.value) && leaves_range(g.value * g.value) && isfinite(v.value));
    judged(call, ADAM_STEP_EXP_AVG, i, m);
    judged(call, ADAM_STEP_EXP_AVG_SQ, i, v);
    if (p->amsgrad) {
        const double largest = in[ADAM_STEP_MAX_EXP_AVG_SQ][i];
        if (gsl_isnan(largest) || largest > v.value) v.value = largest;
        judged(call, ADAM_STEP_MAX_EXP_AVG_SQ, i, v);
    }
    judged(call, ADAM_STEP_PARAM, i, parameter(p, param, m, v));
}

static int64_t units(const void *problem) {
    return oracle_blocks(((const struct adam_step_problem *)problem)->n);
}

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct adam_step_problem *p = call->problem;
    const int64_t end = oracle_block_end(unit, p->n);
    for (int64_t i = unit * ORACLE_BLOCK; i < end; i++) element(call, i);
}

const struct oracle oracle_adam_step = {sizeof(struct oracle), "adam_step", units, evaluate, false};
