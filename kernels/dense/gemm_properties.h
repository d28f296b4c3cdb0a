/* The laws of gemm: c' = alpha op(a) op(b) + beta c. For gemm.c alone. */
#ifndef KERNELS_DENSE_GEMM_PROPERTIES_H
#define KERNELS_DENSE_GEMM_PROPERTIES_H

#include "kernels/core/law.h"
#include "kernels/dense/gemm.h"

static struct gemm_problem *fields_of(struct problem *problem) {
    return (struct gemm_problem *)problem->value;
}
static const struct gemm_problem *law_problem(const struct law_call *call, int run) {
    return (const struct gemm_problem *)call->run[run]->problem->value;
}
static void compare_same(const struct law_call *call, struct breach *breach) {
    law_same(call, breach, 1, GEMM_C, 1);
}

/* ---- linearity: in (a, c) and in (b, c) -------------------------------------------------------
 */

static void split_a(const struct law_call *call, int run) {
    law_split(call, run, GEMM_A);
    law_split(call, run, GEMM_C);
}
static void split_b(const struct law_call *call, int run) {
    law_split(call, run, GEMM_B);
    law_split(call, run, GEMM_C);
}
static void compare_sum(const struct law_call *call, struct breach *breach) {
    law_sum(call, breach, GEMM_C);
}
static void quadruple(const struct law_call *call, int run) {
    if (!run) return;
    law_scale(call, run, GEMM_A, 4);
    law_scale(call, run, GEMM_C, 4);
}
static void compare_quadruple(const struct law_call *call, struct breach *breach) {
    law_scaled(call, breach, 1, GEMM_C, 4);
}

/* ---- permutations -----------------------------------------------------------------------------
 */

enum gemm_axis { AXIS_M, AXIS_N, AXIS_K, AXIS_BATCH };

/* The axis as it lies in this operand. */
static struct law_axis place_of(const struct law_call *call, int operand, enum gemm_axis axis) {
    const struct gemm_problem *p = law_problem(call, 0);
    const struct shape shape = problem_shape(call->run[0]->problem, operand);
    static const enum gemm_axis rows[] = {AXIS_M, AXIS_K, AXIS_M};
    const bool transposed = operand == GEMM_A ? p->trans_a : operand == GEMM_B ? p->trans_b : false;
    if (axis == AXIS_BATCH) return (struct law_axis){1, shape.dim[0], shape.dim[1] * shape.dim[2]};
    if ((axis == rows[operand]) != transposed)
        return (struct law_axis){shape.dim[0], shape.dim[1], shape.dim[2]};
    return (struct law_axis){shape.dim[0] * shape.dim[1], shape.dim[2], 1};
}
static void permute(const struct law_call *call, int run, int operand, enum gemm_axis axis) {
    if (run) law_permute(call, run, operand, place_of(call, operand, axis));
}
static void compare(const struct law_call *call, struct breach *breach, enum gemm_axis axis) {
    law_permuted(call, breach, 1, GEMM_C, place_of(call, GEMM_C, axis));
}

static void permute_rows(const struct law_call *call, int run) {
    permute(call, run, GEMM_A, AXIS_M);
    permute(call, run, GEMM_C, AXIS_M);
}
static void compare_rows(const struct law_call *call, struct breach *breach) {
    compare(call, breach, AXIS_M);
}
static void permute_columns(const struct law_call *call, int run) {
    permute(call, run, GEMM_B, AXIS_N);
    permute(call, run, GEMM_C, AXIS_N);
}
static void compare_columns(const struct law_call *call, struct breach *breach) {
    compare(call, breach, AXIS_N);
}
static void permute_terms(const struct law_call *call, int run) {
    permute(call, run, GEMM_A, AXIS_K);
    permute(call, run, GEMM_B, AXIS_K);
}
static void permute_batch(const struct law_call *call, int run) {
    for (int operand = GEMM_A; operand <= GEMM_C; operand++)
        permute(call, run, operand, AXIS_BATCH);
}
static void compare_batch(const struct law_call *call, struct breach *breach) {
    compare(call, breach, AXIS_BATCH);
}

/* ---- transposition ----------------------------------------------------------------------------
 */

/* Element of a [batch, cols, rows] tensor in the [batch, rows, cols] one. */
static int64_t turned(int64_t index, int64_t rows, int64_t cols) {
    const int64_t matrix = index / (rows * cols), i = index / rows % cols, j = index % rows;
    return (matrix * rows + j) * cols + i;
}

static void turn_product(struct problem *problem, int run) {
    struct gemm_problem *p = fields_of(problem);
    const struct gemm_problem old = *p;
    if (!run) return;
    p->m = old.n;
    p->n = old.m;
    p->trans_a = !old.trans_b; /* the same memory, read the other way */
    p->trans_b = !old.trans_a;
}
static int64_t unchanged(const struct law_call *call, int run, int64_t index) {
    (void)call, (void)run;
    return index;
}
static int64_t turned_c(const struct law_call *call, int run, int64_t index) {
    (void)run;
    return turned(index, law_problem(call, 0)->m, law_problem(call, 0)->n);
}
static void swap_factors(const struct law_call *call, int run) {
    if (!run) return;
    law_gather(call, run, GEMM_A, GEMM_B, unchanged);
    law_gather(call, run, GEMM_B, GEMM_A, unchanged);
    law_gather(call, run, GEMM_C, GEMM_C, turned_c);
}
static void compare_turned(const struct law_call *call, struct breach *breach) {
    law_gathered(call, breach, 1, GEMM_C, turned_c);
}

static void turn_a(struct problem *problem, int run) {
    if (run) fields_of(problem)->trans_a = !fields_of(problem)->trans_a;
}
static int64_t turned_a(const struct law_call *call, int run, int64_t index) {
    const struct shape shape = problem_shape(call->run[0]->problem, GEMM_A);
    (void)run;
    return turned(index, shape.dim[1], shape.dim[2]);
}
static void store_a_turned(const struct law_call *call, int run) {
    if (run) law_gather(call, run, GEMM_A, GEMM_A, turned_a);
}

static const struct property gemm_properties[] = {
    {.name = "linearity_in_a",
     .statement = "gemm(a + a', b, c + c') = gemm(a, b, c) + gemm(a', b, c')",
     .runs = 3,
     .prepare = split_a,
     .compare = compare_sum},
    {.name = "linearity_in_b",
     .statement = "gemm(a, b + b', c + c') = gemm(a, b, c) + gemm(a, b', c')",
     .runs = 3,
     .prepare = split_b,
     .compare = compare_sum},
    {.name = "homogeneity",
     .statement = "gemm(4 a, b, 4 c) = 4 gemm(a, b, c)",
     .runs = 2,
     .prepare = quadruple,
     .compare = compare_quadruple},
    {.name = "row_permutation",
     .statement = "permuting the rows of op(a) and c permutes those of the result",
     .runs = 2,
     .prepare = permute_rows,
     .compare = compare_rows},
    {.name = "column_permutation",
     .statement = "permuting the columns of op(b) and c permutes those of the result",
     .runs = 2,
     .prepare = permute_columns,
     .compare = compare_columns},
    {.name = "term_permutation",
     .statement = "permuting the columns of op(a) and the rows of op(b) alike changes nothing",
     .runs = 2,
     .prepare = permute_terms,
     .compare = compare_same},
    {.name = "batch_permutation",
     .statement = "permuting the batch permutes the results",
     .runs = 2,
     .prepare = permute_batch,
     .compare = compare_batch},
    {.name = "transposition",
     .statement = "(A B)^T = B^T A^T",
     .runs = 2,
     .vary = turn_product,
     .prepare = swap_factors,
     .compare = compare_turned},
    {.name = "storage_of_a",
     .statement = "a stored as [k, m] with trans_a = a stored as [m, k] without",
     .runs = 2,
     .vary = turn_a,
     .prepare = store_a_turned,
     .compare = compare_same},
};

#endif
