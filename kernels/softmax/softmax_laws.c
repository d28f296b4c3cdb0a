/* The laws of softmax. */
#include "kernels/core/law.h"
#include "kernels/softmax/softmax.h"

static const struct softmax_problem *law_problem(const struct law_call *call, int run) {
    return (const struct softmax_problem *)call->run[run]->problem->value;
}

/* ---- conservation: every slice is a distribution ----------------------------------------------
 */

static void compare_slice(const struct law_call *call, struct breach *breach, int64_t first) {
    const struct softmax_problem *p = law_problem(call, 0);
    double others = 0, bound = 0;
    const int64_t last = first + (p->axis_len - 1) * p->inner;
    for (int64_t at = first; at <= last; at += p->inner) {
        const double y = law_out(call, 0, SOFTMAX_Y, at), own = law_bound(call, 0, SOFTMAX_Y, at);
        law_require_between(call, breach, 0, SOFTMAX_Y, at, 0, 1, own);
        if (at != last) others += y;
        bound += own;
    }
    law_require(call, breach, 0, SOFTMAX_Y, last, 1 - others, bound + law_double(p->axis_len));
}

static void compare_conservation(const struct law_call *call, struct breach *breach) {
    const struct softmax_problem *p = law_problem(call, 0);
    for (int64_t slice = 0; p->axis_len && slice < p->outer * p->inner; slice++)
        compare_slice(call, breach, slice / p->inner * p->axis_len * p->inner + slice % p->inner);
}

/* ---- shift, permutations ----------------------------------------------------------------------
 */

static struct law_axis the_axis(const struct law_call *call, int operand) {
    const struct softmax_problem *p = law_problem(call, 0);
    (void)operand;
    return (struct law_axis){p->outer, p->axis_len, p->inner};
}
/* Slices are permuted among the outer and among the inner ones, whichever there are more of. */
static struct law_axis the_slices(const struct law_call *call, int operand) {
    const struct softmax_problem *p = law_problem(call, 0);
    (void)operand;
    return p->inner > p->outer ? (struct law_axis){p->outer * p->axis_len, p->inner, 1}
                               : (struct law_axis){1, p->outer, p->axis_len * p->inner};
}

/* ---- order ------------------------------------------------------------------------------------
 */

/* Every element against another of its slice; equal ones get equal shares. */
static void compare_order(const struct law_call *call, struct breach *breach) {
    const struct law_axis axis = the_axis(call, SOFTMAX_X);
    const struct law_order order = law_order(axis.length);
    const float *x = call->run[0]->in[SOFTMAX_X];
    for (int64_t i = 0; i < axis.outer * axis.length * axis.inner; i++) {
        const int64_t slice = i / (axis.length * axis.inner), place = i / axis.inner % axis.length;
        const int64_t j =
            (slice * axis.length + law_place(order, place)) * axis.inner + i % axis.inner;
        const double there = law_out(call, 0, SOFTMAX_Y, j);
        const double bound = law_bound(call, 0, SOFTMAX_Y, i) + law_bound(call, 0, SOFTMAX_Y, j);
        const double low = x[i] < x[j] ? -INFINITY : there, high = x[i] > x[j] ? INFINITY : there;
        law_require_between(call, breach, 0, SOFTMAX_Y, i, low, high, bound);
    }
}

/* ---- layout: the axis may lie anywhere --------------------------------------------------------
 */

static const char *has_inner(const struct problem *problem) {
    const struct softmax_problem *p = (const struct softmax_problem *)problem->value;
    return p->inner > 1 ? NULL : "inner = 1: the axis is contiguous already";
}
static void make_contiguous(struct problem *problem, int run) {
    struct softmax_problem *p = (struct softmax_problem *)problem->value;
    if (!run || p->outer * p->inner > 1 << 24) return;
    p->outer *= p->inner;
    p->inner = 1;
}
/* [outer * inner, axis, 1] from [outer, axis, inner]. */
static void strided(const struct law_call *call, int operand, int64_t *at) {
    const struct softmax_problem *p = law_problem(call, 0);
    (void)operand;
    at[2] = at[0] % p->inner;
    at[0] /= p->inner;
}

const struct property softmax_laws[] = {
    {.name = "conservation",
     .statement = "every slice of softmax(x) lies in [0, 1] and sums to 1",
     .runs = 1,
     .compare = compare_conservation},
    {.name = "shift_invariance",
     .statement = "softmax(x + c) = softmax(x)",
     .runs = 2,
     LAW_IN({.of = SOFTMAX_X, .how = LAW_SHIFT}),
     LAW_OUT({.of = SOFTMAX_Y, .how = LAW_SAME})},
    {.name = "permutation",
     .statement = "permuting x along the axis permutes softmax(x)",
     .runs = 2,
     LAW_IN({.of = SOFTMAX_X, .how = LAW_PERMUTE, .axis = the_axis}),
     LAW_OUT({.of = SOFTMAX_Y, .how = LAW_PERMUTED, .axis = the_axis})},
    {.name = "slice_permutation",
     .statement = "permuting the slices of x permutes those of softmax(x)",
     .runs = 2,
     LAW_IN({.of = SOFTMAX_X, .how = LAW_PERMUTE, .axis = the_slices}),
     LAW_OUT({.of = SOFTMAX_Y, .how = LAW_PERMUTED, .axis = the_slices})},
    {.name = "order",
     .statement = "x[i] <= x[j] in one slice makes softmax(x)[i] <= softmax(x)[j]",
     .runs = 1,
     .compare = compare_order},
    {.name = "axis_layout",
     .statement = "softmax along a strided axis = softmax along the same axis made contiguous",
     .runs = 2,
     .applies = has_inner,
     .vary = make_contiguous,
     LAW_IN({.of = SOFTMAX_X, .how = LAW_GATHER, .from = strided}),
     LAW_OUT({.of = SOFTMAX_Y, .how = LAW_GATHERED, .from = strided})},
};
