/* A primitive with one field of every kind, for tests of what is driven by descriptors. */
#ifndef TESTS_UNIT_TOY_H
#define TESTS_UNIT_TOY_H

#include "kernels/core/primitive.h"

#define TOY_FIELDS(INT, REAL, FLAG, CHOICE)                                                        \
    INT(n, 4, 0, 4096, "elements")                                                                 \
    INT(shift, -1, -8, 8, "how far")                                                               \
    REAL(eps, 1e-5, 0.0, 1.0, "added to the variance")                                             \
    FLAG(bias, 1, "add a bias")                                                                    \
    CHOICE(mode, 1, "none|mean|sum", "what becomes of them")
PROBLEM_STRUCT(toy, TOY_FIELDS);
PROBLEM_FIELDS(toy, TOY_FIELDS);

enum { TOY_X, TOY_VARIANCE, TOY_INDEX, TOY_MASK, TOY_BIAS, TOY_Y, TOY_OPERANDS };

static const struct operand toy_operands[] = {
    [TOY_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n, 2]"},
    [TOY_VARIANCE] = {"variance", ROLE_IN, DTYPE_F64, DOMAIN_NONNEGATIVE, .shape = "[n, 2]"},
    [TOY_INDEX] = {"index", ROLE_IN, DTYPE_I64, DOMAIN_INDEX, .shape = "[n, 2]", .below = "8"},
    [TOY_MASK] = {"mask", ROLE_IN, DTYPE_U8, DOMAIN_MASK, .shape = "[n, 2]"},
    [TOY_BIAS] = {"bias", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n, 2]", .absent = "bias=0"},
    [TOY_Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n, 2]"},
};

static enum status toy_validate(const void *problem, struct error *error) {
    const struct toy_problem *p = problem;
    if (p->shift > p->n) return fail(error, STATUS_BAD_INPUT, "shift must not exceed n");
    return STATUS_OK;
}

static struct shape toy_shape(const void *problem, int operand) {
    const struct toy_problem *p = problem;
    if (operand == TOY_BIAS && !p->bias) return SHAPE_NONE;
    return SHAPE(p->n, 2);
}

static bool toy_reads(const void *problem, int operand) {
    return operand != TOY_X || ((const struct toy_problem *)problem)->shift != 0;
}

static double toy_one(const void *problem) {
    (void)problem;
    return 1;
}

static double toy_terms(const void *problem) {
    return (double)((const struct toy_problem *)problem)->n;
}

static void toy_call(kernel_fn kernel, const struct invocation *invocation) {
    (void)kernel, (void)invocation;
}

static const struct primitive primitive_toy = {
    .size = sizeof(struct primitive),
    .name = "toy",
    .summary = "one field of every kind",
    .formula = "none",
    FIELDS(fields),
    OPERANDS(toy_operands),
    .validate = toy_validate,
    .shape = toy_shape,
    .reads = toy_reads,
    .flops = toy_one,
    .terms = toy_terms,
    .call = toy_call,
};

#endif
