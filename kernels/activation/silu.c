#include "kernels/activation/silu.h"

#include <math.h>

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
/* x s, and 0 where s is, x infinite or not: the limit. */
static double times(double x, double s) { return s == 0 ? 0 : x * s; }

static void silu_naive(const struct silu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = (float)times(x[i], sigmoid(x[i]));
}
IMPL(silu, naive, .technique = "one exponential per element, in double");

static void silu_backward_naive(const struct silu_backward_problem *p, const float *grad_y,
                                const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++)
        grad_x[i] = (float)(grad_y[i] * times(1 + times(x[i], sigmoid(-x[i])), sigmoid(x[i])));
}
IMPL(silu_backward, naive, .technique = "two exponentials per element, in double");

ACTIVATION_REFLECTION("silu(x) - silu(-x) = x", 1, 1, 0);
ACTIVATION_PRIMITIVES(silu, SILU_FIELDS, "sigmoid-weighted linear unit", "y = x / (1 + exp(-x))", 5,
                      "grad_x = grad_y s (1 + x (1 - s)), s = sigmoid(x)", 10, ACTIVATION_REFLECTS);
