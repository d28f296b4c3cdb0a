#include "kernels/conv/conv2d.h"

PROBLEM_FIELDS(conv2d, CONV2D_FIELDS);

static const struct operand operands[] = {
    [CONV2D_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n, c, h, w]"},
    [CONV2D_WEIGHT] = {"weight", ROLE_IN, DTYPE_F32, DOMAIN_REAL,
                       .shape = "[oc, c / groups, kh, kw]"},
    [CONV2D_BIAS] = {"bias", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[oc]", .absent = "bias=0"},
    [CONV2D_Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n, oc, oh, ow]"},
};

static double product(const struct shape *shape) {
    double elements = 1;
    for (int i = 0; i < shape->rank; i++) elements *= (double)shape->dim[i];
    return elements;
}

static struct shape shape(const void *problem, int operand) {
    const struct conv2d_problem *p = problem;
    switch (operand) {
    case CONV2D_X: return SHAPE(p->n, p->c, p->h, p->w);
    case CONV2D_WEIGHT: return SHAPE(p->oc, p->c / p->groups, p->kh, p->kw);
    case CONV2D_BIAS: return p->bias ? SHAPE(p->oc) : SHAPE_NONE;
    default: return SHAPE(p->n, p->oc, conv2d_oh(p), conv2d_ow(p));
    }
}

static enum status validate(const void *problem, struct error *error) {
    const struct conv2d_problem *p = problem;
    if (p->c % p->groups || p->oc % p->groups)
        return fail(error, STATUS_BAD_INPUT, "c=%lld and oc=%lld must be multiples of groups=%lld",
                    (long long)p->c, (long long)p->oc, (long long)p->groups);
    if (conv2d_oh(p) < 1)
        return fail(error, STATUS_BAD_INPUT,
                    "the kernel does not fit: dilation*(kh-1)+1 = %lld must be at most h+2*pad = "
                    "%lld",
                    (long long)(p->dilation * (p->kh - 1) + 1), (long long)(p->h + 2 * p->pad));
    if (conv2d_ow(p) < 1)
        return fail(error, STATUS_BAD_INPUT,
                    "the kernel does not fit: dilation*(kw-1)+1 = %lld must be at most w+2*pad = "
                    "%lld",
                    (long long)(p->dilation * (p->kw - 1) + 1), (long long)(p->w + 2 * p->pad));
    for (int i = CONV2D_X; i <= CONV2D_Y; i++) {
        const struct shape s = shape(problem, i);
        if (product(&s) >= 0x1p40)
            return fail(error, STATUS_BAD_INPUT,
                        "n, c, h, w, oc, kh, kw make %s as large as 2^40 elements",
                        operands[i].name);
    }
    return STATUS_OK;
}

/* Products and sums of every window, padding included, as if all of it were data. */
static double flops(const void *problem) {
    const struct conv2d_problem *p = problem;
    const struct shape y = shape(problem, CONV2D_Y);
    return product(&y) * (2.0 * (double)(p->c / p->groups * p->kh * p->kw) + (double)p->bias);
}

static double terms(const void *problem) {
    const struct conv2d_problem *p = problem;
    return (double)(p->c / p->groups * p->kh * p->kw + p->bias);
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((conv2d_kernel *)kernel)(i->problem, i->operand[CONV2D_X], i->operand[CONV2D_WEIGHT],
                              i->operand[CONV2D_BIAS], i->operand[CONV2D_Y], i->prepared,
                              i->workspace);
}

const struct primitive primitive_conv2d = {
    .size = sizeof(struct primitive),
    .name = "conv2d",
    .family = "conv",
    .summary = "two-dimensional convolution, NCHW",
    .formula = "y[n,o,oy,ox] = bias[o] + sum weight[o,ci,ky,kx] x[n,ci,oy*stride+ky*dilation-pad,"
               "ox*stride+kx*dilation-pad]",
    FIELDS(fields),
    OPERANDS(operands),
    CALLBACKS,
    .exact = true,
    PROPERTIES(conv2d_laws),
};
