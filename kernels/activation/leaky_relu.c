#include "kernels/activation/leaky_relu.h"

#include <math.h>

static void leaky_relu_naive(const struct leaky_relu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = (float)(x[i] > 0 ? x[i] : p->negative_slope * x[i]);
}
IMPL(leaky_relu, naive, .technique = "one comparison per element");

static void leaky_relu_backward_naive(const struct leaky_relu_backward_problem *p,
                                      const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++)
        grad_x[i] = (float)(grad_y[i] * (x[i] > 0 ? 1 : p->negative_slope));
}
IMPL(leaky_relu_backward, naive, .technique = "one comparison per element");

ACTIVATION_PRIMITIVES(leaky_relu, LEAKY_RELU_FIELDS, "leaky rectifier",
                      "y = x > 0 ? x : negative_slope x", 1,
                      "grad_x = x > 0 ? grad_y : negative_slope grad_y", 1, ACTIVATION_PLAIN);
