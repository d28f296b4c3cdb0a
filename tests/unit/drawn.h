/* A primitive with an operand of every domain, for tests of what is drawn for them. */
#ifndef TESTS_UNIT_DRAWN_H
#define TESTS_UNIT_DRAWN_H

#include "kernels/core/primitive.h"

#define DRAWN_FIELDS(INT, REAL, FLAG, CHOICE)                                                      \
    INT(rows, 40, 0, 4096, "rows")                                                                 \
    INT(cols, 25, 0, 4096, "columns")                                                              \
    INT(classes, 10, 0, INT64_C(1) << 40, "what indices are below")
PROBLEM_STRUCT(drawn, DRAWN_FIELDS);
PROBLEM_FIELDS(drawn, DRAWN_FIELDS);

enum {
    DRAWN_REAL,
    DRAWN_WIDE,
    DRAWN_NONNEGATIVE,
    DRAWN_PROBABILITY,
    DRAWN_BY_ROW,
    DRAWN_BY_COLUMN,
    DRAWN_INDEX,
    DRAWN_DIGIT,
    DRAWN_MASK,
    DRAWN_BYTES,
    DRAWN_Y
};

#define DRAWN_TENSOR .shape = "[rows, cols]"
static const struct operand drawn_operands[] = {
    [DRAWN_REAL] = {"real", ROLE_IN, DTYPE_F32, DOMAIN_REAL, DRAWN_TENSOR},
    [DRAWN_WIDE] = {"wide", ROLE_IN, DTYPE_F64, DOMAIN_REAL, DRAWN_TENSOR},
    [DRAWN_NONNEGATIVE] = {"nonnegative", ROLE_IN, DTYPE_F32, DOMAIN_NONNEGATIVE, DRAWN_TENSOR},
    [DRAWN_PROBABILITY] = {"probability", ROLE_IN, DTYPE_F64, DOMAIN_PROBABILITY, DRAWN_TENSOR},
    [DRAWN_BY_ROW] = {"by_row", ROLE_IN, DTYPE_F32, DOMAIN_PROBABILITY, DRAWN_TENSOR,
                      .along = "cols"},
    [DRAWN_BY_COLUMN] = {"by_column", ROLE_IN, DTYPE_F64, DOMAIN_PROBABILITY, DRAWN_TENSOR,
                         .along = "rows"},
    [DRAWN_INDEX] = {"index", ROLE_IN, DTYPE_I64, DOMAIN_INDEX, DRAWN_TENSOR, .below = "classes"},
    [DRAWN_DIGIT] = {"digit", ROLE_IN, DTYPE_I64, DOMAIN_INDEX, DRAWN_TENSOR, .below = "10"},
    [DRAWN_MASK] = {"mask", ROLE_IN, DTYPE_U8, DOMAIN_MASK, DRAWN_TENSOR},
    [DRAWN_BYTES] = {"bytes", ROLE_IN, DTYPE_U8, DOMAIN_BYTES, DRAWN_TENSOR},
    [DRAWN_Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, DRAWN_TENSOR},
};

static struct shape drawn_shape(const void *problem, int operand) {
    const struct drawn_problem *p = problem;
    (void)operand; /* all alike */
    return SHAPE(p->rows, p->cols);
}

static double drawn_one(const void *problem) {
    (void)problem;
    return 1;
}

static void drawn_call(kernel_fn kernel, const struct invocation *invocation) {
    (void)kernel, (void)invocation;
}

static const struct primitive primitive_drawn = {
    .size = sizeof(struct primitive),
    .name = "drawn",
    .summary = "one operand of every domain",
    .formula = "none",
    FIELDS(fields),
    OPERANDS(drawn_operands),
    .shape = drawn_shape,
    .flops = drawn_one,
    .terms = drawn_one,
    .call = drawn_call,
};

#endif
