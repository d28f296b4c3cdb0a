#include "kernels/activation/activation.h"

const struct operand activation_operands[2] = {
    [ACTIVATION_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [ACTIVATION_Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
};
const struct operand activation_backward_operands[3] = {
    [ACTIVATION_BACKWARD_GRAD_Y] = {"grad_y", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [ACTIVATION_BACKWARD_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [ACTIVATION_BACKWARD_GRAD_X] = {"grad_x", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
};

struct shape activation_shape(const void *problem, int operand) {
    (void)operand; /* all alike */
    return SHAPE(((const struct activation_problem *)problem)->n);
}

double activation_terms(const void *problem) {
    (void)problem;
    return 1;
}
