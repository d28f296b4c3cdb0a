/* The laws of max_pool1d, called pool here. */
#include "kernels/core/law.h"
#include "kernels/pool/max_pool1d.h"

static struct max_pool1d_problem *fields_of(struct problem *problem) {
    return (struct max_pool1d_problem *)problem->value;
}
static const struct max_pool1d_problem *law_problem(const struct law_call *call, int run) {
    return (const struct max_pool1d_problem *)call->run[run]->problem->value;
}

/* ---- order ------------------------------------------------------------------------------------
 */

/* Runs: x, x', max(x, x'). */
static void prepare_maximum(const struct law_call *call, int run) {
    if (run == 1) law_refill(call, run, MAX_POOL1D_X);
    const float *a = call->run[0]->in[MAX_POOL1D_X], *b = call->run[1]->in[MAX_POOL1D_X];
    float *larger = call->run[run]->in[MAX_POOL1D_X];
    for (int64_t i = 0; run == 2 && i < law_elements(call, 0, MAX_POOL1D_X); i++)
        larger[i] = a[i] > b[i] ? a[i] : b[i];
}
static void compare_maximum(const struct law_call *call, struct breach *breach) {
    for (int64_t i = 0; i < law_elements(call, 2, MAX_POOL1D_Y); i++)
        law_require(call, breach, 2, MAX_POOL1D_Y, i,
                    fmax(law_out(call, 0, MAX_POOL1D_Y, i), law_out(call, 1, MAX_POOL1D_Y, i)), 0);
}

/* Increasing, with a kink; rounding and overflow keep the order. */
static float increasing(float x) { return x < 0 ? x * 0.375f : x * 3; }
static void map_x(const struct law_call *call, int run) {
    float *x = call->run[run]->in[MAX_POOL1D_X];
    for (int64_t i = 0; run && i < law_elements(call, run, MAX_POOL1D_X); i++)
        x[i] = increasing(x[i]);
}
static void compare_mapped(const struct law_call *call, struct breach *breach) {
    for (int64_t i = 0; i < law_elements(call, 1, MAX_POOL1D_Y); i++)
        law_require(call, breach, 1, MAX_POOL1D_Y, i,
                    increasing((float)law_out(call, 0, MAX_POOL1D_Y, i)), 0);
}

static void level(const struct law_call *call, int run) {
    float *x = call->run[run]->in[MAX_POOL1D_X];
    for (int64_t i = law_elements(call, run, MAX_POOL1D_X) - 1; i >= 0; i--)
        x[i] = x[i / law_problem(call, 0)->length * law_problem(call, 0)->length];
}
static void compare_level(const struct law_call *call, struct breach *breach) {
    const struct max_pool1d_problem *p = law_problem(call, 0);
    const float *x = call->run[0]->in[MAX_POOL1D_X];
    for (int64_t i = 0; i < law_elements(call, 0, MAX_POOL1D_Y); i++)
        law_require(call, breach, 0, MAX_POOL1D_Y, i, x[i / max_pool1d_outputs(p) * p->length], 0);
}

/* ---- places -----------------------------------------------------------------------------------
 */

static const char *reaches_the_end(const struct problem *problem) {
    const struct max_pool1d_problem *p = (const struct max_pool1d_problem *)problem->value;
    return (p->length - p->window) % p->stride ? "the last window does not reach the end" : NULL;
}
static int64_t from_the_end(const struct law_call *call, int64_t length, int64_t index) {
    (void)call;
    return index / length * length + length - 1 - index % length;
}
static int64_t reversed_x(const struct law_call *call, int run, int64_t index) {
    return from_the_end(call, law_problem(call, run)->length, index);
}
static int64_t reversed_y(const struct law_call *call, int run, int64_t index) {
    return from_the_end(call, max_pool1d_outputs(law_problem(call, run)), index);
}
static void reverse(const struct law_call *call, int run) {
    if (run) law_gather(call, run, MAX_POOL1D_X, MAX_POOL1D_X, reversed_x);
}
static void compare_reversed(const struct law_call *call, struct breach *breach) {
    law_gathered(call, breach, 1, MAX_POOL1D_Y, reversed_y);
}

static struct law_axis rows_of(const struct law_call *call, int operand) {
    const int64_t n = law_problem(call, 0)->n;
    return (struct law_axis){1, n, n ? law_elements(call, 0, operand) / n : 0};
}
static void permute_rows(const struct law_call *call, int run) {
    if (run) law_permute(call, run, MAX_POOL1D_X, rows_of(call, MAX_POOL1D_X));
}
static void compare_rows(const struct law_call *call, struct breach *breach) {
    law_permuted(call, breach, 1, MAX_POOL1D_Y, rows_of(call, MAX_POOL1D_Y));
}

/* ---- windows and strides ----------------------------------------------------------------------
 */

static const char *has_stride(const struct problem *problem) {
    const struct max_pool1d_problem *p = (const struct max_pool1d_problem *)problem->value;
    return p->stride > 1 ? NULL : "stride = 1";
}
static void every_window(struct problem *problem, int run) {
    if (run) fields_of(problem)->stride = 1;
}
static void compare_every(const struct law_call *call, struct breach *breach) {
    const struct max_pool1d_problem *p = law_problem(call, 0);
    const int64_t outputs = max_pool1d_outputs(p), all = p->length - p->window + 1;
    for (int64_t i = 0; i < law_elements(call, 0, MAX_POOL1D_Y); i++)
        law_require(call, breach, 0, MAX_POOL1D_Y, i,
                    law_out(call, 1, MAX_POOL1D_Y, i / outputs * all + i % outputs * p->stride), 0);
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
static void chain(const struct law_call *call, int run) {
    const float *y = call->run[1]->out[MAX_POOL1D_Y];
    float *x = call->run[run]->in[MAX_POOL1D_X];
    for (int64_t i = 0; run == 2 && i < law_elements(call, run, MAX_POOL1D_X); i++) x[i] = y[i];
}
static void compare_chained(const struct law_call *call, struct breach *breach) {
    law_same(call, breach, 2, MAX_POOL1D_Y, 1);
}

const struct property max_pool1d_laws[] = {
    {.name = "maximum",
     .statement = "pool(max(x, x')) = max(pool(x), pool(x'))",
     .runs = 3,
     .prepare = prepare_maximum,
     .compare = compare_maximum},
    {.name = "increasing_maps",
     .statement = "pool(f(x)) = f(pool(x)) for increasing f",
     .runs = 2,
     .prepare = map_x,
     .compare = compare_mapped},
    {.name = "constants",
     .statement = "every output of a constant row is that constant",
     .runs = 1,
     .prepare = level,
     .compare = compare_level},
    {.name = "reversal",
     .statement = "x backwards gives the outputs backwards",
     .runs = 2,
     .applies = reaches_the_end,
     .prepare = reverse,
     .compare = compare_reversed},
    {.name = "row_permutation",
     .statement = "permuting the rows of x permutes those of the result",
     .runs = 2,
     .prepare = permute_rows,
     .compare = compare_rows},
    {.name = "stride",
     .statement = "stride s gives every s-th output of stride 1",
     .runs = 2,
     .applies = has_stride,
     .vary = every_window,
     .compare = compare_every},
    {.name = "composition",
     .statement = "windows of v after windows of w, stride 1, are windows of v + w - 1",
     .runs = 3,
     .applies = has_window,
     .vary = halve,
     .prepare = chain,
     .compare = compare_chained},
};
