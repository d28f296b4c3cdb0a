#include "kernels/activation/mish.h"

#include <math.h>

/* x s, and 0 where s is, x infinite or not: the limit. */
static double times(double x, double s) { return s == 0 ? 0 : x * s; }
static double ratio(double x) { /* tanh(softplus(x)) = n / (n + 2), n = e (e + 2), e = exp(x) */
    const double e = exp(fmin(x, 40)), n = e * (e + 2);
    return isnan(x) ? x : n / (n + 2);
}
/* 1 - t^2 = 4 (e + 1)^2 / (n + 2)^2 */
static double slope(double x) {
    if (x > 40) return 1;
    const double e = exp(fmin(x, 40)), m = e * (e + 2) + 2, h = 2 * (e + 1) / m;
    return ratio(x) + times(x, h * h * (e / (1 + e)));
}

static void mish_naive(const struct mish_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = (float)times(x[i], ratio(x[i]));
}
IMPL(mish, naive, .technique = "one exponential per element, in double");

static void mish_backward_naive(const struct mish_backward_problem *p, const float *grad_y,
                                const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++) grad_x[i] = (float)(grad_y[i] * slope(x[i]));
}
IMPL(mish_backward, naive, .technique = "two exponentials per element, in double");

ACTIVATION_PRIMITIVES(
    mish, MISH_FIELDS, "self-gated smooth rectifier", "y = x tanh(log(1 + exp(x)))", 9,
    "grad_x = grad_y (t + x (1 - t^2) s), t = tanh(log(1 + exp(x))), s = sigmoid(x)", 16,
    ACTIVATION_PLAIN);
