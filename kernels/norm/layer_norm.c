#include "kernels/norm/layer_norm.h"

PROBLEM_FIELDS(layer_norm, LAYER_NORM_FIELDS);

static const struct operand operands[] = {
    [LAYER_NORM_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[rows, cols]"},
    [LAYER_NORM_WEIGHT] = {"weight", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[cols]",
                           .absent = "affine=0"},
    [LAYER_NORM_BIAS] = {"bias", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[cols]",
                         .absent = "affine=0"},
    [LAYER_NORM_Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[rows, cols]"},
    [LAYER_NORM_MEAN] = {"mean", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[rows]"},
    [LAYER_NORM_RSTD] = {"rstd", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[rows]"},
};

static enum status validate(const void *problem, struct error *error) {
    const struct layer_norm_problem *p = problem;
    if ((double)p->rows * (double)p->cols >= 0x1p40)
        return fail(error, STATUS_BAD_INPUT, "rows*cols must be below 2^40");
    return STATUS_OK;
}

static struct shape shape(const void *problem, int operand) {
    const struct layer_norm_problem *p = problem;
    switch (operand) {
    case LAYER_NORM_WEIGHT:
    case LAYER_NORM_BIAS: return p->affine ? SHAPE(p->cols) : SHAPE_NONE;
    case LAYER_NORM_MEAN:
    case LAYER_NORM_RSTD: return SHAPE(p->rows);
    default: return SHAPE(p->rows, p->cols);
    }
}

static bool reads(const void *problem, int operand) {
    (void)operand;
    return ((const struct layer_norm_problem *)problem)->rows > 0;
}

/* Per element: add; subtract, square, add; subtract, scale; and the affine map. */
static double flops(const void *problem) {
    const struct layer_norm_problem *p = problem;
    return (p->affine ? 8.0 : 6.0) * (double)p->rows * (double)p->cols;
}

static double terms(const void *problem) {
    const int64_t cols = ((const struct layer_norm_problem *)problem)->cols;
    return cols > 1 ? (double)cols : 1;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((layer_norm_kernel *)kernel)(i->problem, i->operand[LAYER_NORM_X],
                                  i->operand[LAYER_NORM_WEIGHT], i->operand[LAYER_NORM_BIAS],
                                  i->operand[LAYER_NORM_Y], i->operand[LAYER_NORM_MEAN],
                                  i->operand[LAYER_NORM_RSTD]);
}

const struct primitive primitive_layer_norm = {
    .size = sizeof(struct primitive),
    .name = "layer_norm",
    .family = "norm",
    .summary = "layer normalisation with mean and reciprocal deviation",
    .formula = "y = (x - mean) / sqrt(var + eps) * weight + bias",
    FIELDS(fields),
    OPERANDS(operands),
    CALLBACKS,
    .reads = reads,
    PROPERTIES(layer_norm_laws),
};
