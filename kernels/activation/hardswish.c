#include "kernels/activation/hardswish.h"

#include <math.h>

static void hardswish_naive(const struct hardswish_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++)
        y[i] = (float)(x[i] >= 3 || isnan(x[i]) ? x[i] : x[i] <= -3 ? 0 : x[i] * (x[i] + 3.0) / 6);
}
IMPL(hardswish, naive, .technique = "two comparisons and a parabola, in double");

static void hardswish_backward_naive(const struct hardswish_backward_problem *p,
                                     const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++)
        grad_x[i] = (float)(grad_y[i] * (x[i] < -3 ? 0 : x[i] > 3 ? 1 : x[i] / 3.0 + 0.5));
}
IMPL(hardswish_backward, naive, .technique = "two comparisons and a line, in double");

ACTIVATION_REFLECTION("hardswish(x) - hardswish(-x) = x", 1, 1, 0);
ACTIVATION_PRIMITIVES(hardswish, HARDSWISH_FIELDS, "hard swish, of a parabola and lines",
                      "y = x min(max(x + 3, 0), 6) / 6", 4,
                      "grad_x = grad_y (x < -3 ? 0 : x > 3 ? 1 : x / 3 + 1 / 2)", 3,
                      ACTIVATION_REFLECTS);
