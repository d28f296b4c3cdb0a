#include "kernels/activation/relu.h"

/* Written as "negative becomes 0", not "positive stays": a NaN is neither. */
static void relu_naive(const struct relu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = x[i] < 0 ? 0 : x[i];
}
IMPL(relu, naive, .technique = "one comparison per element");

static void relu_backward_naive(const struct relu_backward_problem *p, const float *grad_y,
                                const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++) grad_x[i] = x[i] <= 0 ? 0 : grad_y[i];
}
IMPL(relu_backward, naive, .technique = "one comparison per element");

ACTIVATION_PRIMITIVES_WITH((.exact = true, .selects = true, PROPERTIES(relu_backward_laws)), relu,
                           RELU_FIELDS, "rectified linear unit", "y = max(0, x)", 1,
                           "grad_x = x <= 0 ? 0 : grad_y", 1, .exact = true, .selects = true,
                           PROPERTIES(relu_laws));
