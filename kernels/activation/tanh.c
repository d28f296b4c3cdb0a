#include "kernels/activation/tanh.h"

#include <math.h>

/* 1 - tanh^2 = 1 / cosh^2 without the cancellation. */
static double slope(double x) {
    const double w = exp(-fabs(x)), h = 2 * w / (1 + w * w);
    return h * h;
}

static void tanh_naive(const struct tanh_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = (float)tanh(x[i]);
}
IMPL(tanh, naive, .technique = "the C library's tanh, in double");

static void tanh_backward_naive(const struct tanh_backward_problem *p, const float *grad_y,
                                const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++) grad_x[i] = (float)(grad_y[i] * slope(x[i]));
}
IMPL(tanh_backward, naive, .technique = "one exponential per element, in double");

ACTIVATION_REFLECTION("tanh(x) + tanh(-x) = 0", -1, 0, 0);
ACTIVATION_PRIMITIVES(tanh, TANH_FIELDS, "hyperbolic tangent", "y = tanh(x)", 6,
                      "grad_x = grad_y (1 - tanh(x)^2)", 8, ACTIVATION_REFLECTS);
