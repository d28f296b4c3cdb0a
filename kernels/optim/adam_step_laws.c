/* The laws of adam_step. */
#include "kernels/core/law.h"
#include "kernels/optim/adam_step.h"

static struct adam_step_problem *fields_of(struct problem *problem) {
    return (struct adam_step_problem *)problem->value;
}
static const struct adam_step_problem *law_problem(const struct law_call *call) {
    return (const struct adam_step_problem *)call->run[0]->problem->value;
}
static const char *has_half(const struct problem *problem) {
    return problem->value[0].i > 1 ? NULL : "n is below 2";
}
static void first_half(struct problem *problem, int run) {
    if (run) fields_of(problem)->n /= 2;
}
static void turn_around(struct problem *problem, int run) {
    if (run) fields_of(problem)->maximize = !fields_of(problem)->maximize;
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

enum {
    PARAM = ADAM_STEP_PARAM,
    GRAD = ADAM_STEP_GRAD,
    EXP_AVG = ADAM_STEP_EXP_AVG,
    EXP_AVG_SQ = ADAM_STEP_EXP_AVG_SQ,
    MAX_EXP_AVG_SQ = ADAM_STEP_MAX_EXP_AVG_SQ,
};

const struct property adam_step_laws[] = {
    {.name = "permutation",
     .statement = "permuting all operands alike permutes the results",
     .runs = 2,
     LAW_IN({.of = LAW_EVERY, .how = LAW_PERMUTE}),
     LAW_OUT({.of = LAW_EVERY, .how = LAW_PERMUTED})},
    {.name = "two_halves",
     .statement = "the first half of the elements alone gives the first half of the results",
     .runs = 2,
     .applies = has_half,
     .vary = first_half,
     LAW_IN({.of = LAW_EVERY, .how = LAW_GATHER}),
     LAW_OUT({.of = LAW_EVERY, .how = LAW_GATHERED})},
    {.name = "sign_symmetry",
     .statement = "-param, -grad, -exp_avg give -param, -exp_avg and the same second moments",
     .runs = 2,
     LAW_IN({.of = PARAM, .how = LAW_SCALE, .factor = -1},
            {.of = GRAD, .how = LAW_SCALE, .factor = -1},
            {.of = EXP_AVG, .how = LAW_SCALE, .factor = -1}),
     LAW_OUT({.of = PARAM, .how = LAW_TIMES_EXACT, .factor = -1},
             {.of = EXP_AVG, .how = LAW_TIMES_EXACT, .factor = -1},
             {.of = EXP_AVG_SQ, .how = LAW_TIMES_EXACT, .factor = 1},
             {.of = MAX_EXP_AVG_SQ, .how = LAW_TIMES_EXACT, .factor = 1})},
    {.name = "maximize",
     .statement = "climbing along grad = descending along -grad",
     .runs = 2,
     .vary = turn_around,
     LAW_IN({.of = GRAD, .how = LAW_SCALE, .factor = -1}),
     LAW_OUT({.of = LAW_EVERY, .how = LAW_SAME})},
    {.name = "scale_invariance",
     .statement = "4 grad, 4 exp_avg, 16 exp_avg_sq and 4 eps make the same update",
     .runs = 2,
     .applies = has_room_for_eps,
     .vary = quadruple_eps,
     LAW_IN({.of = GRAD, .how = LAW_SCALE, .factor = 4},
            {.of = EXP_AVG, .how = LAW_SCALE, .factor = 4},
            {.of = EXP_AVG_SQ, .how = LAW_SCALE, .factor = 16},
            {.of = MAX_EXP_AVG_SQ, .how = LAW_SCALE, .factor = 16}),
     LAW_OUT({.of = PARAM, .how = LAW_TIMES_EXACT, .factor = 1},
             {.of = EXP_AVG, .how = LAW_TIMES_EXACT, .factor = 4},
             {.of = EXP_AVG_SQ, .how = LAW_TIMES_EXACT, .factor = 16},
             {.of = MAX_EXP_AVG_SQ, .how = LAW_TIMES_EXACT, .factor = 16})},
    {.name = "standstill",
     .statement = "lr = 0 leaves param as it is",
     .runs = 1,
     .vary = stand_still,
     .compare = compare_still},
    {.name = "moments_of_the_gradient",
     .statement = "exp_avg and exp_avg_sq do not depend on param",
     .runs = 2,
     .applies = gradient_without_decay,
     LAW_IN({.of = PARAM, .how = LAW_REFILL}),
     LAW_OUT({.of = EXP_AVG, .how = LAW_SAME}, {.of = EXP_AVG_SQ, .how = LAW_SAME},
             {.of = MAX_EXP_AVG_SQ, .how = LAW_SAME})},
    {.name = "running_maximum",
     .statement = "max_exp_avg_sq becomes the larger of itself and exp_avg_sq",
     .runs = 1,
     .applies = has_amsgrad,
     .compare = compare_maximum},
};
