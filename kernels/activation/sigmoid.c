#include "kernels/activation/sigmoid.h"

#include <math.h>

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void sigmoid_naive(const struct sigmoid_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = (float)sigmoid(x[i]);
}
IMPL(sigmoid, naive, .technique = "one exponential per element, in double");

static void sigmoid_backward_naive(const struct sigmoid_backward_problem *p, const float *grad_y,
                                   const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++)
        grad_x[i] = (float)(grad_y[i] * sigmoid(x[i]) * sigmoid(-x[i]));
}
IMPL(sigmoid_backward, naive, .technique = "two exponentials per element, in double");

ACTIVATION_REFLECTION("sigmoid(x) + sigmoid(-x) = 1", -1, 0, 1);
ACTIVATION_PRIMITIVES(sigmoid, SIGMOID_FIELDS, "logistic function", "y = 1 / (1 + exp(-x))", 4,
                      "grad_x = grad_y s (1 - s), s = sigmoid(x)", 7, ACTIVATION_REFLECTS);
