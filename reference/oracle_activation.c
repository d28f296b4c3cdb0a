/* Oracles of the activations and of their gradients: a line per member.
 *
 * For y = f(x), f(x) and a gauge: what the roundings of a careful formula in float32 may sum up to,
 * in units roundoff (the last one apart). Half of it goes into the sum, which the tolerance doubles
 * (growth of one term), so that a rival may declare an amplification. Most are relative to f(x).
 * Some are the textbook's, whose terms cancel, as in PyTorch's own float32: gelu's x (1 + erf) / 2,
 * elu's and selu's exp(x) - 1, hardsigmoid's x / 6 + 1 / 2 (assay verify --ulp asks our own kernels
 * for 2 ulp there too).
 *
 * For grad_x = grad_y f'(x), f'(x) and its gauge, the sum of |terms| of the formula, since f' may
 * cancel to 0. Where the textbook has 1 - s, s = sigmoid(x) rounded to float32, that is off by up
 * to one unit roundoff, or by itself where s rounds to 1: lost().
 *
 * Left open: gradients that are infinite or NaN times a slope that float32 may round to 0, the two
 * kinks of hardswish and hardsigmoid, and leaky_relu of -Inf with a slope of 0. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>

#include "kernels/activation/elu.h"
#include "kernels/activation/gelu.h"
#include "kernels/activation/hardsigmoid.h"
#include "kernels/activation/hardswish.h"
#include "kernels/activation/leaky_relu.h"
#include "kernels/activation/mish.h"
#include "kernels/activation/selu.h"
#include "kernels/activation/sigmoid.h"
#include "kernels/activation/silu.h"
#include "kernels/activation/softplus.h"
#include "kernels/activation/tanh.h"
#include "reference/oracle.h"

/* A function's value, or its slope, at one element. */
struct point {
    double value, gauge;
};

static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
/* x s, and the limit 0 where s is */
static double times(double x, double s) { return s == 0 ? 0 : x * s; }
/* By how many units roundoff 1 - s may be off for s rounded to float32. */
static double lost(double one_less_s) { return GSL_MIN_DBL(1, fabs(one_less_s) * 0x1p24); }

static struct point relative(double value, double units) {
    return (struct point){value, units * fabs(value)};
}

/* x s, s in [0, 1] of its own in float32: below 2^-126 those are 2^-149 apart. */
static struct point product(double x, double s, double units) {
    const bool denormal = s > 0x1p-160 && s < 0x1p-126;
    const struct point plain = relative(times(x, s), units);
    return (struct point){plain.value, plain.gauge + (denormal ? fabs(x) * 0x1p-125 : 0)};
}

/* ---- the members: y, then the slope ---- */

static struct point sigmoid_at(const struct sigmoid_problem *p, double x) {
    (void)p;
    return relative(sigmoid(x), 5);
}
static struct point sigmoid_slope(const struct sigmoid_problem *p, double x) {
    const double s = sigmoid(x), other = sigmoid(-x);
    (void)p;
    return (struct point){s * other, 6 * s * other + 2 * s * lost(other)};
}

static struct point tanh_at(const struct tanh_problem *p, double x) {
    (void)p;
    return relative(tanh(x), 5);
}
static struct point tanh_slope(const struct tanh_problem *p, double x) {
    const double s = 4 * sigmoid(2 * x) * sigmoid(-2 * x);
    (void)p;
    return (struct point){s, 7 * s + 4 * (1 - s) * lost(s)};
}

static struct point silu_at(const struct silu_problem *p, double x) {
    (void)p;
    return product(x, sigmoid(x), 5);
}
static struct point silu_slope(const struct silu_problem *p, double x) {
    const double s = sigmoid(x), other = sigmoid(-x);
    (void)p;
    const double part = times(x, other);
    return (struct point){times(1 + part, s), 8 * times(1 + fabs(part), s)};
}

static struct point softplus_at(const struct softplus_problem *p, double x) {
    (void)p;
    return relative(gsl_isnan(x) ? x : GSL_MAX_DBL(x, 0) + gsl_log1p(exp(-fabs(x))), 5);
}
static struct point softplus_slope(const struct softplus_problem *p, double x) {
    (void)p;
    return relative(sigmoid(x), 8);
}

/* k exp(x), x <= 0, of a float exp(x): below 2^-126 those are 2^-149 apart. */
static struct point exponential(double k, double x) {
    const struct point plain = relative(k * exp(x), 8);
    return (struct point){plain.value, plain.gauge + (exp(x) < 0x1p-126 ? k * 0x1p-125 : 0)};
}

static struct point elu_at(const struct elu_problem *p, double x) {
    if (x > 0) return (struct point){x, 0};
    return (struct point){p->alpha * gsl_expm1(x), 3 * p->alpha * (exp(x) + 1)};
}
static struct point elu_slope(const struct elu_problem *p, double x) {
    return x > 0 ? (struct point){1, 0} : exponential(p->alpha, x);
}

static struct point selu_at(const struct selu_problem *p, double x) {
    (void)p;
    if (x > 0) return relative(SELU_SCALE * x, 3);
    return (struct point){SELU_BELOW * gsl_expm1(x), 4 * SELU_BELOW * (exp(x) + 1)};
}
static struct point selu_slope(const struct selu_problem *p, double x) {
    (void)p;
    return x > 0 ? relative(SELU_SCALE, 3) : exponential(SELU_BELOW, x);
}

static struct point leaky_relu_at(const struct leaky_relu_problem *p, double x) {
    if (x > 0) return (struct point){x, 0};
    if (p->negative_slope == 0 && gsl_isinf(x)) return (struct point){0, NAN}; /* left open */
    return relative(p->negative_slope * x, 2);
}
static struct point leaky_relu_slope(const struct leaky_relu_problem *p, double x) {
    if (x > 0) return (struct point){1, 0};
    return relative(p->negative_slope, 2);
}

/* tanh(log(1 + e)) and 1 less its square, by e = exp(x), or by 1 / e */
static double mish_ratio(double x) {
    const double e = exp(-fabs(x));
    return x < 0 ? e * (2 + e) / (2 + 2 * e + e * e) : (1 + 2 * e) / (1 + 2 * e + 2 * e * e);
}
static double mish_rest(double x) {
    const double e = exp(-fabs(x));
    const double h =
        x < 0 ? 2 * (1 + e) / (2 + 2 * e + e * e) : 2 * e * (1 + e) / (1 + 2 * e + 2 * e * e);
    return h * h;
}
static struct point mish_at(const struct mish_problem *p, double x) {
    (void)p;
    return product(x, gsl_isnan(x) ? x : mish_ratio(x), 7);
}
static struct point mish_slope(const struct mish_problem *p, double x) {
    const double t = gsl_isnan(x) ? x : mish_ratio(x), s = sigmoid(x), rest = mish_rest(x);
    const double part = times(x, rest * s), error = times(fabs(x), s * lost(rest));
    (void)p;
    return (struct point){t + part, 8 * (t + fabs(part)) + 2 * error};
}

static struct point hardsigmoid_at(const struct hardsigmoid_problem *p, double x) {
    (void)p;
    if (x <= -3 || x >= 3) return (struct point){x > 0, 0};
    return (struct point){(x + 3) / 6, 2 * (fabs(x) / 6 + 0.5)};
}
static struct point hardsigmoid_slope(const struct hardsigmoid_problem *p, double x) {
    (void)p;
    if (x < -3 || x > 3) return (struct point){0, 0};
    if (x == -3 || x == 3) return (struct point){1.0 / 6, GSL_NAN};
    return relative(gsl_isnan(x) ? x : 1.0 / 6, 3);
}

static struct point hardswish_at(const struct hardswish_problem *p, double x) {
    (void)p;
    if (x >= 3 || gsl_isnan(x)) return (struct point){x, 2 * fabs(x)};
    return relative(x <= -3 ? 0 : x * (x + 3) / 6, 4);
}
static struct point hardswish_slope(const struct hardswish_problem *p, double x) {
    (void)p;
    if (x < -3 || x > 3) return (struct point){x > 3, 0};
    if (x == -3 || x == 3) return (struct point){0.5, GSL_NAN};
    return (struct point){x / 3 + 0.5, 4 * (fabs(x) / 3 + 0.5)};
}

static double gelu_tangent(double x) { return 4 * x * (1 + 0.044715 * x * x) / sqrt(2 * M_PI); }
static struct point gelu_at(const struct gelu_problem *p, double x) {
    const double v = gelu_tangent(x);
    if (p->approximate == GELU_TANH) {
        const double s = sigmoid(v), other = sigmoid(-v);
        return (struct point){times(x, s), 4 * times(fabs(x), GSL_MAX_DBL(s, other)) +
                                               6 * fabs(times(x * v, s * other))};
    }
    const double phi = gsl_isnan(x) ? x : gsl_cdf_ugaussian_P(x);
    return (struct point){times(x, phi), 4 * times(fabs(x), GSL_MAX_DBL(phi, 1 - phi))};
}
static struct point gelu_slope(const struct gelu_problem *p, double x) {
    const double v = gelu_tangent(x);
    if (p->approximate == GELU_TANH) {
        const double s = sigmoid(v), other = sigmoid(-v);
        const double inner = 4 * (1 + 3 * 0.044715 * x * x) / sqrt(2 * M_PI);
        const double part = times(x * inner, s * other);
        return (struct point){s + part, 6 * (GSL_MAX_DBL(s, other) + fabs(part)) +
                                            6 * fabs(times(v, part)) +
                                            fabs(times(x * inner, lost(4 * s * other)))};
    }
    const double phi = gsl_isnan(x) ? x : gsl_cdf_ugaussian_P(x);
    const double part = times(x, gsl_isnan(x) ? x : gsl_ran_ugaussian_pdf(x));
    return (struct point){phi + part, 6 * (GSL_MAX_DBL(phi, 1 - phi) + fabs(part)) +
                                          2 * fabs(times(x * x, part))};
}

/* ---- blocks of elements ---- */

typedef struct point point_at(const void *problem, double x);

/* No gauge: whatever a kernel gives is right. */
static bool is_open(struct point point) {
    return gsl_isnan(point.gauge) && !gsl_isnan(point.value);
}

static int64_t units(const void *problem) {
    return oracle_blocks(((const struct activation_problem *)problem)->n);
}

static void values(const struct oracle_call *call, int64_t unit, point_at *at) {
    const int64_t n = ((const struct activation_problem *)call->problem)->n;
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, n); i++) {
        const struct point y = at(call->problem, oracle_input(call, ACTIVATION_X, i));
        if (is_open(y))
            expect_anything(&call->expected[ACTIVATION_Y], i);
        else
            expect(&call->expected[ACTIVATION_Y], i, y.value, y.gauge / 2, 0);
    }
}

static void gradients(const struct oracle_call *call, int64_t unit, point_at *at) {
    const int64_t n = ((const struct activation_problem *)call->problem)->n;
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, n); i++) {
        const double g = oracle_input(call, ACTIVATION_BACKWARD_GRAD_Y, i);
        const double x = oracle_input(call, ACTIVATION_BACKWARD_X, i);
        const struct point slope = at(call->problem, x);
        const struct expectation *grad_x = &call->expected[ACTIVATION_BACKWARD_GRAD_X];
        const bool lost = fabs(slope.value) < 0x1p-126 + slope.gauge * 0x1p-24;
        if (is_open(slope) || (lost && !gsl_finite(g)))
            expect_anything(grad_x, i);
        else /* a slope that is denormal has their spacing: 2^-149, in units roundoff */
            expect(grad_x, i, g * slope.value, fabs(g) * slope.gauge / 2,
                   lost ? fabs(g) * 0x1p-125 : 0);
    }
}

/* The functions above through pointers to void, and both oracles. */
#define ORACLES(name_)                                                                             \
    static struct point name_##_value_of(const void *problem, double x) {                          \
        return name_##_at(problem, x);                                                             \
    }                                                                                              \
    static struct point name_##_slope_of(const void *problem, double x) {                          \
        return name_##_slope(problem, x);                                                          \
    }                                                                                              \
    static void name_##_values(const struct oracle_call *call, int64_t unit) {                     \
        values(call, unit, name_##_value_of);                                                      \
    }                                                                                              \
    static void name_##_gradients(const struct oracle_call *call, int64_t unit) {                  \
        gradients(call, unit, name_##_slope_of);                                                   \
    }                                                                                              \
    const struct oracle oracle_##name_ = {sizeof(struct oracle), #name_, units, name_##_values,    \
                                          true};                                                   \
    const struct oracle oracle_##name_##_backward = {sizeof(struct oracle), #name_ "_backward",    \
                                                     units, name_##_gradients, true}

ORACLES(sigmoid);
ORACLES(tanh);
ORACLES(silu);
ORACLES(softplus);
ORACLES(elu);
ORACLES(leaky_relu);
ORACLES(mish);
ORACLES(selu);
ORACLES(hardsigmoid);
ORACLES(hardswish);
ORACLES(gelu);
