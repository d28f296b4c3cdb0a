/* A primitive as it was (GROWN 0) and as it is after it gained fields and an operand (GROWN 1): its
 * golden files of the first days must be read by the second. */
#include "kernels/core/plugin.h"
#include "reference/oracle.h"

#if GROWN
#define GROWN_FIELDS(INT, REAL, FLAG, CHOICE)                                                      \
    INT(n, 8, 0, 1 << 20, "elements")                                                              \
    INT(power, 2, 0, 4, "of two, a factor", .before = "0")                                         \
    REAL(scale, 1.5, -100, 100, "another factor", .before = "1")                                   \
    FLAG(bias, 1, "add a bias", .before = "0")                                                     \
    CHOICE(mode, 1, "plain|negated", "the sign of the result", .before = "plain")
#else
#define GROWN_FIELDS(INT, REAL, FLAG, CHOICE) INT(n, 8, 0, 1 << 20, "elements")
#endif
PROBLEM_STRUCT(grown, GROWN_FIELDS);
PROBLEM_FIELDS(grown, GROWN_FIELDS);

enum { X, Y, BIAS };
static const struct operand operands[] = {
    [X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [Y] = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
#if GROWN
    [BIAS] = {"bias", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[1]", .absent = "bias=0"},
#endif
};

static struct shape shape(const void *problem, int operand) {
    const struct grown_problem *p = problem;
#if GROWN
    if (operand == BIAS) return p->bias ? SHAPE(1) : SHAPE_NONE;
#endif
    (void)operand;
    return SHAPE(p->n);
}

static double one(const void *problem) {
    (void)problem;
    return 1;
}

static double value(const struct grown_problem *p, const float *x, const float *bias, int64_t i) {
#if GROWN
    const double scaled = ldexp(p->scale * x[i], (int)p->power) + (p->bias ? bias[0] : 0);
    return p->mode ? -scaled : scaled;
#else
    (void)p, (void)bias;
    return x[i];
#endif
}

static void naive(const struct grown_problem *p, const float *x, float *y, const float *bias) {
    for (int64_t i = 0; i < p->n; i++) y[i] = (float)value(p, x, bias, i);
}

typedef void grown_kernel(const struct grown_problem *p, const float *x, float *y,
                          const float *bias);

static void call(kernel_fn kernel, const struct invocation *i) {
    ((grown_kernel *)kernel)(i->problem, i->operand[X], i->operand[Y],
                             GROWN ? i->operand[BIAS] : NULL);
}

static const struct primitive primitive_grown = {
    .size = sizeof(struct primitive),
    .name = "grown",
    .summary = "a multiple of x",
    .formula = "y = x, and later y = +-(2^power scale x + bias)",
    FIELDS(fields),
    OPERANDS(operands),
    .shape = shape,
    .flops = one,
    .terms = one,
    .call = call,
};

static int64_t units(const void *problem) {
    return oracle_blocks(((const struct grown_problem *)problem)->n);
}

static void evaluate(const struct oracle_call *o, int64_t unit) {
    const struct grown_problem *p = o->problem;
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, p->n); i++)
        expect(&o->expected[Y], i, value(p, o->operand[X], GROWN ? o->operand[BIAS] : NULL, i), 0,
               0);
}

static const struct oracle oracle_grown = {
    .size = sizeof(struct oracle), .primitive = "grown", .units = units, .evaluate = evaluate};

static const struct implementation impl_grown_naive = {
    IMPLEMENTATION(grown, naive, grown_kernel, naive), .technique = "in double"};

static const struct primitive *const primitives[] = {&primitive_grown, NULL};
static const struct oracle *const oracles[] = {&oracle_grown, NULL};
static const struct implementation *const implementations[] = {&impl_grown_naive, NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {
    ASSAY_PLUGIN("grown"),
    .primitives = primitives,
    .oracles = oracles,
    .implementations = implementations,
};
