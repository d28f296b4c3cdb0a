#include "kernels/activation/relu_backward.h"

static void relu_backward_naive(const struct relu_backward_problem *p, const float *grad_y,
                                const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++) grad_x[i] = x[i] <= 0 ? 0 : grad_y[i];
}

IMPL(relu_backward, naive, .technique = "one comparison per element");
