#include "kernels/activation/hardsigmoid.h"

#include <math.h>

#include "kernels/core/fill.h"
#include "kernels/core/random.h"

static void hardsigmoid_naive(const struct hardsigmoid_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++)
        y[i] = (float)(x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : (x[i] + 3.0) / 6);
}
IMPL(hardsigmoid, naive, .technique = "two comparisons and a line, in double");

static void hardsigmoid_backward_naive(const struct hardsigmoid_backward_problem *p,
                                       const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i < p->n; i++)
        grad_x[i] = isnan(x[i]) ? x[i] : fabsf(x[i]) < 3 ? (float)(grad_y[i] / 6.0) : 0 * grad_y[i];
}
IMPL(hardsigmoid_backward, naive, .technique = "a comparison and a quotient");

/* Few normal numbers are beyond 3, and without those the gradient does not see x. */
static bool wide(const struct fill_request *request, void *data) {
    const int64_t n = request->problem->value[0].i;
    const uint32_t stream = 1000 * ACTIVATION_BACKWARD_X;
    const bool runs = request->fill == FILL_RUNS;
    float *x = data;
    if (request->operand != ACTIVATION_BACKWARD_X || (request->fill != FILL_NORMAL && !runs))
        return false;
    for (int64_t i = 0; i < n; i++)
        x[i] = runs ? 2 * (float)random_integer(request->seed, stream, (uint64_t)i / 5, -3, 3)
                    : 4 * (float)random_normal(request->seed, stream, (uint64_t)i);
    return true;
}

ACTIVATION_REFLECTION("hardsigmoid(x) + hardsigmoid(-x) = 1", -1, 0, 1);
ACTIVATION_PRIMITIVES_WITH((.fill = wide, PROPERTIES(activation_backward_laws)), hardsigmoid,
                           HARDSIGMOID_FIELDS, "hard sigmoid, of three lines",
                           "y = min(max(x + 3, 0), 6) / 6", 4,
                           "grad_x = grad_y (-3 < x < 3 ? 1 / 6 : 0)", 2, ACTIVATION_REFLECTS);
