#include "kernels/activation/selu.h"

#include <math.h>

static void selu_naive(const struct selu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++)
        y[i] = (float)(x[i] > 0 ? SELU_SCALE * x[i] : SELU_BELOW * expm1(x[i]));
}
IMPL(selu, naive, .technique = "one exponential per element, in double");

static void selu_backward_naive(const struct selu_backward_problem *p, const float *grad_y,
                                const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++)
        grad_x[i] = (float)(grad_y[i] * (x[i] > 0 ? SELU_SCALE : SELU_BELOW * exp(x[i])));
}
IMPL(selu_backward, naive, .technique = "one exponential per element, in double");

ACTIVATION_PRIMITIVES(selu, SELU_FIELDS, "scaled exponential linear unit",
                      "y = scale (x > 0 ? x : alpha (exp(x) - 1))", 5,
                      "grad_x = grad_y scale (x > 0 ? 1 : alpha exp(x))", 4, ACTIVATION_PLAIN);
