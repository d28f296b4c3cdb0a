/* Oracle of layer_norm, on GSL.
 *
 * Per row, with n = cols: m = mean x, A = mean |x|, M = mean |x - m|, D = max(A, M), v = var + eps,
 * r = 1 / sqrt v, z = (x - m) r, g = growth(n) of the implementation, G = growth(n) of a sequential
 * sum. Derived for two passes, in units of u:
 *
 *   mean   A sum's error is g A after the division by n; 2|m| for dividing (or multiplying by a
 *          rounded 1/n) and storing. Implementations that correct the mean by that of x - m make
 *          g M + 2 M of that. Hence d = |mean error| <= g D + 2 |m| + 2 M.
 *   var    A common error d of the mean shifts every x - m alike; since the x - m sum to zero it
 *          cancels to first order and leaves d^2. The rest are non-negative terms: 2 for x - m,
 *          1 for the square, g for the sum, 2 for the division: (g + 5) var + d^2 u. Where a few
 *          elements make the mean, the k others with |x| < |m| / 64 are all squared to about m^2, and
 *          adding those rounds one way: what g takes for independent errors is then up to
 *          min(m^2, u n var) for each, relatively E u with E = k min(m^2 / (u n var), 1).
 *   rstd   Half the relative error of v, 1/2 for adding eps, 2 for root and quotient:
 *          r ((g + E + 5) var/v / 2 + d^2 u / (2 v) + 5/2).
 *          d^2 u r^2 / 2 is made linear in g by bounding one factor g u D r by min(G u D r, 1/2):
 *          as long as g u D r <= 1/2 that is a true bound, and beyond it the bound of y exceeds
 *          half a deviation, where the vacuity check refuses the case. So: g Q with
 *          Q = D r min(G u D r, 1/2) / 2.
 *   y      d r for the mean, z times the relative error of rstd, 1 for x - m, 2 for the products.
 *          The last addition's rounding is the tolerance's |value|; an order that folds the mean
 *          into the bias adds |m r| at most, which d has already.
 *
 * Underflow, absolutely: the mean's division, and that of its correction, and x - m as it is stored
 * lose 2^-150 each, which 1/sqrt(eps) magnifies, and the weight; the product z loses as much before
 * the weight magnifies it: F (r + 1) |w| with F = 2^-148. What is not magnified is in the
 * tolerance's floor; sums and differences of denormals are exact.
 *
 * d r is what a large mean costs, in deviations: u * 1e4 / 1e-2 = 0.06 for each unit of g where the
 * mean is 1e4 and the deviation 1e-2. It is first order: E[x^2] - E[x]^2 errs by u (A r)^2, a
 * million times as much, and fails.
 *
 * Anything goes where layer_norm.h leaves it open: rows whose float32 intermediates overflow or
 * underflow, products with an infinite weight whose other factor is 0 within its error. */
#include <gsl/gsl_math.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "kernels/norm/layer_norm.h"
#include "reference/oracle.h"
#include "reference/tolerance.h"

/* layer_norm.h, "Range" */
#define LARGEST 0x1p126
#define SMALLEST 0x1p-100
#define UNDERFLOW_F (0x1p-148 / UNIT_ROUNDOFF_F32) /* F, in units of u */

/* What one row's elements have in common. */
struct row {
    double mean, rstd;
    bool mean_known, rstd_known;
    double mean_size, mean_local; /* D, and 2 |m| + 2 M */
    double rstd_sum, rstd_local;  /* relative: var/v / 2 + Q, and ((E + 5) var/v + 5) / 2 */
};

static int64_t units(const void *problem) {
    return ((const struct layer_norm_problem *)problem)->rows;
}

/* A row with a NaN or an infinity, or an empty one. */
static struct row irregular(const double *x, int64_t n) {
    bool plus = false, minus = false, nan = n == 0;
    double rest = 0;
    for (int64_t i = 0; i < n; i++) {
        nan = nan || isnan(x[i]);
        plus = plus || x[i] == GSL_POSINF;
        minus = minus || x[i] == GSL_NEGINF;
        rest += isfinite(x[i]) ? fabs(x[i]) : 0;
    }
    nan = nan || (plus && minus);
    return (struct row){.mean = nan    ? GSL_NAN
                                : plus ? GSL_POSINF
                                       : GSL_NEGINF,
                        .rstd = GSL_NAN,
                        .mean_known = nan || rest < LARGEST,
                        .rstd_known = true};
}

/* E */
static double equal_terms(const double *x, size_t n, double mean, double variance) {
    const double most = 1.04 * mean * mean / (UNIT_ROUNDOFF_F32 * (double)n * variance);
    double equal = 0;
    for (size_t i = 0; i < n; i++) equal += fabs(x[i]) < fabs(mean) / 64;
    return equal > 0 ? equal * GSL_MIN_DBL(most, 1) : 0;
}

static struct row regular(const struct layer_norm_problem *p, const double *x) {
    const size_t n = (size_t)p->cols;
    const double mean = gsl_stats_mean(x, 1, n);
    const double variance = gsl_stats_variance_with_fixed_mean(x, 1, n, mean);
    const double size = gsl_stats_absdev_m(x, 1, n, 0);      /* A */
    const double spread = gsl_stats_absdev_m(x, 1, n, mean); /* M */
    const double v = variance + p->eps, r = 1 / sqrt(v), largest = GSL_MAX_DBL(size, spread);
    const double growth =
        tolerance_growth((double)n, &(struct accumulation){.summation = SUM_SEQUENTIAL});
    const double factor = GSL_MIN_DBL(growth * UNIT_ROUNDOFF_F32 * largest * r, 0.5);
    const bool summable = size * (double)n < LARGEST;
    return (struct row){
        .mean = mean,
        .rstd = r,
        .mean_known = summable,
        .rstd_known = summable && variance * (double)n < LARGEST && v > SMALLEST,
        .mean_size = largest,
        .mean_local = 2 * fabs(mean) + 2 * spread,
        .rstd_sum = 0.5 * variance / v + 0.5 * largest * r * factor,
        .rstd_local = (0.5 * equal_terms(x, n, mean, variance) + 2.5) * variance / v + 2.5,
    };
}

static void expect_row(const struct expectation *expected, int64_t at, const struct row *row) {
    const struct expectation *mean = &expected[LAYER_NORM_MEAN], *rstd = &expected[LAYER_NORM_RSTD];
    const double scale = isfinite(row->rstd) ? row->rstd : 0;
    if (row->mean_known)
        expect(mean, at, row->mean, row->mean_size, row->mean_local);
    else
        expect_anything(mean, at);
    if (row->rstd_known)
        expect(rstd, at, row->rstd, scale * row->rstd_sum, scale * row->rstd_local);
    else
        expect_anything(rstd, at);
}

static void expect_y(const struct expectation *y, int64_t at, const struct row *row, double x,
                     double weight, double bias) {
    const double z = (x - row->mean) * row->rstd, product = z * weight, value = product + bias;
    const double shift = row->mean_size * row->rstd, w = fabs(weight);
    const double sum = w * (shift + fabs(z) * row->rstd_sum);
    const double local = w * (row->mean_local * row->rstd + fabs(z) * (row->rstd_local + 3) +
                              UNDERFLOW_F * (row->rstd + 1));
    if (!row->rstd_known || (isinf(weight) && fabs(z) <= 0x1p-10 * (1 + shift)) ||
        (isfinite(weight) && fabs(product) >= LARGEST))
        expect_anything(y, at);
    else if (isfinite(value))
        expect(y, at, value, sum, local);
    else
        expect(y, at, value, 0, 0);
}

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct layer_norm_problem *p = call->problem;
    double *wide = malloc(((size_t)p->cols + 1) * sizeof *wide);
    if (!wide) return; /* not judged: no verdict takes that for right */
    bool finite = p->cols > 0;
    for (int64_t i = 0; i < p->cols; i++) {
        wide[i] = oracle_input(call, LAYER_NORM_X, unit * p->cols + i);
        finite = finite && isfinite(wide[i]);
    }
    const struct row row = finite ? regular(p, wide) : irregular(wide, p->cols);
    expect_row(call->expected, unit, &row);
    for (int64_t i = 0; i < p->cols; i++)
        expect_y(&call->expected[LAYER_NORM_Y], unit * p->cols + i, &row, wide[i],
                 p->affine ? oracle_input(call, LAYER_NORM_WEIGHT, i) : 1,
                 p->affine ? oracle_input(call, LAYER_NORM_BIAS, i) : 0);
    free(wide);
}

const struct oracle oracle_layer_norm = {sizeof(struct oracle), "layer_norm", units, evaluate,
                                         true};
