#include "kernels/activation/relu.h"

PROBLEM_FIELDS(relu, RELU_FIELDS);

static const struct operand operands[] = {
    [RELU_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [RELU_Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
};

static struct shape shape(const void *problem, int operand) {
    (void)operand; /* x and y alike */
    return SHAPE(((const struct relu_problem *)problem)->n);
}

static double flops(const void *problem) {
    return (double)((const struct relu_problem *)problem)->n;
}

static double terms(const void *problem) {
    (void)problem;
    return 1;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((relu_kernel *)kernel)(i->problem, i->operand[RELU_X], i->operand[RELU_Y]);
}

const struct primitive primitive_relu = {
    .size = sizeof(struct primitive),
    .name = "relu",
    .family = "activation",
    .summary = "rectified linear unit",
    .formula = "y = max(0, x)",
    FIELDS(fields),
    OPERANDS(operands),
    .shape = shape,
    .flops = flops,
    .terms = terms,
    .exact = true,
    .call = call,
    .selects = true,
    .univariate = true,
    PROPERTIES(relu_laws),
};
