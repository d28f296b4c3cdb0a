#include "kernels/optim/adam_step.h"

PROBLEM_FIELDS(adam_step, ADAM_STEP_FIELDS);

static const struct operand operands[] = {
    [ADAM_STEP_PARAM] = {"param", ROLE_INOUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [ADAM_STEP_GRAD] = {"grad", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [ADAM_STEP_EXP_AVG] = {"exp_avg", ROLE_INOUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [ADAM_STEP_EXP_AVG_SQ] = {"exp_avg_sq", ROLE_INOUT, DTYPE_F32, DOMAIN_NONNEGATIVE,
                              .shape = "[n]"},
    [ADAM_STEP_MAX_EXP_AVG_SQ] = {"max_exp_avg_sq", ROLE_INOUT, DTYPE_F32, DOMAIN_NONNEGATIVE,
                                  .shape = "[n]", .absent = "amsgrad=0"},
};

static enum status validate(const void *problem, struct error *error) {
    const struct adam_step_problem *p = problem;
    if (!(p->beta1 < 1 && p->beta2 < 1))
        return fail(error, STATUS_BAD_INPUT, "beta1=%g and beta2=%g must be below 1", p->beta1,
                    p->beta2);
    return STATUS_OK;
}

static struct shape shape(const void *problem, int operand) {
    const struct adam_step_problem *p = problem;
    if (operand == ADAM_STEP_MAX_EXP_AVG_SQ && !p->amsgrad) return SHAPE_NONE;
    return SHAPE(p->n);
}

/* Two blends (3 + 4), root, scale, add, divide, scale, subtract; weight decay adds 2 (through the
 * gradient) or 1, amsgrad a comparison, maximize a change of sign. */
static double flops(const void *problem) {
    const struct adam_step_problem *p = problem;
    const int decay = p->decoupled ? 1 : p->weight_decay != 0 ? 2 : 0;
    return (double)p->n * (double)(13 + decay + p->amsgrad + p->maximize);
}

static double terms(const void *problem) {
    (void)problem;
    return 1;
}

/* A factor of 0 leaves only what is not finite. */
static bool weighs(const void *problem, int operand) {
    const struct adam_step_problem *p = problem;
    return !(operand == ADAM_STEP_EXP_AVG && p->beta1 == 0) &&
           !(operand == ADAM_STEP_EXP_AVG_SQ && p->beta2 == 0);
}

static void call(kernel_fn kernel, const struct invocation *i) {
    void *const *o = i->operand;
    ((adam_step_kernel *)kernel)(i->problem, o[ADAM_STEP_PARAM], o[ADAM_STEP_GRAD],
                                 o[ADAM_STEP_EXP_AVG], o[ADAM_STEP_EXP_AVG_SQ],
                                 o[ADAM_STEP_MAX_EXP_AVG_SQ]);
}

const struct primitive primitive_adam_step = {
    .size = sizeof(struct primitive),
    .name = "adam_step",
    .family = "optim",
    .summary = "one step of Adam, AdamW or AMSGrad",
    .formula = "param -= lr/(1-beta1^step) * m / (sqrt(v)/sqrt(1-beta2^step) + eps)",
    FIELDS(fields),
    OPERANDS(operands),
    CALLBACKS,
    .weighs = weighs,
    PROPERTIES(adam_step_laws),
};
