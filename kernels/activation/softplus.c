#include "kernels/activation/softplus.h"

#include <math.h>

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void softplus_naive(const struct softplus_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++)
        y[i] = (float)(fmax(x[i], 0) + log1p(exp(-fabs(x[i]))) + (isnan(x[i]) ? x[i] : 0));
}
IMPL(softplus, naive, .technique = "one exponential and one logarithm per element, in double");

static void softplus_backward_naive(const struct softplus_backward_problem *p, const float *grad_y,
                                    const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++) grad_x[i] = (float)(grad_y[i] * sigmoid(x[i]));
}
IMPL(softplus_backward, naive, .technique = "one exponential per element, in double");

ACTIVATION_REFLECTION("softplus(x) - softplus(-x) = x", 1, 1, 0);
ACTIVATION_PRIMITIVES(softplus, SOFTPLUS_FIELDS, "smooth rectifier", "y = log(1 + exp(x))", 6,
                      "grad_x = grad_y / (1 + exp(-x))", 5, ACTIVATION_REFLECTS);
