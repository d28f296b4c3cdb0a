#include "kernels/activation/elu.h"

#include <math.h>

static void elu_naive(const struct elu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = (float)(x[i] > 0 ? x[i] : p->alpha * expm1(x[i]));
}
IMPL(elu, naive, .technique = "one exponential per element, in double");

static void elu_backward_naive(const struct elu_backward_problem *p, const float *grad_y,
                               const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++)
        grad_x[i] = (float)(grad_y[i] * (x[i] > 0 ? 1 : p->alpha * exp(x[i])));
}
IMPL(elu_backward, naive, .technique = "one exponential per element, in double");

ACTIVATION_PRIMITIVES(elu, ELU_FIELDS, "exponential linear unit",
                      "y = x > 0 ? x : alpha (exp(x) - 1)", 4,
                      "grad_x = grad_y (x > 0 ? 1 : alpha exp(x))", 4, ACTIVATION_PLAIN);
