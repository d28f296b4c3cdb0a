#include "kernels/dense/gemm.h"

PROBLEM_FIELDS(gemm, GEMM_FIELDS);

static const struct operand operands[] = {
    [GEMM_A] = {"a", ROLE_IN, DTYPE_F32, DOMAIN_REAL,
                .shape = "[batch, m, k], or [batch, k, m] with trans_a"},
    [GEMM_B] = {"b", ROLE_IN, DTYPE_F32, DOMAIN_REAL,
                .shape = "[batch, k, n], or [batch, n, k] with trans_b"},
    [GEMM_C] = {"c", ROLE_INOUT, DTYPE_F32, DOMAIN_REAL, .shape = "[batch, m, n]"},
};

static double product(int64_t x, int64_t y, int64_t z) { return (double)x * (double)y * (double)z; }

static enum status validate(const void *problem, struct error *error) {
    const struct gemm_problem *p = problem;
    if (product(p->batch, p->m, p->k) >= 0x1p40)
        return fail(error, STATUS_BAD_INPUT, "batch*m*k must be below 2^40");
    if (product(p->batch, p->k, p->n) >= 0x1p40)
        return fail(error, STATUS_BAD_INPUT, "batch*k*n must be below 2^40");
    if (product(p->batch, p->m, p->n) >= 0x1p40)
        return fail(error, STATUS_BAD_INPUT, "batch*m*n must be below 2^40");
    return STATUS_OK;
}

static struct shape shape(const void *problem, int operand) {
    const struct gemm_problem *p = problem;
    if (operand == GEMM_A)
        return p->trans_a ? SHAPE(p->batch, p->k, p->m) : SHAPE(p->batch, p->m, p->k);
    if (operand == GEMM_B)
        return p->trans_b ? SHAPE(p->batch, p->n, p->k) : SHAPE(p->batch, p->k, p->n);
    return SHAPE(p->batch, p->m, p->n);
}

static bool reads(const void *problem, int operand) {
    const struct gemm_problem *p = problem;
    if (p->m == 0 || p->n == 0) return false;
    return operand == GEMM_C ? p->beta != 0 : p->alpha != 0;
}

static double flops(const void *problem) {
    const struct gemm_problem *p = problem;
    return p->alpha == 0 ? 0 : 2 * (double)p->batch * product(p->m, p->n, p->k);
}

/* The old c is one more term of the sum. */
static double terms(const void *problem) {
    const struct gemm_problem *p = problem;
    return (double)(p->alpha == 0 ? 0 : p->k) + (p->beta != 0);
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((gemm_kernel *)kernel)(i->problem, i->operand[GEMM_A], i->operand[GEMM_B], i->operand[GEMM_C],
                            i->workspace);
}

const struct primitive primitive_gemm = {
    .size = sizeof(struct primitive),
    .name = "gemm",
    .family = "dense",
    .summary = "matrix product with scaling, transposition and batches",
    .formula = "c = alpha op(a) op(b) + beta c",
    FIELDS(fields),
    OPERANDS(operands),
    CALLBACKS,
    .reads = reads,
    .exact = true,
    PROPERTIES(gemm_laws),
};
