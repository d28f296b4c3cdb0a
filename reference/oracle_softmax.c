/* Oracle of softmax, on GSL.
 *
 * With d_i = x_i - max (computed within u|d_i|), e_i = exp(d_i) and S = sum e_j:
 *   e_i       exp turns the absolute error u|d_i| of its argument into a relative one, and adds its
 *             own: the project's vector exp and every libm stay within 2 ulp <= 4u. Relative error
 *             u(|d_i| + 4).
 *   S         inherits the average of those over its terms, weighted by p_j, and growth(terms) of
 *             its own.
 *   quotient  as product with a rounded reciprocal, adds 2u.
 *
 * In all |error| <= u p_i (|d_i| + sum_j p_j |d_j| + 10 + growth). Blanchard, Higham, Higham 2021,
 * 4.1. */
#include <float.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_exp.h>
#include <math.h>

#include "kernels/softmax/softmax.h"
#include "reference/oracle.h"

static int64_t units(const void *problem) {
    const struct softmax_problem *p = problem;
    return p->axis_len ? p->outer * p->inner : 0;
}

/* GSL reports underflow as an error; for a softmax it is the right answer, 0. */
static double exponential(double d) { return d < GSL_LOG_DBL_MIN ? exp(d) : gsl_sf_exp(d); }

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct softmax_problem *p = call->problem;
    const struct expectation *y = &call->expected[SOFTMAX_Y];
    const int64_t first = unit / p->inner * p->axis_len * p->inner + unit % p->inner;
    const int64_t stride = p->inner;
    double largest = GSL_NEGINF;
    bool undefined = false;
    for (int64_t i = 0; i < p->axis_len; i++) {
        const double x = oracle_input(call, SOFTMAX_X, first + i * stride);
        if (isnan(x)) undefined = true;
        if (x > largest) largest = x;
    }
    undefined = undefined || isinf(largest);
    double sum = 0, weighted = 0;
    for (int64_t i = 0; i < p->axis_len && !undefined; i++) {
        const double d = oracle_input(call, SOFTMAX_X, first + i * stride) - largest;
        const double e = exponential(d);
        sum += e;
        if (e > 0) weighted += e * -d;
    }
    for (int64_t i = 0; i < p->axis_len; i++) {
        const double d = oracle_input(call, SOFTMAX_X, first + i * stride) - largest;
        const double value = undefined ? GSL_NAN : exponential(d) / sum;
        const double local = value > 0 ? value * (-d + weighted / sum + 10) : 0;
        expect(y, first + i * stride, value, value, local);
    }
}

const struct oracle oracle_softmax = {sizeof(struct oracle), "softmax", units, evaluate, true};
