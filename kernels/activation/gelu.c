#include "kernels/activation/gelu.h"

#include <math.h>

/* x s, and 0 where s is, x infinite or not: the limit. */
static double times(double x, double s) { return s == 0 ? 0 : x * s; }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static const double root = 1.5957691216057307117597842397375; /* 2 sqrt(2 / pi) */
static double tangent(double x) { return root * x * (1 + 0.044715 * x * x); }

static double share(const double x, const int64_t approximate) {
    return approximate == GELU_TANH ? sigmoid(tangent(x)) : erfc(-x * 0.70710678118654752440) / 2;
}
/* What share(x) grows by, times x. */
static double growth(const double x, const int64_t approximate) {
    const double v = tangent(x), inner = root * (1 + 3 * 0.044715 * x * x);
    if (approximate == GELU_TANH) return times(x * inner, sigmoid(v) * sigmoid(-v));
    return times(x, exp(-x * x / 2) * (root / 4));
}

static void gelu_naive(const struct gelu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = (float)times(x[i], share(x[i], p->approximate));
}
IMPL(gelu, naive, .technique = "the C library's erfc or exp, in double");

static void gelu_backward_naive(const struct gelu_backward_problem *p, const float *grad_y,
                                const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++)
        grad_x[i] =
            (float)(grad_y[i] * (share(x[i], p->approximate) + growth(x[i], p->approximate)));
}
IMPL(gelu_backward, naive, .technique = "the C library's erfc and exp, in double");

ACTIVATION_REFLECTION("gelu(x) - gelu(-x) = x", 1, 1, 0);
ACTIVATION_PRIMITIVES(gelu, GELU_FIELDS, "Gaussian error linear unit",
                      "y = x Phi(x), or by a hyperbolic tangent", 12,
                      "grad_x = grad_y (Phi(x) + x phi(x)), or the tangent form's derivative", 18,
                      ACTIVATION_REFLECTS);
