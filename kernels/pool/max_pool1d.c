#include "kernels/pool/max_pool1d.h"

PROBLEM_FIELDS(max_pool1d, MAX_POOL1D_FIELDS);

static const struct operand operands[] = {
    [MAX_POOL1D_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n, length]"},
    [MAX_POOL1D_Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL,
                      .shape = "[n, (length - window) / stride + 1]"},
};

static enum status validate(const void *problem, struct error *error) {
    const struct max_pool1d_problem *p = problem;
    if (p->window > p->length)
        return fail(error, STATUS_BAD_INPUT, "window=%lld is longer than length=%lld",
                    (long long)p->window, (long long)p->length);
    if ((double)p->n * (double)p->length >= 0x1p40)
        return fail(error, STATUS_BAD_INPUT, "n*length must be below 2^40");
    return STATUS_OK;
}

static struct shape shape(const void *problem, int operand) {
    const struct max_pool1d_problem *p = problem;
    return SHAPE(p->n, operand == MAX_POOL1D_X ? p->length : max_pool1d_outputs(p));
}

/* One comparison per output: no window of two or more can do with less, and a count that grew with
 * the window would call every algorithm that is not naive impossible. */
static double flops(const void *problem) {
    const struct max_pool1d_problem *p = problem;
    return (double)p->n * (double)max_pool1d_outputs(p);
}

/* Inputs that lie in a window, and outputs, once. */
static double bytes(const void *problem) {
    const struct max_pool1d_problem *p = problem;
    const double outputs = (double)max_pool1d_outputs(p);
    const double step = (double)(p->stride < p->window ? p->stride : p->window);
    return 4 * (double)p->n * ((outputs - 1) * step + (double)p->window + outputs);
}

static double terms(const void *problem) {
    (void)problem;
    return 1;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((max_pool1d_kernel *)kernel)(i->problem, i->operand[MAX_POOL1D_X], i->operand[MAX_POOL1D_Y],
                                  i->workspace);
}

const struct primitive primitive_max_pool1d = {
    .size = sizeof(struct primitive),
    .name = "max_pool1d",
    .family = "pool",
    .summary = "sliding-window maximum",
    .formula = "y[o] = max x[o*stride .. o*stride+window-1]",
    FIELDS(fields),
    OPERANDS(operands),
    CALLBACKS,
    .bytes = bytes,
    .exact = true,
    .selects = true,
    PROPERTIES(max_pool1d_laws),
};
