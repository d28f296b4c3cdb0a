#include "kernels/softmax/softmax.h"

PROBLEM_FIELDS(softmax, SOFTMAX_FIELDS);

static const struct operand operands[] = {
    [SOFTMAX_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[outer, axis_len, inner]"},
    [SOFTMAX_Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[outer, axis_len, inner]"},
};

static enum status validate(const void *problem, struct error *error) {
    const struct softmax_problem *p = problem;
    if ((double)p->outer * (double)p->axis_len * (double)p->inner >= 0x1p40)
        return fail(error, STATUS_BAD_INPUT, "outer*axis_len*inner must be below 2^40");
    return STATUS_OK;
}

static struct shape shape(const void *problem, int operand) {
    const struct softmax_problem *p = problem;
    (void)operand; /* x and y alike */
    return SHAPE(p->outer, p->axis_len, p->inner);
}

/* Per element: compare, subtract, exp (counted as 1), add, scale. */
static double flops(const void *problem) {
    const struct softmax_problem *p = problem;
    return 5.0 * (double)p->outer * (double)p->axis_len * (double)p->inner;
}

static double terms(const void *problem) {
    return (double)((const struct softmax_problem *)problem)->axis_len;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((softmax_kernel *)kernel)(i->problem, i->operand[SOFTMAX_X], i->operand[SOFTMAX_Y]);
}

const struct primitive primitive_softmax = {
    .size = sizeof(struct primitive),
    .name = "softmax",
    .family = "softmax",
    .summary = "softmax along any axis",
    .formula = "y = exp(x - max x) / sum exp(x - max x)",
    FIELDS(fields),
    OPERANDS(operands),
    CALLBACKS,
    PROPERTIES(softmax_laws),
};
