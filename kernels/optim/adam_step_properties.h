/* The laws of adam_step. For adam_step.c alone. */
#ifndef KERNELS_OPTIM_ADAM_STEP_PROPERTIES_H
#define KERNELS_OPTIM_ADAM_STEP_PROPERTIES_H

#include "kernels/core/law.h"
#include "kernels/optim/adam_step.h"

static struct adam_step_problem *fields_of(struct problem *problem) {
    return (struct adam_step_problem *)problem->value;
}
static const struct adam_step_problem *law_problem(const struct law_call *call) {
    return (const struct adam_step_problem *)call->run[0]->problem->value;
}
static bool is_result(const struct law_call *call, int operand) {
    return operand != ADAM_STEP_GRAD && call->run[0]->out[operand];
}

/* ---- elementwise ------------------------------------------------------------------------------
 */

static struct law_axis whole(const struct law_call *call) {
    return (struct law_axis){1, law_problem(call)->n, 1};
}
static void permute(const struct law_call *call, int run) {
    for (int operand = 0; run && operand < ADAM_STEP_OPERANDS; operand++)
        law_permute(call, run, operand, whole(call));
}
static void compare_permuted(const struct law_call *call, struct breach *breach) {
    for (int operand = 0; operand < ADAM_STEP_OPERANDS; operand++)
        if (is_result(call, operand)) law_permuted(call, breach, 1, operand, whole(call));
}

static const char *has_half(const struct problem *problem) {
    return problem->value[0].i > 1 ? NULL : "n is below 2";
}
static void first_half(struct problem *problem, int run) {
    if (run) fields_of(problem)->n /= 2;
}
static int64_t unchanged(const struct law_call *call, int run, int64_t index) {
    (void)call, (void)run;
    return index;
}
static void take_half(const struct law_call *call, int run) {
    for (int operand = 0; run && operand < ADAM_STEP_OPERANDS; operand++)
        law_gather(call, run, operand, operand, unchanged);
}
static void compare_half(const struct law_call *call, struct breach *breach) {
    for (int operand = 0; operand < ADAM_STEP_OPERANDS; operand++)
        if (is_result(call, operand)) law_gathered(call, breach, 1, operand, unchanged);
}

/* ---- symmetries -------------------------------------------------------------------------------
 */

static void negate(const struct law_call *call, int run) {
    if (!run) return;
    law_scale(call, run, ADAM_STEP_PARAM, -1);
    law_scale(call, run, ADAM_STEP_GRAD, -1);
    law_scale(call, run, ADAM_STEP_EXP_AVG, -1);
}
static void compare_negated(const struct law_call *call, struct breach *breach) {
    law_scaled(call, breach, 1, ADAM_STEP_PARAM, -1);
    law_scaled(call, breach, 1, ADAM_STEP_EXP_AVG, -1);
    law_scaled(call, breach, 1, ADAM_STEP_EXP_AVG_SQ, 1);
    if (law_problem(call)->amsgrad) law_scaled(call, breach, 1, ADAM_STEP_MAX_EXP_AVG_SQ, 1);
}

static void turn_around(struct problem *problem, int run) {
    if (run) fields_of(problem)->maximize = !fields_of(problem)->maximize;
}
static void negate_grad(const struct law_call *call, int run) {
    if (run) law_scale(call, run, ADAM_STEP_GRAD, -1);
}
static void compare_same(const struct law_call *call, struct breach *breach) {
    for (int operand = 0; operand < ADAM_STEP_OPERANDS; operand++)
        if (is_result(call, operand)) law_same(call, breach, 1, operand, 1);
}

/* Gradients four times as large: the update, a quotient of moments, stays. A decay of the gradient
 * would not follow, so there is none. */
static const char *has_room_for_eps(const struct problem *problem) {
    const struct adam_step_problem *p = (const struct adam_step_problem *)problem->value;
    return p->eps <= 1e5 ? NULL : "eps is near the end of its range";
}
static void quadruple_eps(struct problem *problem, int run) {
    struct adam_step_problem *p = fields_of(problem);
    if (run) p->eps *= 4;
    if (!p->decoupled) p->weight_decay = 0;
}
static void quadruple(const struct law_call *call, int run) {
    if (!run) return;
    law_scale(call, run, ADAM_STEP_GRAD, 4);
    law_scale(call, run, ADAM_STEP_EXP_AVG, 4);
    law_scale(call, run, ADAM_STEP_EXP_AVG_SQ, 16);
    law_scale(call, run, ADAM_STEP_MAX_EXP_AVG_SQ, 16);
}
static void compare_quadrupled(const struct law_call *call, struct breach *breach) {
    law_scaled(call, breach, 1, ADAM_STEP_PARAM, 1);
    law_scaled(call, breach, 1, ADAM_STEP_EXP_AVG, 4);
    law_scaled(call, breach, 1, ADAM_STEP_EXP_AVG_SQ, 16);
    if (law_problem(call)->amsgrad) law_scaled(call, breach, 1, ADAM_STEP_MAX_EXP_AVG_SQ, 16);
}

/* ---- what does not matter to what -------------------------------------------------------------
 */

static void stand_still(struct problem *problem, int run) {
    (void)run;
    fields_of(problem)->lr = 0;
}
static void compare_still(const struct law_call *call, struct breach *breach) {
    const float *param = call->run[0]->in[ADAM_STEP_PARAM];
    for (int64_t i = 0; i < law_problem(call)->n; i++)
        law_require(call, breach, 0, ADAM_STEP_PARAM, i, param[i],
                    isfinite(law_bound(call, 0, ADAM_STEP_PARAM, i)) ? 0 : INFINITY);
}

static const char *gradient_without_decay(const struct problem *problem) {
    const struct adam_step_problem *p = (const struct adam_step_problem *)problem->value;
    return p->decoupled || p->weight_decay == 0 ? NULL : "the decay joins the gradient";
}
static void other_param(const struct law_call *call, int run) {
    if (run) law_refill(call, run, ADAM_STEP_PARAM);
}
static void compare_moments(const struct law_call *call, struct breach *breach) {
    for (int operand = ADAM_STEP_EXP_AVG; operand < ADAM_STEP_OPERANDS; operand++)
        if (is_result(call, operand)) law_same(call, breach, 1, operand, 1);
}

static const char *has_amsgrad(const struct problem *problem) {
    const struct adam_step_problem *p = (const struct adam_step_problem *)problem->value;
    return p->amsgrad ? NULL : "amsgrad = 0";
}
static void compare_maximum(const struct law_call *call, struct breach *breach) {
    const float *before = call->run[0]->in[ADAM_STEP_MAX_EXP_AVG_SQ];
    for (int64_t i = 0; i < law_problem(call)->n; i++) {
        const double v = law_out(call, 0, ADAM_STEP_EXP_AVG_SQ, i);
        const double bound = law_bound(call, 0, ADAM_STEP_MAX_EXP_AVG_SQ, i);
        law_require(call, breach, 0, ADAM_STEP_MAX_EXP_AVG_SQ, i, fmax(before[i], v),
                    bound + law_bound(call, 0, ADAM_STEP_EXP_AVG_SQ, i));
        law_require_between(call, breach, 0, ADAM_STEP_MAX_EXP_AVG_SQ, i, before[i], INFINITY,
                            isfinite(bound) ? 0 : INFINITY);
    }
}

static const struct property adam_step_properties[] = {
    {.name = "permutation",
     .statement = "permuting all operands alike permutes the results",
     .runs = 2,
     .prepare = permute,
     .compare = compare_permuted},
    {.name = "two_halves",
     .statement = "the first half of the elements alone gives the first half of the results",
     .runs = 2,
     .applies = has_half,
     .vary = first_half,
     .prepare = take_half,
     .compare = compare_half},
    {.name = "sign_symmetry",
     .statement = "-param, -grad, -exp_avg give -param, -exp_avg and the same second moments",
     .runs = 2,
     .prepare = negate,
     .compare = compare_negated},
    {.name = "maximize",
     .statement = "climbing along grad = descending along -grad",
     .runs = 2,
     .vary = turn_around,
     .prepare = negate_grad,
     .compare = compare_same},
    {.name = "scale_invariance",
     .statement = "4 grad, 4 exp_avg, 16 exp_avg_sq and 4 eps make the same update",
     .runs = 2,
     .applies = has_room_for_eps,
     .vary = quadruple_eps,
     .prepare = quadruple,
     .compare = compare_quadrupled},
    {.name = "standstill",
     .statement = "lr = 0 leaves param as it is",
     .runs = 1,
     .vary = stand_still,
     .compare = compare_still},
    {.name = "moments_of_the_gradient",
     .statement = "exp_avg and exp_avg_sq do not depend on param",
     .runs = 2,
     .applies = gradient_without_decay,
     .prepare = other_param,
     .compare = compare_moments},
    {.name = "running_maximum",
     .statement = "max_exp_avg_sq becomes the larger of itself and exp_avg_sq",
     .runs = 1,
     .applies = has_amsgrad,
     .compare = compare_maximum},
};

#endif
