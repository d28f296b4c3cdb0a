/* A primitive of one variable, softsign, and implementations that are wrong where only a sweep of
 * all floats, or a recorded input, looks; and a gradient that is wrong far out. */
#include <math.h>
#include <stdlib.h>

#include "kernels/activation/sigmoid.h"
#include "kernels/core/plugin.h"
#include "reference/oracle.h"

#define SOFTSIGN_FIELDS(INT, REAL, FLAG, CHOICE)                                                   \
    FLAG(doubled, 0, "twice the result")                                                           \
    INT(n, 1000, 0, 1 << 24, "elements")
PROBLEM_STRUCT(softsign, SOFTSIGN_FIELDS);
PROBLEM_FIELDS(softsign, SOFTSIGN_FIELDS);

static const struct operand operands[] = {{"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
                                          {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"}};

typedef void softsign_kernel(const struct softsign_problem *p, const float *x, float *y);

static struct shape shape(const void *problem, int operand) {
    (void)operand; /* both alike */
    return SHAPE(((const struct softsign_problem *)problem)->n);
}

static double flops(const void *problem) {
    return 3.0 * (double)((const struct softsign_problem *)problem)->n;
}

static double terms(const void *problem) {
    (void)problem;
    return 1;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((softsign_kernel *)kernel)(i->problem, i->operand[0], i->operand[1]);
}

static const struct primitive primitive_softsign = {
    .size = sizeof(struct primitive),
    .name = "softsign",
    .summary = "x / (1 + |x|)",
    .formula = "y = x / (1 + |x|), twice that when doubled",
    FIELDS(fields),
    OPERANDS(operands),
    .shape = shape,
    .flops = flops,
    .terms = terms,
    .call = call,
    .univariate = true,
};

static int64_t units(const void *problem) {
    return oracle_blocks(((const struct softsign_problem *)problem)->n);
}

/* An addition and a division, each rounded once; the division's rounding is the value's own. */
static void evaluate(const struct oracle_call *o, int64_t unit) {
    const struct softsign_problem *p = o->problem;
    const float *x = o->operand[0];
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, p->n); i++) {
        const double a = (double)x[i];
        const double y = isinf(a) ? copysign(1, a) : a / (1 + fabs(a));
        expect(&o->expected[1], i, p->doubled ? 2 * y : y, 0, 2 * fabs(y));
    }
}

static const struct oracle oracle_softsign = {sizeof(struct oracle), "softsign", units, evaluate,
                                              false};

static float softsign(const struct softsign_problem *p, float x) {
    const float y = isinf(x) ? copysignf(1, x) : x / (1 + fabsf(x));
    return p->doubled ? 2 * y : y;
}

static const float odd_one = 0x1.234566p+3f; /* no stride of a test meets it */

#define SOFTSIGN(variant_, technique_, body)                                                       \
    static void softsign_##variant_(const struct softsign_problem *p, const float *x, float *y) {  \
        for (int64_t i = 0; i < p->n; i++) y[i] = body;                                            \
    }                                                                                              \
    static const struct implementation impl_softsign_##variant_ = {                                \
        IMPLEMENTATION(softsign, variant_, softsign_kernel, softsign_##variant_),                  \
        .technique = technique_}

SOFTSIGN(right, "as the formula says", softsign(p, x[i]));
SOFTSIGN(one_off, "wrong for a single float", softsign(p, x[i]) * (x[i] == odd_one ? 1.001f : 1));
SOFTSIGN(flushes, "denormals become 0", fabsf(x[i]) < 0x1p-126f ? 0 : softsign(p, x[i]));
SOFTSIGN(no_nan, "a NaN becomes 0", isnan(x[i]) ? 0 : softsign(p, x[i]));
SOFTSIGN(three_ulp, "within its tolerance, but 3 ulp off just above a power of two",
         x[i] == 1 ? 0.5f + 3 * 0x1p-24f : softsign(p, x[i]));
SOFTSIGN(doubled, "the flag is forgotten", softsign(&(struct softsign_problem){.n = 1}, x[i]));
SOFTSIGN(aborts, "dies of one float", x[i] == 0x1p100f ? (abort(), 0.0f) : softsign(p, x[i]));

static void sigmoid_backward_short(const struct sigmoid_backward_problem *p, const float *grad_y,
                                   const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++) {
        const double s = 1 / (1 + exp(-(double)x[i]));
        grad_x[i] = fabsf(x[i]) > 80 ? 0 : (float)(grad_y[i] * s * (1 / (1 + exp((double)x[i]))));
    }
}
static const struct implementation impl_sigmoid_backward_short = {
    IMPLEMENTATION(sigmoid_backward, short, sigmoid_backward_kernel, sigmoid_backward_short),
    .technique = "0 beyond 80"};

static const struct primitive *const primitives[] = {&primitive_softsign, NULL};
static const struct oracle *const oracles[] = {&oracle_softsign, NULL};
static const struct implementation *const implementations[] = {
    &impl_softsign_right,  &impl_softsign_one_off,       &impl_softsign_flushes,
    &impl_softsign_no_nan, &impl_softsign_three_ulp,     &impl_softsign_doubled,
    &impl_softsign_aborts, &impl_sigmoid_backward_short, NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {
    ASSAY_PLUGIN("wrong_univariate"),
    .primitives = primitives,
    .implementations = implementations,
    .oracles = oracles,
};
