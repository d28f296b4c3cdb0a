/* Oracle of gemm: one row of c per unit, on GSL's double BLAS.
 *
 * c = alpha s + beta c0 with s = sum a_i b_i is a sum of terms(problem) terms, the old c among
 * them:
 *   sum    = |alpha| sum |a_i||b_i| + |beta c0|: rounding errors of the products and additions, as
 *            the BLAS testers' SMMCH gauges them (Dongarra et al., ACM TOMS 16 (1990)).
 *   local  = what scaling adds: nothing for a factor of 0 or +-1; else one rounding of each product
 *            with it, whether that product is with the sum or with each term or block of it, and
 *            one more where the factor itself is rounded to float32; and what underflow costs where
 *            it is magnified, see underflow_of. The tolerance's floor has the rest.
 *
 * NaN and Inf come out of the IEEE arithmetic of the double sum (alpha = 0 and beta = 0 do not read
 * their operands). Left open, since float32 may rightly be finite, infinite or NaN: an element
 * whose finite terms alone overflow in one order of summation and not in another (that cannot
 * happen where all positive and all negative terms stay below the largest float32, nor where those
 * of one sign do and the sum of all, scaled, is beyond it), and one for which alpha times a factor
 * overflows, or underflows to 0 and meets an infinity. */
#include <gsl/gsl_blas.h>
#include <math.h>
#include <stdlib.h>

#include "kernels/dense/gemm.h"
#include "reference/oracle.h"
#include "reference/tolerance.h"

static int64_t units(const void *problem) {
    const struct gemm_problem *p = problem;
    return p->n ? p->batch * p->m : 0;
}

/* Roundings that scaling by this factor costs. */
static double roundings(double factor) {
    if (factor == 0 || factor == 1 || factor == -1) return 0;
    return 1 + (factor != (double)(float)factor);
}

/* Terms as doubles: row i of op(a) and column j of op(b), absolute values beside them. */
struct operand_view {
    const float *data;
    int64_t step;
};

static void widen(const struct operand_view *from, int64_t count, double *into) {
    for (int64_t i = 0; i < count; i++) into[i] = from->data[i * from->step];
}

static double dot(const double *a, const double *b, int64_t count) {
    const gsl_vector_const_view x = gsl_vector_const_view_array(a, (size_t)count);
    const gsl_vector_const_view y = gsl_vector_const_view_array(b, (size_t)count);
    double result;
    gsl_blas_ddot(&x.vector, &y.vector, &result);
    return result;
}

/* Sums over the finite terms: of those above zero, and of the magnitude of those below. */
struct sides {
    double above, below;
};

static void add_side(struct sides *sides, double term) {
    const double finite = isfinite(term) ? term : 0; /* no branches: signs are random */
    sides->above += finite > 0 ? finite : 0;
    sides->below += finite < 0 ? -finite : 0;
}

static struct sides sides_of(const double *a, const double *b, int64_t count, double factor) {
    struct sides sides = {0, 0};
    for (int64_t i = 0; i < count; i++) add_side(&sides, factor * (a[i] * b[i]));
    return sides;
}

static bool overflow_depends_on_order(const struct sides *sides, double value) {
    /* the largest float32, less and with what rounding may add */
    const double limit = 0x1.fffp127, surely = 0x1.001p128;
    const bool above = sides->above >= limit, below = sides->below >= limit;
    if (isnan(value) || (!above && !below)) return false;
    return !(value >= surely && !below) && !(value <= -surely && !above);
}

/* Does alpha times one of these overflow, where alpha meets them before each other? */
static bool scaling_overflows(double alpha, const double *x, int64_t count) {
    bool overflows = false;
    for (int64_t i = 0; i < count; i++)
        overflows = overflows || (isfinite(x[i]) && fabs(alpha * x[i]) >= 0x1.fffp127);
    return overflows;
}

/* Does alpha times one of these become 0 where the other factor is infinite? */
static bool scaling_vanishes(double alpha, const double *x, const double *other, int64_t count) {
    bool vanishes = false;
    for (int64_t i = 0; i < count; i++)
        vanishes = vanishes || (isinf(other[i]) && fabs(alpha * x[i]) <= 0x1.001p-150);
    return vanishes;
}

static double magnitudes(const double *x, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += isfinite(x[i]) ? fabs(x[i]) : 0;
    return sum;
}

/* In units of u: a product that underflows loses 2^-150, which alpha magnifies with the sum; alpha
 * times a factor loses as much, which the other factor magnifies. */
static double underflow_of(double alpha, const double *a, const double *b, int64_t k) {
    if (roundings(alpha) == 0) return 0;
    const double magnified = fabs(alpha) * (double)k + magnitudes(a, k) + magnitudes(b, k);
    return magnified * 0x1p-149 / UNIT_ROUNDOFF_F32;
}

static void element(const struct gemm_problem *p, const double *a, const double *b, int64_t k,
                    const float *old, const struct expectation *c, int64_t index) {
    const double kept = p->beta == 0 ? 0 : p->beta * old[index];
    const double value = (k ? p->alpha * dot(a, b, k) : 0) + kept;
    /* the sum is formed before it is scaled: a small alpha does not prevent its overflow */
    const double factor = copysign(fmax(1, fabs(p->alpha)), p->alpha);
    const struct sides products = sides_of(a, b, k, factor);
    const double gauge = fabs(p->alpha / factor) * (products.above + products.below);
    const double kept_gauge = isfinite(kept) ? fabs(kept) : 0;
    struct sides all = products;
    add_side(&all, kept);
    const bool scaled = roundings(p->alpha) > 0 && !isnan(value);
    const bool leaves =
        scaled && (scaling_overflows(p->alpha, a, k) || scaling_overflows(p->alpha, b, k) ||
                   scaling_vanishes(p->alpha, a, b, k) || scaling_vanishes(p->alpha, b, a, k));
    if (leaves || overflow_depends_on_order(&all, value)) {
        expect_anything(c, index);
        return;
    }
    expect(c, index, value, gauge + kept_gauge,
           roundings(p->alpha) * gauge + roundings(p->beta) * kept_gauge +
               underflow_of(p->alpha, a, b, k));
}

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct gemm_problem *p = call->problem;
    const int64_t m = p->m, n = p->n, k = p->alpha == 0 ? 0 : p->k;
    const int64_t entry = unit / m, row = unit % m;
    const float *a = (const float *)call->operand[GEMM_A] + entry * m * p->k;
    const float *b = (const float *)call->operand[GEMM_B] + entry * p->k * n;
    const struct operand_view a_row = {p->trans_a ? a + row : a + row * p->k, p->trans_a ? m : 1};
    double *const x = malloc((size_t)(2 * k + 1) * sizeof *x), *const y = x + k;
    if (!x) abort();
    widen(&a_row, k, x);
    for (int64_t j = 0; j < n; j++) {
        const struct operand_view b_column = {p->trans_b ? b + j * p->k : b + j,
                                              p->trans_b ? 1 : n};
        widen(&b_column, k, y);
        element(p, x, y, k, call->operand[GEMM_C], &call->expected[GEMM_C], unit * n + j);
    }
    free(x);
}

const struct oracle oracle_gemm = {sizeof(struct oracle), "gemm", units, evaluate, false};
