/* Wrong steps of Adam: each a mistake that somebody really makes, switched into one right kernel.
 */
#include <math.h>
#include <string.h>

#include "kernels/core/plugin.h"
#include "kernels/optim/adam_step.h"

#define WRONG "FAIL: elements wrong"

/* name, what is wrong with it, what the verifier says */
#define MUTANTS(M)                                                                                 \
    M(no_correction, "both bias corrections are missing", WRONG)                                   \
    M(no_correction1, "the bias correction of exp_avg, 1 - beta1^step, is missing", WRONG)         \
    M(no_correction2, "the bias correction of exp_avg_sq, 1 - beta2^step, is missing", WRONG)      \
    M(correction2_not_rooted, "sqrt(v) is divided by 1 - beta2^step itself, not by its root",      \
      WRONG)                                                                                       \
    M(correction_of_first_step, "the bias corrections stay those of the first step: 1 - beta",     \
      WRONG)                                                                                       \
    M(corrections_swapped, "beta1 corrects exp_avg_sq, and beta2 exp_avg", WRONG)                  \
    M(correction_stored, "the bias-corrected moments are stored, and corrected again next time",   \
      WRONG)                                                                                       \
    M(correction_twice, "the step size and exp_avg are both divided by 1 - beta1^step", WRONG)     \
    M(float_power, "beta^step is computed in float32, where 1 - 0.999^step loses its digits",      \
      WRONG)                                                                                       \
    M(float_rest, "1 - beta is computed in float32: 1 - 0.999 loses four digits", WRONG)           \
    M(float_constants, "1 - beta and beta^step are both computed in float32, and lose digits",     \
      WRONG)                                                                                       \
    M(step_from_zero, "steps are counted from 0: beta^(step - 1)", WRONG)                          \
    M(step_early, "the step is counted once too often: beta^(step + 1)", WRONG)                    \
    M(betas_swapped, "beta1 and beta2 are swapped", WRONG)                                         \
    M(betas_fixed, "beta1 and beta2 are 0.9 and 0.999, whatever the problem says", WRONG)          \
    M(no_eps, "eps is missing", WRONG)                                                             \
    M(eps_inside, "eps stands inside the root: sqrt(v + eps)", WRONG)                              \
    M(eps_before_correction, "eps is added before the bias correction of the root", WRONG)         \
    M(eps_fixed, "eps is always 1e-8, whatever the problem says", WRONG)                           \
    M(no_root, "divides by v: the root is missing", WRONG)                                         \
    M(estimated_root, "the quotient uses a 12-bit estimate, without a Newton step", WRONG)         \
    M(decay_ignored, "weight decay is ignored", WRONG)                                             \
    M(always_l2, "decoupled decay goes through the gradient: Adam with L2, not AdamW", WRONG)      \
    M(always_decoupled, "L2 decay is applied to the parameter: AdamW, not Adam with L2", WRONG)    \
    M(decay_both_ways, "decoupled decay goes through the gradient as well", WRONG)                 \
    M(decay_doubled, "L2 decay is doubled: 2 * weight_decay * param", WRONG)                       \
    M(decay_sign, "the weight decay has the wrong sign: weights grow", WRONG)                      \
    M(decay_without_rate, "decoupled decay lacks the learning rate: 1 - weight_decay", WRONG)      \
    M(decay_by_step_size, "decoupled decay uses the bias-corrected learning rate", WRONG)          \
    M(decay_after, "decoupled decay is applied after the update, and to it", WRONG)                \
    M(decay_not_in_square, "exp_avg_sq is fed with the gradient without its L2 decay", WRONG)      \
    M(decay_not_in_mean, "exp_avg is fed with the gradient without its L2 decay", WRONG)           \
    M(decay_of_nothing, "weight_decay = 0 still multiplies: 0 * Inf reaches the gradient", WRONG)  \
    M(maximize_ignored, "maximize is ignored", WRONG)                                              \
    M(maximize_late, "maximize reverses the weight decay as well", WRONG)                          \
    M(maximize_of_update, "maximize turns the update round, not the gradient in exp_avg", WRONG)   \
    M(ascends, "the update is added: it climbs", WRONG)                                            \
    M(old_moments, "the parameter moves by the moments of before this step", WRONG)                \
    M(undamped_mean, "exp_avg = beta1 * exp_avg + g: the factor 1 - beta1 is missing", WRONG)      \
    M(undamped_square, "exp_avg_sq lacks the factor 1 - beta2 of the new square", WRONG)           \
    M(signed_square, "exp_avg_sq averages g itself, not its square", WRONG)                        \
    M(not_squared, "exp_avg_sq averages |g|, not its square", WRONG)                               \
    M(square_of_mean, "exp_avg_sq averages exp_avg squared, not the gradient squared", WRONG)      \
    M(blend_reversed, "beta weighs the new gradient and 1 - beta the old average", WRONG)          \
    M(nesterov, "the update looks ahead: NAdam", WRONG)                                            \
    M(clipped, "the gradient is clipped to [-1, 1]", WRONG)                                        \
    M(flushed, "denormal moments are flushed to 0, which is not declared", WRONG)                  \
    M(moments_not_stored, "exp_avg and exp_avg_sq are not written back", WRONG)                    \
    M(amsgrad_ignored, "amsgrad is ignored: max_exp_avg_sq is kept, but not divided by", WRONG)    \
    M(amsgrad_missing, "amsgrad is ignored: max_exp_avg_sq is neither divided by nor updated",     \
      WRONG)                                                                                       \
    M(amsgrad_not_stored, "the maximum is used, but max_exp_avg_sq is not written back", WRONG)    \
    M(amsgrad_corrected, "the maximum is taken of the bias-corrected second moment", WRONG)        \
    M(amsgrad_late, "divides by the maximum of before this step", WRONG)                           \
    M(amsgrad_always, "max_exp_avg_sq is read without amsgrad, where it is NULL",                  \
      "CRASH: a NULL pointer")                                                                     \
    M(amsgrad_replaces, "exp_avg_sq itself becomes the maximum", WRONG)                            \
    M(amsgrad_nan, "fmaxf drops a NaN of max_exp_avg_sq", "FAIL: expected nan, got")               \
    M(amsgrad_old_nan,                                                                             \
      "old > new ? old : new, as _mm256_max_ps(old, new) is, drops a NaN of max_exp_avg_sq",       \
      "FAIL: expected nan, got")                                                                   \
    M(amsgrad_new_nan,                                                                             \
      "new > old ? new : old, as _mm256_max_ps(new, old) is, drops a NaN of exp_avg_sq",           \
      "FAIL: expected nan, got")

enum mutation {
    RIGHT,
#define NAME(name_, ...) name_,
    MUTANTS(NAME)
};

/* What is computed once per call. */
struct constants {
    float beta1, beta2, rest1, rest2, step_size, root2, correction1, decay, keep, eps;
};

static double correction(double beta, double step, enum mutation m) {
    if (m == step_from_zero) step--;
    if (m == step_early) step++;
    if (m == correction_of_first_step) step = 1;
    if (m == float_power || m == float_constants) return 1 - powf((float)beta, (float)step);
    return 1 - pow(beta, step);
}

static struct constants constants(const struct adam_step_problem *p, enum mutation m) {
    double beta1 = m == betas_swapped ? p->beta2 : p->beta1, step = (double)p->step;
    double beta2 = m == betas_swapped ? p->beta1 : p->beta2;
    if (m == betas_fixed) beta1 = 0.9, beta2 = 0.999;
    const bool crossed = m == corrections_swapped;
    const double one = correction(crossed ? beta2 : beta1, step, m);
    const double two = correction(crossed ? beta1 : beta2, step, m);
    const bool uncorrected = m == no_correction;
    const double rate =
        m == no_correction1 || m == correction_stored || uncorrected ? p->lr : p->lr / one;
    const double decay = m == decay_sign      ? -p->weight_decay
                         : m == decay_doubled ? 2 * p->weight_decay
                                              : p->weight_decay;
    const double per_step = m == decay_without_rate ? 1 : m == decay_by_step_size ? rate : p->lr;
    struct constants c = {(float)beta1,
                          (float)beta2,
                          (float)(1 - beta1),
                          (float)(1 - beta2),
                          (float)rate,
                          (float)sqrt(two),
                          (float)one,
                          (float)decay,
                          (float)(1 - per_step * (m == decay_doubled ? p->weight_decay : decay)),
                          (float)p->eps};
    if (m == no_correction2 || uncorrected) c.root2 = 1;
    if (m == correction2_not_rooted) c.root2 = (float)two;
    if (m == float_rest || m == float_constants) c.rest1 = 1 - c.beta1, c.rest2 = 1 - c.beta2;
    if (m == undamped_mean) c.rest1 = 1;
    if (m == undamped_square) c.rest2 = 1;
    if (m == no_eps) c.eps = 0;
    if (m == eps_fixed) c.eps = 1e-8f;
    return c;
}

static float gradient(const struct adam_step_problem *p, const struct constants *c, float grad,
                      float param, bool through, enum mutation m) {
    float g = p->maximize && m != maximize_ignored && m != maximize_late && m != maximize_of_update
                  ? -grad
                  : grad;
    if (m == clipped) g = g > 1 ? 1 : g < -1 ? -1 : g;
    if (through) g += c->decay * param;
    return p->maximize && m == maximize_late ? -g : g;
}

static float blend(float beta, float rest, float old, float fresh, enum mutation m) {
    return m == blend_reversed ? rest * old + beta * fresh : beta * old + rest * fresh;
}

static float divisor(const struct constants *c, float v, enum mutation m) {
    switch (m) {
    case eps_inside: return sqrtf(v / (c->root2 * c->root2) + c->eps);
    case eps_before_correction: return (sqrtf(v) + c->eps) / c->root2;
    case no_root: return v / (c->root2 * c->root2) + c->eps;
    case correction_stored:
    case amsgrad_corrected: return sqrtf(v) + c->eps;
    default: return sqrtf(v) / c->root2 + c->eps;
    }
}

/* The second moment to divide by; keeps the maximum. */
static float largest(const struct constants *c, float v, float *maximum, enum mutation m) {
    const float old = *maximum, now = m == amsgrad_corrected ? v / (c->root2 * c->root2) : v;
    float wins = old > now || isnan(old) ? old : now;
    if (m == amsgrad_missing) return v;
    if (m == amsgrad_nan) wins = fmaxf(old, now);
    if (m == amsgrad_old_nan) wins = old > now ? old : now;
    if (m == amsgrad_new_nan) wins = now > old ? now : old;
    if (m != amsgrad_not_stored) *maximum = wins;
    if (m == amsgrad_ignored) return v;
    return m == amsgrad_late ? old : wins;
}

static double quotient(double numerator, float denominator, enum mutation m) {
    float inverse = 1 / denominator;
    uint32_t bits;
    if (m != estimated_root || !isfinite(inverse)) return numerator / denominator;
    memcpy(&bits, &inverse, sizeof bits);
    bits &= 0xfffff000;
    memcpy(&inverse, &bits, sizeof bits);
    return numerator * inverse;
}

static void element(const struct adam_step_problem *p, const struct constants *c, float *param,
                    float grad, float *exp_avg, float *exp_avg_sq, float *maximum,
                    enum mutation m) {
    const float old_mean = *exp_avg, old_square = *exp_avg_sq;
    bool decoupled = p->decoupled && p->weight_decay != 0, l2 = !p->decoupled;
    if (m != decay_of_nothing) l2 = l2 && p->weight_decay != 0;
    if (m == decay_ignored) decoupled = l2 = false;
    if (m == decay_both_ways) l2 = l2 || decoupled;
    if (m == always_l2) l2 = l2 || decoupled, decoupled = false;
    if (m == always_decoupled) decoupled = decoupled || l2, l2 = false;
    const float g = gradient(p, c, grad, *param, l2, m);
    const float plain = gradient(p, c, grad, *param, false, m);
    if (decoupled && m != decay_after) *param *= c->keep;
    float mean = blend(c->beta1, c->rest1, old_mean, m == decay_not_in_mean ? plain : g, m);
    const float squared = m == square_of_mean ? mean : m == decay_not_in_square ? plain : g;
    float v = blend(c->beta2, c->rest2, old_square,
                    m == not_squared     ? fabsf(squared)
                    : m == signed_square ? squared
                                         : squared * squared,
                    m);
    if (m == correction_stored) mean /= c->correction1, v /= c->root2 * c->root2;
    if (m == flushed && fabsf(mean) < 0x1p-126f) mean = 0;
    if (m == flushed && fabsf(v) < 0x1p-126f) v = 0;
    if (m != moments_not_stored) *exp_avg = mean, *exp_avg_sq = v;
    if (m == old_moments) mean = old_mean, v = old_square;
    if (p->amsgrad || m == amsgrad_always) v = largest(c, v, maximum, m);
    if (p->amsgrad && m == amsgrad_replaces) *exp_avg_sq = v;
    if (m == nesterov) mean = c->beta1 * mean + c->rest1 * g;
    if (m == correction_twice) mean /= c->correction1;
    /* in double: what overflows halfway is left open for the right formula alone */
    const float update = (float)quotient((double)c->step_size * (double)mean, divisor(c, v, m), m);
    const bool up = m == ascends || (p->maximize && m == maximize_of_update);
    *param = up ? *param + update : *param - update;
    if (decoupled && m == decay_after) *param *= c->keep;
}

static void adam_step(const struct adam_step_problem *p, float *param, const float *grad,
                      float *exp_avg, float *exp_avg_sq, float *maximum, enum mutation m) {
    const struct constants c = constants(p, m);
    for (int64_t i = 0; i < p->n; i++)
        element(p, &c, param + i, grad[i], exp_avg + i, exp_avg_sq + i,
                maximum ? maximum + i : NULL, m);
}

#define KERNEL_OF(variant_, mutation_)                                                             \
    static void adam_step_##variant_(const struct adam_step_problem *p, float *param,              \
                                     const float *grad, float *exp_avg, float *exp_avg_sq,         \
                                     float *max_exp_avg_sq) {                                      \
        adam_step(p, param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq, mutation_);                 \
    }

#define DEFINE(name_, defect_, caught_)                                                            \
    KERNEL_OF(mutant_##name_, name_)                                                               \
    static IMPL(adam_step, mutant_##name_, .technique = "wrong on purpose", .defect = defect_,     \
                .caught = caught_);
MUTANTS(DEFINE)

/* What the mutants are made from: right, or they would be caught for another reason. */
KERNEL_OF(unmutated, RIGHT)
static IMPL(adam_step, unmutated, .technique = "what the mutants are made from: as written");

#define ADDRESS(name_, ...) &impl_adam_step_mutant_##name_,
static const struct implementation *const implementations[] = {&impl_adam_step_unmutated,
                                                               MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mutants_adam_step"),
                                             .implementations = implementations};
