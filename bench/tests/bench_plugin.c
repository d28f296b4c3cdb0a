/* Kernels that a benchmark must not time, and one that watches what it is given. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include "kernels/core/plugin.h"
#include "kernels/softmax/softmax.h"
#include "reference/oracle.h"

/* ---- softmax, right and in ways wrong ----------------------------------------------------
 */

static void softmax_right(const struct softmax_problem *p, const float *x, float *y) {
    for (int64_t o = 0; o < p->outer; o++)
        for (int64_t i = 0; i < p->inner; i++) {
            const int64_t first = o * p->axis_len * p->inner + i;
            double largest = -INFINITY, sum = 0;
            for (int64_t k = 0; k < p->axis_len; k++)
                largest = fmax(largest, x[first + k * p->inner]);
            for (int64_t k = 0; k < p->axis_len; k++) sum += exp(x[first + k * p->inner] - largest);
            for (int64_t k = 0; k < p->axis_len; k++)
                y[first + k * p->inner] = (float)(exp(x[first + k * p->inner] - largest) / sum);
        }
}

static int64_t elements(const struct softmax_problem *p) {
    return p->outer * p->axis_len * p->inner;
}

static void softmax_wrong_value(const struct softmax_problem *p, const float *x, float *y) {
    softmax_right(p, x, y);
    if (elements(p)) y[elements(p) - 1] *= 1.0001f;
}

static void softmax_wrong_unwritten(const struct softmax_problem *p, const float *x, float *y) {
    const float before = elements(p) ? y[elements(p) - 1] : 0;
    softmax_right(p, x, y);
    if (elements(p)) y[elements(p) - 1] = before;
}

static void softmax_wrong_input(const struct softmax_problem *p, const float *x, float *y) {
    softmax_right(p, x, y);
    if (elements(p)) ((float *)x)[0] += 1;
}

/* Right once; later calls with the same pointers believe that the work is done. */
static void softmax_wrong_memory(const struct softmax_problem *p, const float *x, float *y) {
    static const float *known;
    if (known == y) return;
    softmax_right(p, x, y);
    known = y;
}

static void softmax_wrong_outside(const struct softmax_problem *p, const float *x, float *y) {
    softmax_right(p, x, y);
    y[elements(p)] = 1;
}

/* Within every bound, but not of this call alone. */
static void softmax_wrong_stale(const struct softmax_problem *p, const float *x, float *y) {
    const float before = elements(p) ? y[elements(p) - 1] : 0;
    softmax_right(p, x, y);
    if (isnan(before)) y[elements(p) - 1] = nextafterf(y[elements(p) - 1], 1);
}

/* Right when it is verified, by two calls in a worker. */
static void softmax_wrong_later(const struct softmax_problem *p, const float *x, float *y) {
    static long calls;
    softmax_right(p, x, y);
    if (++calls > 2 && elements(p)) y[elements(p) - 1] *= 1.0001f;
}

static void softmax_wrong_crash(const struct softmax_problem *p, const float *x, float *y) {
    softmax_right(p, x, y);
    raise(SIGSEGV);
}

static void softmax_wrong_hang(const struct softmax_problem *p, const float *x, float *y) {
    volatile int forever = 1;
    softmax_right(p, x, y);
    while (forever) {
    }
}

/* A thread that holds locks cannot be left half-way: only its process can be ended. */
static void softmax_wrong_hang_omp(const struct softmax_problem *p, const float *x, float *y) {
    softmax_wrong_hang(p, x, y);
}

static IMPL(softmax, right, .technique = "double");
static IMPL(softmax, wrong_value, .technique = "the last element is off by 1e-4");
static IMPL(softmax, wrong_unwritten, .technique = "the last element is left as it was");
static IMPL(softmax, wrong_input, .technique = "changes x");
static IMPL(softmax, wrong_memory, .technique = "computes once");
static IMPL(softmax, wrong_outside, .technique = "writes an element past the end of y");
static IMPL(softmax, wrong_stale, .technique = "one ulp depends on what y held");
static IMPL(softmax, wrong_later, .technique = "is off by 1e-4 from its third call on");
static IMPL(softmax, wrong_crash, .technique = "dies");
static IMPL(softmax, wrong_hang, .technique = "never returns");
static IMPL(softmax, wrong_hang_omp, .technique = "never returns", .uses_threads = true);

/* ---- an operand that grows without end --------------------------------------------------------
 */

#define GROW_FIELDS(INT, REAL, FLAG, CHOICE) INT(n, 100, 0, 1 << 20, "elements")
PROBLEM_STRUCT(grow, GROW_FIELDS);
PROBLEM_FIELDS(grow, GROW_FIELDS);

typedef void grow_kernel(const struct grow_problem *p, const float *x, float *y);

static const struct operand operands[] = {
    {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    {"y", ROLE_INOUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"}};

static struct shape shape(const void *problem, int operand) {
    (void)operand;
    return SHAPE(((const struct grow_problem *)problem)->n);
}

static double flops(const void *problem) {
    return 2 * (double)((const struct grow_problem *)problem)->n;
}

static double terms(const void *problem) {
    (void)problem;
    return 2;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((grow_kernel *)kernel)(i->problem, i->operand[0], i->operand[1]);
}

static const struct primitive grow = {
    .size = sizeof(struct primitive),
    .name = "grow",
    .summary = "an operand that grows",
    .formula = "y = 16 y + x",
    FIELDS(fields),
    OPERANDS(operands),
    .shape = shape,
    .flops = flops,
    .terms = terms,
    .call = call,
};

/* After 32 calls in place everything would be infinite. From a value that is not finite it makes a
 * finite one, which no run from pristine values gives; and it puts up with no more such calls than
 * it takes to find out how long a batch may be. */
static void watch(const struct grow_problem *p, const float *x, float *y) {
    enum { PATIENCE = 8 };
    static int infinite;
    bool finite = true;
    for (int64_t i = 0; i < p->n; i++) {
        finite = finite && isfinite(y[i]);
        y[i] = isfinite(y[i]) ? 16 * y[i] + x[i] : 12345;
    }
    if (!finite && ++infinite > PATIENCE) abort();
}

static const struct implementation impl_grow_watch = {
    IMPLEMENTATION(grow, watch, grow_kernel, watch), .technique = "notices infinities"};

static int64_t units(const void *problem) {
    return oracle_blocks(((const struct grow_problem *)problem)->n);
}

static void evaluate(const struct oracle_call *c, int64_t unit) {
    const struct grow_problem *p = c->problem;
    const float *x = c->operand[0], *y = c->operand[1];
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, p->n); i++)
        expect(&c->expected[1], i, 16. * y[i] + x[i], fabs(16. * y[i]) + fabs(x[i]), 0);
}

static const struct oracle oracle_grow = {sizeof(struct oracle), "grow", units, evaluate, false};

static const struct primitive *const primitives[] = {&grow, NULL};
static const struct oracle *const oracles[] = {&oracle_grow, NULL};
static const struct implementation *const implementations[] = {&impl_softmax_right,
                                                               &impl_softmax_wrong_value,
                                                               &impl_softmax_wrong_unwritten,
                                                               &impl_softmax_wrong_input,
                                                               &impl_softmax_wrong_memory,
                                                               &impl_softmax_wrong_outside,
                                                               &impl_softmax_wrong_stale,
                                                               &impl_softmax_wrong_later,
                                                               &impl_softmax_wrong_crash,
                                                               &impl_softmax_wrong_hang,
                                                               &impl_softmax_wrong_hang_omp,
                                                               &impl_grow_watch,
                                                               NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("bench_plugin"), .primitives = primitives,
                                             .implementations = implementations,
                                             .oracles = oracles};
