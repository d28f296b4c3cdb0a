/* The laws of layer_norm. */
#include "kernels/core/law.h"
#include "kernels/norm/layer_norm.h"

static struct layer_norm_problem *fields_of(struct problem *problem) {
    return (struct layer_norm_problem *)problem->value;
}
static const struct layer_norm_problem *law_problem(const struct law_call *call) {
    return (const struct layer_norm_problem *)call->run[0]->problem->value;
}

/* ---- shift and scale --------------------------------------------------------------------------
 */

static void compare_shifted(const struct law_call *call, struct breach *breach) {
    const struct layer_norm_problem *p = law_problem(call);
    if (!p->rows || !p->cols) return;
    const float *x = call->run[0]->in[LAYER_NORM_X], *moved = call->run[1]->in[LAYER_NORM_X];
    const double shift = (double)moved[0] - x[0];
    for (int64_t i = 0; i < p->rows; i++)
        law_require(
            call, breach, 1, LAYER_NORM_MEAN, i, law_out(call, 0, LAYER_NORM_MEAN, i) + shift,
            law_bound(call, 0, LAYER_NORM_MEAN, i) + law_bound(call, 1, LAYER_NORM_MEAN, i));
}

static void quarter_eps(struct problem *problem, int run) {
    if (run) fields_of(problem)->eps /= 4;
}
/* ---- permutations -----------------------------------------------------------------------------
 */

static struct law_axis cols_of(const struct law_call *call, int operand) {
    const struct layer_norm_problem *p = law_problem(call);
    const bool whole = operand == LAYER_NORM_X || operand == LAYER_NORM_Y;
    return (struct law_axis){whole ? p->rows : 1, p->cols, 1};
}

/* ---- the affine map, and what it maps ---------------------------------------------------------
 */

static const char *has_affine(const struct problem *problem) {
    const struct layer_norm_problem *p = (const struct layer_norm_problem *)problem->value;
    return p->affine ? NULL : "affine = 0";
}
static void without_affine_in_run_1(struct problem *problem, int run) {
    if (run) fields_of(problem)->affine = 0;
}
static void compare_affine(const struct law_call *call, struct breach *breach) {
    const struct layer_norm_problem *p = law_problem(call);
    const float *weight = call->run[0]->in[LAYER_NORM_WEIGHT];
    const float *bias = call->run[0]->in[LAYER_NORM_BIAS];
    for (int64_t i = 0; i < p->rows * p->cols; i++) {
        const double w = weight[i % p->cols];
        law_require(call, breach, 0, LAYER_NORM_Y, i,
                    w * law_out(call, 1, LAYER_NORM_Y, i) + bias[i % p->cols],
                    law_bound(call, 0, LAYER_NORM_Y, i) +
                        fabs(w) * law_bound(call, 1, LAYER_NORM_Y, i));
    }
}

static void without_affine(struct problem *problem, int run) {
    (void)run;
    fields_of(problem)->affine = 0;
}

/* Sums over one row of y, without its largest element: that is what the law foretells. */
struct row_sums {
    double sum, squares, sum_bound, squares_bound;
    int64_t largest;
};
static struct row_sums sums_of(const struct law_call *call, int64_t row) {
    const int64_t cols = law_problem(call)->cols, first = row * cols;
    struct row_sums s = {0, 0, 0, 0, first};
    for (int64_t i = first; i < first + cols; i++)
        if (fabs(law_out(call, 0, LAYER_NORM_Y, i)) >
            fabs(law_out(call, 0, LAYER_NORM_Y, s.largest)))
            s.largest = i;
    for (int64_t i = first; i < first + cols; i++) {
        const double y = law_out(call, 0, LAYER_NORM_Y, i);
        const double bound = law_bound(call, 0, LAYER_NORM_Y, i);
        s.sum += i == s.largest ? 0 : y;
        s.squares += i == s.largest ? 0 : y * y;
        s.sum_bound += bound + law_double(cols) * fabs(y);
        s.squares_bound += 2 * fabs(y) * bound + bound * bound + law_double(cols) * y * y;
    }
    return s;
}
/* sum y = 0; sum y^2 = n var / (var + eps) = n (1 - eps rstd^2). */
static void compare_moments(const struct law_call *call, struct breach *breach) {
    const struct layer_norm_problem *p = law_problem(call);
    for (int64_t row = 0; p->cols && row < p->rows; row++) {
        const struct row_sums s = sums_of(call, row);
        const double n = (double)p->cols, r = law_out(call, 0, LAYER_NORM_RSTD, row);
        const double r_bound = law_bound(call, 0, LAYER_NORM_RSTD, row);
        const double size = fabs(law_out(call, 0, LAYER_NORM_Y, s.largest));
        law_require(call, breach, 0, LAYER_NORM_Y, s.largest, -s.sum, s.sum_bound);
        if (!(size > 0)) continue;
        const double square = n * (1 - p->eps * r * r) - s.squares;
        const double bound = s.squares_bound + n * p->eps * (2 * r * r_bound + r_bound * r_bound);
        /* |a - b| = |a^2 - b^2| / (a + b) */
        law_require(call, breach, 0, LAYER_NORM_Y, s.largest,
                    copysign(sqrt(fmax(square, 0)), law_out(call, 0, LAYER_NORM_Y, s.largest)),
                    bound / size);
    }
}

const struct property layer_norm_laws[] = {
    {.name = "shift_invariance",
     .statement = "x + c has the y and rstd of x, and a mean larger by c",
     .runs = 2,
     LAW_IN({.of = LAYER_NORM_X, .how = LAW_SHIFT}),
     .compare = compare_shifted,
     LAW_OUT({.of = LAYER_NORM_Y, .how = LAW_SAME}, {.of = LAYER_NORM_RSTD, .how = LAW_SAME})},
    {.name = "scale_invariance",
     .statement = "x / 2 with eps / 4 has the y of x, half its mean and twice its rstd",
     .runs = 2,
     .vary = quarter_eps,
     LAW_IN({.of = LAYER_NORM_X, .how = LAW_SCALE, .factor = 0.5}),
     LAW_OUT({.of = LAYER_NORM_Y, .how = LAW_TIMES_EXACT, .factor = 1},
             {.of = LAYER_NORM_MEAN, .how = LAW_TIMES_EXACT, .factor = 0.5},
             {.of = LAYER_NORM_RSTD, .how = LAW_TIMES_EXACT, .factor = 2})},
    {.name = "row_permutation",
     .statement = "permuting the rows of x permutes those of y, mean and rstd",
     .runs = 2,
     LAW_IN({.of = LAYER_NORM_X, .how = LAW_PERMUTE, .axis = law_rows}),
     LAW_OUT({.of = LAW_EVERY, .how = LAW_PERMUTED, .axis = law_rows})},
    {.name = "column_permutation",
     .statement = "permuting x, weight and bias within rows permutes y; mean and rstd stay",
     .runs = 2,
     LAW_IN({.of = LAW_EVERY, .how = LAW_PERMUTE, .axis = cols_of}),
     LAW_OUT({.of = LAYER_NORM_Y, .how = LAW_PERMUTED, .axis = cols_of},
             {.of = LAYER_NORM_MEAN, .how = LAW_SAME}, {.of = LAYER_NORM_RSTD, .how = LAW_SAME})},
    {.name = "affine_map",
     .statement = "y = weight * (y without affine) + bias",
     .runs = 2,
     .applies = has_affine,
     .vary = without_affine_in_run_1,
     .compare = compare_affine,
     LAW_OUT({.of = LAYER_NORM_MEAN, .how = LAW_SAME}, {.of = LAYER_NORM_RSTD, .how = LAW_SAME})},
    {.name = "moments",
     .statement = "without affine, sum y = 0 and sum y^2 = cols (1 - eps rstd^2)",
     .runs = 1,
     .vary = without_affine,
     .compare = compare_moments},
};
