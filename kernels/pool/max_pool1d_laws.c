/* The laws of max_pool1d, called pool here. */
#include "kernels/core/law.h"
#include "kernels/pool/max_pool1d.h"

enum { X = MAX_POOL1D_X, Y = MAX_POOL1D_Y };

static struct max_pool1d_problem *fields_of(struct problem *problem) {
    return (struct max_pool1d_problem *)problem->value;
}
static const struct max_pool1d_problem *law_problem(const struct law_call *call, int run) {
    return (const struct max_pool1d_problem *)call->run[run]->problem->value;
}

/* ---- order ------------------------------------------------------------------------------------
 */

/* Increasing, with a kink; rounding and overflow keep the order. */
static float increasing(float x, float unused) {
    (void)unused;
    return x < 0 ? x * 0.375f : x * 3;
}

static void level(const struct law_call *call, int run) {
    float *x = call->run[run]->in[X];
    for (int64_t i = law_elements(call, run, X) - 1; i >= 0; i--)
        x[i] = x[i / law_problem(call, 0)->length * law_problem(call, 0)->length];
}
static void compare_level(const struct law_call *call, struct breach *breach) {
    const struct max_pool1d_problem *p = law_problem(call, 0);
    const float *x = call->run[0]->in[X];
    for (int64_t i = 0; i < law_elements(call, 0, Y); i++)
        law_require(call, breach, 0, Y, i, x[i / max_pool1d_outputs(p) * p->length], 0);
}

/* ---- places -----------------------------------------------------------------------------------
 */

static const char *reaches_the_end(const struct problem *problem) {
    const struct max_pool1d_problem *p = (const struct max_pool1d_problem *)problem->value;
    return (p->length - p->window) % p->stride ? "the last window does not reach the end" : NULL;
}
static void reversed(const struct law_call *call, int operand, int64_t *at) {
    at[1] = problem_shape(call->run[0]->problem, operand).dim[1] - 1 - at[1];
}

/* ---- windows and strides ----------------------------------------------------------------------
 */

static const char *has_stride(const struct problem *problem) {
    const struct max_pool1d_problem *p = (const struct max_pool1d_problem *)problem->value;
    return p->stride > 1 ? NULL : "stride = 1";
}
static void first_every_window(struct problem *problem, int run) {
    if (!run) fields_of(problem)->stride = 1;
}
static void strided(const struct law_call *call, int operand, int64_t *at) {
    (void)operand;
    at[1] *= law_problem(call, 1)->stride;
}

/* Run 1: half the window, stride 1; run 2, on its results: the other half, the case's stride. */
static const char *has_window(const struct problem *problem) {
    const struct max_pool1d_problem *p = (const struct max_pool1d_problem *)problem->value;
    return p->window > 1 ? NULL : "window = 1 has no halves";
}
static void halve(struct problem *problem, int run) {
    struct max_pool1d_problem *p = fields_of(problem);
    const int64_t half = (p->window + 1) / 2, stride = p->stride;
    if (run == 1) {
        p->window = half;
        p->stride = 1;
    } else if (run == 2) {
        p->length -= half - 1;
        p->window -= half - 1;
        p->stride = stride;
    }
}

const struct property max_pool1d_laws[] = {
    {.name = "maximum",
     .statement = "pool(max(x, x')) = max(pool(x), pool(x'))",
     .runs = 3,
     LAW_IN({.of = X, .how = LAW_REFILL}, {.of = X, .how = LAW_MAP, .map = fmaxf}),
     LAW_OUT({.of = Y, .how = LAW_MAPPED, .map = fmaxf})},
    {.name = "increasing_maps",
     .statement = "pool(f(x)) = f(pool(x)) for increasing f",
     .runs = 2,
     LAW_IN({.of = X, .how = LAW_MAP, .map = increasing}),
     LAW_OUT({.of = Y, .how = LAW_MAPPED, .map = increasing})},
    {.name = "constants",
     .statement = "every output of a constant row is that constant",
     .runs = 1,
     .prepare = level,
     .compare = compare_level},
    {.name = "reversal",
     .statement = "x backwards gives the outputs backwards",
     .runs = 2,
     .applies = reaches_the_end,
     LAW_IN({.of = X, .how = LAW_GATHER, .from = reversed}),
     LAW_OUT({.of = Y, .how = LAW_GATHERED, .from = reversed})},
    {.name = "row_permutation",
     .statement = "permuting the rows of x permutes those of the result",
     .runs = 2,
     LAW_IN({.of = X, .how = LAW_PERMUTE, .axis = law_rows}),
     LAW_OUT({.of = Y, .how = LAW_PERMUTED, .axis = law_rows})},
    {.name = "stride",
     .statement = "stride s gives every s-th output of stride 1",
     .runs = 2,
     .applies = has_stride,
     .vary = first_every_window,
     LAW_OUT({.of = Y, .how = LAW_GATHERED, .from = strided})},
    {.name = "composition",
     .statement = "windows of v after windows of w, stride 1, are windows of v + w - 1",
     .runs = 3,
     .applies = has_window,
     .vary = halve,
     LAW_IN({.of = X, .how = LAW_COPY, .with = Y}),
     LAW_OUT({.of = Y, .how = LAW_SAME})},
};
