/* The example plugin: one more implementation of softmax, and a primitive of its own.
 *
 *     assay verify softmax/one_pass --plugin build/dev/plugins/example.so
 *     assay verify scaled_add --plugin build/dev/plugins/example.so --problem n=1000,scale=0.5
 *
 * Outside this build: cc -std=c11 -O3 -shared -fPIC -I <this project> example.c -o example.so */
#include <float.h>
#include <math.h>

#include "kernels/core/law.h"
#include "kernels/core/plugin.h"
#include "kernels/softmax/softmax.h"
#include "reference/oracle.h"

/* ---- softmax/one_pass: maximum and sum in one pass ----------------------------------------------
 * Milakov and Gimelshein, "Online normalizer calculation for softmax", arXiv 1805.02867 (2018). */

static void softmax_one_pass(const struct softmax_problem *p, const float *x, float *y) {
    for (int64_t slice = 0; slice < p->outer * p->inner; slice++) {
        const int64_t first = slice / p->inner * p->axis_len * p->inner + slice % p->inner;
        float largest = -INFINITY, sum = 0;
        for (int64_t i = 0; i < p->axis_len; i++) {
            const float value = x[first + i * p->inner];
            /* the rescaling of an empty or all -Inf sum would be Inf - Inf */
            if (value > largest) {
                sum = largest == -INFINITY ? sum : sum * expf(largest - value);
                largest = value;
            }
            sum += value == -INFINITY && largest == -INFINITY ? 0 : expf(value - largest);
        }
        for (int64_t i = 0; i < p->axis_len; i++)
            y[first + i * p->inner] = expf(x[first + i * p->inner] - largest) / sum;
    }
}

static IMPL(softmax, one_pass, .technique = "maximum and sum in one pass");

/* ---- scaled_add: z = scale * x + y ------------------------------------------------------------
 */

#define SCALED_ADD_FIELDS(INT, REAL, FLAG, CHOICE)                                                 \
    INT(n, 1000, 0, 1 << 24, "elements")                                                           \
    REAL(scale, 1.5, -1e6, 1e6, "factor of x")
PROBLEM_STRUCT(scaled_add, SCALED_ADD_FIELDS);
PROBLEM_FIELDS(scaled_add, SCALED_ADD_FIELDS);

enum { SCALED_ADD_X, SCALED_ADD_Y, SCALED_ADD_Z };
static const struct operand operands[] = {
    [SCALED_ADD_X] = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [SCALED_ADD_Y] = {"y", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    [SCALED_ADD_Z] = {"z", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
};

typedef void scaled_add_kernel(const struct scaled_add_problem *p, const float *x, const float *y,
                               float *z);

static struct shape shape(const void *problem, int operand) {
    const struct scaled_add_problem *p = problem;
    (void)operand; /* all alike */
    return SHAPE(p->n);
}

static bool reads(const void *problem, int operand) {
    const struct scaled_add_problem *p = problem;
    return operand != SCALED_ADD_X || p->scale != 0;
}

static double flops(const void *problem) {
    return 2.0 * (double)((const struct scaled_add_problem *)problem)->n;
}

static double terms(const void *problem) {
    (void)problem;
    return 2;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((scaled_add_kernel *)kernel)(i->problem, i->operand[SCALED_ADD_X], i->operand[SCALED_ADD_Y],
                                  i->operand[SCALED_ADD_Z]);
}

/* A law: what every implementation keeps, without knowing a single expected value. */
static void twice(const struct law_call *law, int run) {
    if (!run) return;
    law_scale(law, run, SCALED_ADD_X, 2);
    law_scale(law, run, SCALED_ADD_Y, 2);
}
static void compare_twice(const struct law_call *law, struct breach *breach) {
    law_scaled(law, breach, 1, SCALED_ADD_Z, 2);
}
static const struct property laws[] = {
    {.name = "homogeneity",
     .statement = "scaled_add(2 x, 2 y) = 2 scaled_add(x, y)",
     .runs = 2,
     .prepare = twice,
     .compare = compare_twice},
};

static const struct primitive primitive_scaled_add = {
    .size = sizeof(struct primitive),
    .name = "scaled_add",
    .summary = "scaled vector plus vector",
    .formula = "z = scale * x + y; x is not looked at when scale = 0",
    FIELDS(fields),
    OPERANDS(operands),
    .shape = shape,
    .reads = reads,
    .flops = flops,
    .terms = terms,
    .call = call,
    PROPERTIES(laws),
};

static int64_t units(const void *problem) {
    return oracle_blocks(((const struct scaled_add_problem *)problem)->n);
}

/* One product and one sum, each rounded once: the gauge of a sum of two terms. scale is rounded to
 * float32 by kernels, which is one more u of the product. */
static void evaluate(const struct oracle_call *o, int64_t unit) {
    const struct scaled_add_problem *p = o->problem;
    const float *x = o->operand[SCALED_ADD_X], *y = o->operand[SCALED_ADD_Y];
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, p->n); i++) {
        const double product = p->scale == 0 ? 0 : p->scale * x[i];
        if (isfinite(product) && fabs(product) >= FLT_MAX) /* fused with the sum or not: open */
            expect_anything(&o->expected[SCALED_ADD_Z], i);
        else
            expect(&o->expected[SCALED_ADD_Z], i, product + y[i], 0, 2 * fabs(product));
    }
}

static const struct oracle oracle_scaled_add = {
    .size = sizeof(struct oracle), .primitive = "scaled_add", .units = units, .evaluate = evaluate};

static void scaled_add_naive(const struct scaled_add_problem *p, const float *x, const float *y,
                             float *z) {
    const float scale = (float)p->scale;
    for (int64_t i = 0; i < p->n; i++) z[i] = scale == 0 ? y[i] : scale * x[i] + y[i];
}

static const struct implementation impl_scaled_add_naive = {
    IMPLEMENTATION(scaled_add, naive, scaled_add_kernel, scaled_add_naive),
    .technique = "one loop"};

/* ---- the plugin -------------------------------------------------------------------------------
 */

static const struct primitive *const primitives[] = {&primitive_scaled_add, NULL};
static const struct oracle *const oracles[] = {&oracle_scaled_add, NULL};
static const struct implementation *const implementations[] = {&impl_softmax_one_pass,
                                                               &impl_scaled_add_naive, NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {
    ASSAY_PLUGIN("example"),
    .primitives = primitives,
    .implementations = implementations,
    .oracles = oracles,
};
