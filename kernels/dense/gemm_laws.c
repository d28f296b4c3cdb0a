/* The laws of gemm: c' = alpha op(a) op(b) + beta c. */
#include "kernels/core/law.h"
#include "kernels/dense/gemm.h"

static struct gemm_problem *fields_of(struct problem *problem) {
    return (struct gemm_problem *)problem->value;
}
static const struct gemm_problem *law_problem(const struct law_call *call, int run) {
    return (const struct gemm_problem *)call->run[run]->problem->value;
}
/* ---- permutations -----------------------------------------------------------------------------
 */

enum gemm_axis { AXIS_M, AXIS_N, AXIS_K };

/* The axis as it lies in this operand. */
static struct law_axis place_of(const struct law_call *call, int operand, enum gemm_axis axis) {
    const struct gemm_problem *p = law_problem(call, 0);
    const struct shape shape = problem_shape(call->run[0]->problem, operand);
    static const enum gemm_axis rows[] = {AXIS_M, AXIS_K, AXIS_M};
    const bool transposed = operand == GEMM_A ? p->trans_a : operand == GEMM_B ? p->trans_b : false;
    if ((axis == rows[operand]) != transposed)
        return (struct law_axis){shape.dim[0], shape.dim[1], shape.dim[2]};
    return (struct law_axis){shape.dim[0] * shape.dim[1], shape.dim[2], 1};
}
#define AXIS(name_, axis_)                                                                         \
    static struct law_axis name_(const struct law_call *call, int operand) {                       \
        return place_of(call, operand, axis_);                                                     \
    }
AXIS(rows_of, AXIS_M)
AXIS(columns_of, AXIS_N)
AXIS(terms_of, AXIS_K)

/* ---- transposition ----------------------------------------------------------------------------
 */

static void turn_product(struct problem *problem, int run) {
    struct gemm_problem *p = fields_of(problem);
    const struct gemm_problem old = *p;
    if (!run) return;
    p->m = old.n;
    p->n = old.m;
    p->trans_a = !old.trans_b; /* the same memory, read the other way */
    p->trans_b = !old.trans_a;
}
static void turn_a(struct problem *problem, int run) {
    if (run) fields_of(problem)->trans_a = !fields_of(problem)->trans_a;
}

/* ---- adjointness: A B = C is linear in A, and its adjoint is Y -> Y B^T ---- */

static void turn_b(struct problem *problem, int run) {
    struct gemm_problem *p = fields_of(problem);
    const struct gemm_problem old = *p;
    p->trans_a = 0;
    p->alpha = 1;
    p->beta = 0;
    if (!run) return;
    p->n = old.k;
    p->k = old.n;
    p->trans_b = !old.trans_b; /* the same memory, read the other way */
}

const struct property gemm_laws[] = {
    {.name = "linearity_in_a",
     .statement = "gemm(a + a', b, c + c') = gemm(a, b, c) + gemm(a', b, c')",
     .runs = 3,
     LAW_IN({.of = GEMM_A, .how = LAW_SPLIT}, {.of = GEMM_C, .how = LAW_SPLIT}),
     LAW_OUT({.of = GEMM_C, .how = LAW_SUM})},
    {.name = "linearity_in_b",
     .statement = "gemm(a, b + b', c + c') = gemm(a, b, c) + gemm(a, b', c')",
     .runs = 3,
     LAW_IN({.of = GEMM_B, .how = LAW_SPLIT}, {.of = GEMM_C, .how = LAW_SPLIT}),
     LAW_OUT({.of = GEMM_C, .how = LAW_SUM})},
    {.name = "homogeneity",
     .statement = "gemm(4 a, b, 4 c) = 4 gemm(a, b, c)",
     .runs = 2,
     LAW_IN({.of = GEMM_A, .how = LAW_SCALE, .factor = 4},
            {.of = GEMM_C, .how = LAW_SCALE, .factor = 4}),
     LAW_OUT({.of = GEMM_C, .how = LAW_TIMES_EXACT, .factor = 4})},
    {.name = "adjointness",
     .statement = "<a b, y> = <a, y b^T>",
     .runs = 2,
     .vary = turn_b,
     LAW_IN({.of = GEMM_A, .how = LAW_REFILL}),
     LAW_OUT({.of = GEMM_C,
              .how = LAW_ADJOINT,
              .with = GEMM_A,
              .partner_of = GEMM_C,
              .partner_with = GEMM_A})},
    {.name = "row_permutation",
     .statement = "permuting the rows of op(a) and c permutes those of the result",
     .runs = 2,
     LAW_IN({.of = GEMM_A, .how = LAW_PERMUTE, .axis = rows_of},
            {.of = GEMM_C, .how = LAW_PERMUTE, .axis = rows_of}),
     LAW_OUT({.of = GEMM_C, .how = LAW_PERMUTED, .axis = rows_of})},
    {.name = "column_permutation",
     .statement = "permuting the columns of op(b) and c permutes those of the result",
     .runs = 2,
     LAW_IN({.of = GEMM_B, .how = LAW_PERMUTE, .axis = columns_of},
            {.of = GEMM_C, .how = LAW_PERMUTE, .axis = columns_of}),
     LAW_OUT({.of = GEMM_C, .how = LAW_PERMUTED, .axis = columns_of})},
    {.name = "term_permutation",
     .statement = "permuting the columns of op(a) and the rows of op(b) alike changes nothing",
     .runs = 2,
     LAW_IN({.of = GEMM_A, .how = LAW_PERMUTE, .axis = terms_of},
            {.of = GEMM_B, .how = LAW_PERMUTE, .axis = terms_of}),
     LAW_OUT({.of = GEMM_C, .how = LAW_SAME})},
    {.name = "batch_permutation",
     .statement = "permuting the batch permutes the results",
     .runs = 2,
     LAW_IN({.of = LAW_EVERY, .how = LAW_PERMUTE, .axis = law_rows}),
     LAW_OUT({.of = GEMM_C, .how = LAW_PERMUTED, .axis = law_rows})},
    {.name = "transposition",
     .statement = "(A B)^T = B^T A^T",
     .runs = 2,
     .vary = turn_product,
     LAW_IN({.of = GEMM_A, .how = LAW_COPY, .with = GEMM_B},
            {.of = GEMM_B, .how = LAW_COPY, .with = GEMM_A},
            {.of = GEMM_C, .how = LAW_GATHER, .from = law_transposed}),
     LAW_OUT({.of = GEMM_C, .how = LAW_GATHERED, .from = law_transposed})},
    {.name = "storage_of_a",
     .statement = "a stored as [k, m] with trans_a = a stored as [m, k] without",
     .runs = 2,
     .vary = turn_a,
     LAW_IN({.of = GEMM_A, .how = LAW_GATHER, .from = law_transposed}),
     LAW_OUT({.of = GEMM_C, .how = LAW_SAME})},
};
