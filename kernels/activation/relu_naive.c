#include "kernels/activation/relu.h"

/* Written as "negative becomes 0", not "positive stays": a NaN is neither. */
static void relu_naive(const struct relu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

IMPL(relu, naive, .technique = "one comparison per element");
