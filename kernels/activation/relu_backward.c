#include "kernels/activation/relu_backward.h"

PROBLEM_FIELDS(relu_backward, RELU_BACKWARD_FIELDS);

static const struct operand operands[] = {
    [RELU_BACKWARD_GRAD_Y] = {"grad_y", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [RELU_BACKWARD_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [RELU_BACKWARD_GRAD_X] = {"grad_x", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
};

static struct shape shape(const void *problem, int operand) {
    (void)operand; /* all alike */
    return SHAPE(((const struct relu_backward_problem *)problem)->n);
}

static double flops(const void *problem) {
    return (double)((const struct relu_backward_problem *)problem)->n;
}

static double terms(const void *problem) {
    (void)problem;
    return 1;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((relu_backward_kernel *)kernel)(i->problem, i->operand[RELU_BACKWARD_GRAD_Y],
                                     i->operand[RELU_BACKWARD_X], i->operand[RELU_BACKWARD_GRAD_X]);
}

const struct primitive primitive_relu_backward = {
    .size = sizeof(struct primitive),
    .name = "relu_backward",
    .family = "activation",
    .summary = "gradient of the rectified linear unit",
    .formula = "grad_x = x <= 0 ? 0 : grad_y",
    FIELDS(fields),
    OPERANDS(operands),
    .shape = shape,
    .flops = flops,
    .terms = terms,
    .exact = true,
    .call = call,
    .selects = true,
    .gradient_of = "relu",
    PROPERTIES(relu_backward_laws),
};
