/* Wrong activations and gradients of them: every member of the family as each other one, and
 * mistakes that all of them invite. */
#include <stdio.h>

#include "tests/mutants/generic.h"

#define WRONG "FAIL: elements wrong"

static bool is_member(const struct primitive *p) {
    return p->family && strcmp(p->family, "activation") == 0;
}
static bool is_gradient(const struct primitive *p) { return is_member(p) && p->gradient_of; }
static bool is_function(const struct primitive *p) { return is_member(p) && !p->gradient_of; }

/* ---- the members by name ---- */

static int64_t elements(const struct problem *problem) { return problem->value[0].i; }

/* The right kernel of another primitive, its fields at their defaults but for n. */
static void run_member(const char *name, int64_t n, void *const *operand) {
    struct problem other;
    problem_init(&other, registry_find_primitive(name));
    other.value[0].i = n;
    run_right_on(&other, operand);
}

/* `member`, or its gradient where this is one. */
static void run_as(const char *member, const struct problem *problem,
                   const struct invocation *invocation) {
    char name[64];
    snprintf(name, sizeof name, "%s%s", member, problem->primitive->gradient_of ? "_backward" : "");
    run_member(name, elements(problem), invocation->operand);
}

#define MEMBERS(M)                                                                                 \
    M(relu, "max(0, x)")                                                                           \
    M(leaky_relu, "x below 0 times 0.01")                                                          \
    M(sigmoid, "1 / (1 + exp(-x))")                                                                \
    M(tanh, "the hyperbolic tangent")                                                              \
    M(gelu, "x times the normal distribution")                                                     \
    M(silu, "x times its sigmoid")                                                                 \
    M(softplus, "log(1 + exp(x))")                                                                 \
    M(elu, "exp(x) - 1 below 0")                                                                   \
    M(selu, "elu by 1.0507, alpha 1.67326")                                                        \
    M(hardsigmoid, "min(max(x + 3, 0), 6) / 6")                                                    \
    M(hardswish, "x min(max(x + 3, 0), 6) / 6")                                                    \
    M(mish, "x tanh(log(1 + exp(x)))")
#define DEFINE(member_, formula_)                                                                  \
    static void as_##member_(const struct implementation *self, const struct problem *problem,     \
                             const struct invocation *invocation) {                                \
        (void)self;                                                                                \
        run_as(#member_, problem, invocation);                                                     \
    }                                                                                              \
    static bool not_##member_(const struct primitive *p) {                                         \
        return is_member(p) && strcmp(p->gradient_of ? p->gradient_of : p->name, #member_);        \
    }
MEMBERS(DEFINE)

/* ---- mistakes in y = f(x), and in grad_x = grad_y f'(x) ---- */

#define RUN(name_)                                                                                 \
    static void name_(const struct implementation *self, const struct problem *problem,            \
                      const struct invocation *invocation)

/* For each element, computed right: x, and y = f(x) or grad_y f'(x) to be spoilt. */
#define SPOIL(name_, statement_)                                                                   \
    RUN(name_) {                                                                                   \
        const bool gradient = is_gradient(problem->primitive);                                     \
        const float *from = invocation->operand[gradient ? 1 : 0];                                 \
        float *to = invocation->operand[gradient ? 2 : 1];                                         \
        (void)self;                                                                                \
        run_right(problem, invocation);                                                            \
        for (int64_t i = 0; i < elements(problem); i++) {                                          \
            const float x = from[i];                                                               \
            float y = to[i];                                                                       \
            statement_;                                                                            \
            to[i] = y;                                                                             \
            (void)x;                                                                               \
        }                                                                                          \
    }
SPOIL(nan_to_zero, if (isnan(x)) y = 0)
SPOIL(limit_to_nan, if (x == -INFINITY) y = NAN)
SPOIL(infinity_to_largest, if (x == INFINITY) y = 0x1.fffffep127f)
SPOIL(tail_to_zero, if (x < -20) y = 0)
SPOIL(deep_tail_to_zero, if (x < -88.7228394f) y = 0)
SPOIL(denormals_to_zero, if (fabsf(y) < 0x1p-126f) y = 0)
SPOIL(clipped, if (x > 6) y = fminf(y, 6))
SPOIL(shifted, y += 1e-3f)

static bool has_limit_0(const struct primitive *p) {
    static const char *const list[] = {"sigmoid",   "gelu", "silu",       "softplus",
                                       "hardswish", "mish", "hardsigmoid"};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strcmp(p->name, list[i]) == 0) return true;
    return false;
}
/* Whose float32 results reach down to x = -87. */
static bool has_long_tail(const struct primitive *p) {
    return has_limit_0(p) && strcmp(p->name, "gelu") && strncmp(p->name, "hard", 4);
}
/* Whose denormal results are more than a tail: near 0, or of small gradients. */
static bool has_denormals(const struct primitive *p) {
    return is_member(p) && strcmp(p->name, "sigmoid") && strcmp(p->name, "hardsigmoid");
}
static bool grows(const struct primitive *p) {
    return is_function(p) && strcmp(p->name, "tanh") && strcmp(p->name, "sigmoid") &&
           strcmp(p->name, "hardsigmoid");
}

/* ---- mistakes in grad_x = grad_y f'(x) alone ---- */

/* Another array in the place of one operand. */
static void run_with(const struct problem *problem, const struct invocation *invocation,
                     int operand, float *instead) {
    void *operands[3];
    memcpy(operands, invocation->operand, sizeof operands);
    operands[operand] = instead;
    run_right_on(problem, operands);
}

static float *room(const struct problem *problem) {
    float *made = malloc(((size_t)elements(problem) + 1) * sizeof *made);
    if (!made) abort();
    return made;
}

RUN(gradient_forgotten) {
    float *ones = room(problem);
    (void)self;
    for (int64_t i = 0; i < elements(problem); i++) ones[i] = 1;
    run_with(problem, invocation, 0, ones);
    free(ones);
}
RUN(slope_at_y) {
    float *y = room(problem);
    void *forward[] = {invocation->operand[1], y};
    (void)self;
    run_member(problem->primitive->gradient_of, elements(problem), forward);
    run_with(problem, invocation, 1, y);
    free(y);
}
/* The rectifiers' slopes know the sign alone, which y keeps. */
static bool has_curve(const struct primitive *p) {
    return is_gradient(p) && !strstr(p->gradient_of, "relu");
}
RUN(value_for_slope) {
    const float *grad_y = invocation->operand[0];
    float *grad_x = invocation->operand[2];
    void *forward[] = {invocation->operand[1], grad_x};
    (void)self;
    run_member(problem->primitive->gradient_of, elements(problem), forward);
    for (int64_t i = 0; i < elements(problem); i++) grad_x[i] *= grad_y[i];
}
RUN(operands_exchanged) {
    void *exchanged[] = {invocation->operand[1], invocation->operand[0], invocation->operand[2]};
    (void)self;
    run_right_on(problem, exchanged);
}
RUN(added_up) {
    float *grad_x = invocation->operand[2];
    (void)self;
    run_right(problem, invocation);
    for (int64_t i = 1; i < elements(problem); i++) grad_x[i] += grad_x[i - 1];
}

/* ---- gelu ---- */

RUN(form_exchanged) {
    struct problem other = *problem;
    (void)self;
    other.value[1].i = !other.value[1].i;
    run_right_on(&other, invocation->operand);
}
static bool is_gelu(const struct primitive *p) {
    return is_member(p) && strcmp(p->gradient_of ? p->gradient_of : p->name, "gelu") == 0;
}

#define AS(member_, formula_)                                                                      \
    SABOTAGE(as_##member_, "it is " #member_ ": " formula_, WRONG, .applies = not_##member_),
static const struct sabotage sabotages[] = {
    MEMBERS(AS) SABOTAGE(nan_to_zero, "a NaN becomes 0: comparisons and fmaxf lose it",
                         "FAIL: expected nan, got 0", .applies = is_member),
    SABOTAGE(limit_to_nan, "-Inf becomes NaN: the formula has 0 * Inf or Inf / Inf",
             "FAIL: expected -0, got nan|FAIL: expected 0, got nan", .applies = has_limit_0),
    SABOTAGE(infinity_to_largest, "+Inf is clipped to FLT_MAX", "FAIL: expected inf, got",
             .applies = grows),
    SABOTAGE(tail_to_zero, "below -20 it is 0: the tail is lost", WRONG, .applies = has_long_tail),
    SABOTAGE(deep_tail_to_zero, "below -88.7 it is 0: exp(-x) overflows", WRONG,
             .applies = has_long_tail),
    SABOTAGE(denormals_to_zero, "results below FLT_MIN become 0, which is not declared", WRONG,
             .applies = has_denormals),
    SABOTAGE(clipped, "clipped at 6", WRONG, .applies = grows),
    SABOTAGE(shifted, "off by 0.001 everywhere", WRONG, .applies = is_function),
    SABOTAGE(gradient_forgotten, "grad_y is not used: the slope alone", WRONG,
             .applies = is_gradient),
    SABOTAGE(slope_at_y, "the slope is taken at y = f(x), not at x", WRONG, .applies = has_curve),
    SABOTAGE(value_for_slope, "grad_y times f(x), not times its derivative", WRONG,
             .applies = is_gradient),
    SABOTAGE(operands_exchanged, "grad_y and x are exchanged", WRONG, .applies = is_gradient),
    SABOTAGE(added_up, "gradients of earlier elements are added", WRONG, .applies = is_gradient),
    SABOTAGE(form_exchanged, "the other form: approximate=tanh for none, or none for tanh", WRONG,
             .applies = is_gelu),
};
GENERIC_PLUGIN("mutants_activation");
