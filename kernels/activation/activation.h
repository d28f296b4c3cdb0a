/* Activations, y = f(x) element by element, and their gradients: what all members have in common.
 *
 *   x, y, grad_y, grad_x  [n]          <name>:           y = f(x)
 *                                      <name>_backward:  grad_x = grad_y f'(x)
 *
 * Alignment: float. Aliasing: outputs overlap no input. Thread safety: reentrant, no state. n = 0:
 * nothing is written.
 * NaN gives NaN. An infinite x gives the limit: f(-Inf) is 0 where f vanishes there (torch says NaN
 * of silu, gelu, mish and hardswish), and grad_y times the limit of the slope. Left open: the sign
 * of a zero; a gradient that is infinite or NaN times a slope below 2^-126; such a slope may be off
 * by 2^-149, as float32 has no finer ones, before a finite gradient multiplies it, and so may what x
 * multiplies in silu and mish, and what alpha multiplies in the gradients of elu and selu, where torch
 * multiplies by exp(x) last. Denormal results count: sigmoid as 1 / (1 + exp(-x)), and silu as
 * x / (1 + exp(-x)), are 0 where exp(-x) overflows, and wrong there.
 * Accuracy of the vector forms: y to 2 ulp over all floats; grad_x to the bound of
 * reference/oracle_activation.c. Measured by `assay verify --ulp`, AVX2 | AVX-512: y over all 2^32
 * floats, grad_x for grad_y = 1 over every 61st, in ulp of the true value (of which a slope that
 * crosses 0 has any number beside its zero: within the bound, no figure):
 *
 *                y            grad_x                     y            grad_x
 *   relu         exact        exact         sigmoid      1.69 | 1.46  5.37 | 2.87
 *   leaky_relu   0.84 | 0.84  0.50 | 0.50   tanh         1.05 | 1.00  5.44 | 2.85
 *   elu          0.94 | 1.67  2.76 | 2.87   softplus     1.57 | 1.37  3.59 | 2.87
 *   silu         1.70 | 1.46  crosses 0     gelu         1.39 | 1.23  crosses 0
 *   mish         1.73 | 1.60  crosses 0     gelu (tanh)  1.68 | 1.63  crosses 0
 *   hardswish    1.91 | 1.91  crosses 0     selu         1.19 | 1.19  3.27 | 3.27
 *   hardsigmoid  1.33 | 1.33  0.50 | 0.50
 *
 *     ACTIVATION(silu, SILU_FIELDS);               in silu.h: problems, kernel types
 *     ACTIVATION_PRIMITIVES(silu, SILU_FIELDS, ...);   in silu.c: both descriptors */
#ifndef KERNELS_ACTIVATION_ACTIVATION_H
#define KERNELS_ACTIVATION_ACTIVATION_H

#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

/* The field that all have. */
#define ACTIVATION_N(INT) INT(n, 4096, 0, INT64_C(1) << 36, "elements")

enum { ACTIVATION_X, ACTIVATION_Y };
enum { ACTIVATION_BACKWARD_GRAD_Y, ACTIVATION_BACKWARD_X, ACTIVATION_BACKWARD_GRAD_X };

/* struct silu_problem, struct silu_backward_problem (the same fields), silu_kernel,
 * silu_backward_kernel */
#define ACTIVATION(name_, FIELDS_)                                                                 \
    PROBLEM_STRUCT(name_, FIELDS_);                                                                \
    PROBLEM_STRUCT(name_##_backward, FIELDS_);                                                     \
    typedef void name_##_kernel(const struct name_##_problem *p, const float *x, float *y);        \
    typedef void name_##_backward_kernel(const struct name_##_backward_problem *p,                 \
                                         const float *grad_y, const float *x, float *grad_x)

/* ---- the parts of the descriptors: activation_engine.c ---- */

/* The first field of every member's problem. */
struct activation_problem {
    int64_t n;
};
extern const struct operand activation_operands[2], activation_backward_operands[3];
struct shape activation_shape(const void *problem, int operand);
double activation_terms(const void *problem);

/* ---- the laws: activation_laws.c ---- */

enum { ACTIVATION_LAWS = 2, ACTIVATION_BACKWARD_LAWS = 5 };
extern const struct property activation_laws[ACTIVATION_LAWS];
extern const struct property activation_backward_laws[ACTIVATION_BACKWARD_LAWS];
/* f(x) - s f(-x) = a x + b; f(-x) is run 1. */
void activation_negate(const struct law_call *call, int run);
void activation_reflection(const struct law_call *call, struct breach *breach, double s, double a,
                           double b);

/* Both descriptors; after the flops of one element come more members of the forward one: its laws,
 * below. */
#define ACTIVATION_PRIMITIVES(...)                                                                 \
    ACTIVATION_PRIMITIVES_WITH((PROPERTIES(activation_backward_laws)), __VA_ARGS__)
/* A member whose gradient has laws of its own, or more members: these first, in parentheses. */
#define ACTIVATION_PRIMITIVES_WITH(gradients_, name_, FIELDS_, summary_, formula_, flops_,         \
                                   gradient_, gradient_flops_, ...)                                \
    PROBLEM_FIELDS(name_, FIELDS_);                                                                \
    static double flops(const void *problem) {                                                     \
        return (double)((const struct activation_problem *)problem)->n * (flops_);                 \
    }                                                                                              \
    static double gradient_flops(const void *problem) {                                            \
        return (double)((const struct activation_problem *)problem)->n * (gradient_flops_);        \
    }                                                                                              \
    static void call(kernel_fn kernel, const struct invocation *i) {                               \
        ((name_##_kernel *)kernel)(i->problem, i->operand[ACTIVATION_X],                           \
                                   i->operand[ACTIVATION_Y]);                                      \
    }                                                                                              \
    static void gradient_call(kernel_fn kernel, const struct invocation *i) {                      \
        ((name_##_backward_kernel *)kernel)(i->problem, i->operand[ACTIVATION_BACKWARD_GRAD_Y],    \
                                            i->operand[ACTIVATION_BACKWARD_X],                     \
                                            i->operand[ACTIVATION_BACKWARD_GRAD_X]);               \
    }                                                                                              \
    const struct primitive primitive_##name_ = {ACTIVATION_COMMON_(name_, summary_, formula_),     \
                                                OPERANDS(activation_operands),                     \
                                                .flops = flops,                                    \
                                                .call = call,                                      \
                                                .univariate = true,                                \
                                                __VA_ARGS__};                                      \
    const struct primitive primitive_##name_##_backward = {                                        \
        ACTIVATION_COMMON_(name_##_backward, "gradient of the " summary_, gradient_),              \
        OPERANDS(activation_backward_operands),                                                    \
        .flops = gradient_flops,                                                                   \
        .call = gradient_call,                                                                     \
        .gradient_of = #name_,                                                                     \
        ACTIVATION_MEMBERS_ gradients_}
#define ACTIVATION_MEMBERS_(...) __VA_ARGS__
#define ACTIVATION_COMMON_(name_, summary_, formula_)                                              \
    .size = sizeof(struct primitive), .family = "activation", .name = #name_, .summary = summary_, \
    .formula = formula_, FIELDS(fields), .shape = activation_shape, .terms = activation_terms

/* The forward one's laws, for the end of ACTIVATION_PRIMITIVES: */
#define ACTIVATION_PLAIN PROPERTIES(activation_laws)
/* ... and f(x) - s f(-x) = a x + b, for ACTIVATION_REFLECTION(statement, s, a, b) before it. */
#define ACTIVATION_REFLECTS PROPERTIES(laws)
#define ACTIVATION_REFLECTION(statement_, s_, a_, b_)                                              \
    static void reflection(const struct law_call *call, struct breach *breach) {                   \
        activation_reflection(call, breach, s_, a_, b_);                                           \
    }                                                                                              \
    static const struct property laws[] = {ACTIVATION_EVERY_LAW,                                   \
                                           {.name = "reflection",                                  \
                                            .statement = statement_,                               \
                                            .runs = 2,                                             \
                                            .prepare = activation_negate,                          \
                                            .compare = reflection}}

void activation_change_others(const struct law_call *call, int run);
void activation_same_others(const struct law_call *call, struct breach *breach);
#define ACTIVATION_EVERY_LAW                                                                       \
    {.name = "permutation",                                                                        \
     .statement = "permuting x permutes y",                                                        \
     .runs = 2,                                                                                    \
     LAW_IN({.of = ACTIVATION_X, .how = LAW_PERMUTE}),                                             \
     LAW_OUT({.of = ACTIVATION_Y, .how = LAW_PERMUTED})},                                          \
    {                                                                                              \
        .name = "locality",                                                                        \
        .statement = "y[i] depends on x[i] alone: others change the other half", .runs = 2,        \
        .prepare = activation_change_others, .compare = activation_same_others                     \
    }

#endif
