/* The laws of relu_backward; g stands for grad_y. For relu_backward.c alone. */
#ifndef KERNELS_ACTIVATION_RELU_BACKWARD_PROPERTIES_H
#define KERNELS_ACTIVATION_RELU_BACKWARD_PROPERTIES_H

#include "kernels/activation/relu_backward.h"
#include "kernels/core/law.h"

static int64_t law_size(const struct law_call *call) {
    return law_elements(call, 0, RELU_BACKWARD_X);
}

static void split(const struct law_call *call, int run) {
    law_split(call, run, RELU_BACKWARD_GRAD_Y);
}
static void compare_sum(const struct law_call *call, struct breach *breach) {
    law_sum(call, breach, RELU_BACKWARD_GRAD_X);
}

static void quadruple(const struct law_call *call, int run) {
    if (run) law_scale(call, run, RELU_BACKWARD_GRAD_Y, 4);
}
static void compare_quadruple(const struct law_call *call, struct breach *breach) {
    for (int64_t i = 0; i < law_size(call); i++)
        law_require(call, breach, 1, RELU_BACKWARD_GRAD_X, i,
                    4 * (float)law_out(call, 0, RELU_BACKWARD_GRAD_X, i),
                    law_bound(call, 1, RELU_BACKWARD_GRAD_X, i));
}

/* Other gradients arrive wherever nothing passes. */
static void change_closed(const struct law_call *call, int run) {
    const float *x = call->run[0]->in[RELU_BACKWARD_X];
    float *grad_y = call->run[run]->in[RELU_BACKWARD_GRAD_Y];
    for (int64_t i = 0; run && i < law_size(call); i++)
        if (x[i] <= 0) grad_y[i] = (float)(i % 7) - 3 - grad_y[i];
}
static void stretch(const struct law_call *call, int run) {
    if (run) law_scale(call, run, RELU_BACKWARD_X, 0x1p20f);
}
static void compare_same(const struct law_call *call, struct breach *breach) {
    law_same(call, breach, 1, RELU_BACKWARD_GRAD_X, 1);
}

/* Run 1: a gradient of its own, u. */
static void other_gradient(const struct law_call *call, int run) {
    if (run) law_refill(call, run, RELU_BACKWARD_GRAD_Y);
}
/* The Jacobian of an elementwise function is diagonal, so it is its own adjoint; the two sums are
 * equal term by term. */
static void compare_adjoint(const struct law_call *call, struct breach *breach) {
    const float *g = call->run[0]->in[RELU_BACKWARD_GRAD_Y];
    const float *u = call->run[1]->in[RELU_BACKWARD_GRAD_Y];
    for (int64_t i = 0; i < law_size(call); i++) {
        const double left = u[i] * law_out(call, 0, RELU_BACKWARD_GRAD_X, i);
        const double right = g[i] * law_out(call, 1, RELU_BACKWARD_GRAD_X, i);
        const bool equal = left == right || g[i] == 0 || u[i] == 0;
        law_require(call, breach, 1, RELU_BACKWARD_GRAD_X, i,
                    equal ? law_out(call, 1, RELU_BACKWARD_GRAD_X, i) : left / g[i], 0);
    }
}

static struct law_axis whole(const struct law_call *call) {
    return (struct law_axis){1, law_size(call), 1};
}
static void permute(const struct law_call *call, int run) {
    if (!run) return;
    law_permute(call, run, RELU_BACKWARD_GRAD_Y, whole(call));
    law_permute(call, run, RELU_BACKWARD_X, whole(call));
}
static void compare_permuted(const struct law_call *call, struct breach *breach) {
    law_permuted(call, breach, 1, RELU_BACKWARD_GRAD_X, whole(call));
}

static const struct property relu_backward_properties[] = {
    {.name = "additivity",
     .statement = "grad_x(g + g', x) = grad_x(g, x) + grad_x(g', x)",
     .runs = 3,
     .prepare = split,
     .compare = compare_sum},
    {.name = "homogeneity",
     .statement = "grad_x(4 g, x) = 4 grad_x(g, x)",
     .runs = 2,
     .prepare = quadruple,
     .compare = compare_quadruple},
    {.name = "closed_gates",
     .statement = "g has no influence where x <= 0",
     .runs = 2,
     .prepare = change_closed,
     .compare = compare_same},
    {.name = "scale_of_x",
     .statement = "grad_x(g, 2^20 x) = grad_x(g, x): the sign of x alone counts",
     .runs = 2,
     .prepare = stretch,
     .compare = compare_same},
    {.name = "self_adjointness",
     .statement = "u grad_x(g, x) = g grad_x(u, x)",
     .runs = 2,
     .prepare = other_gradient,
     .compare = compare_adjoint},
    {.name = "permutation",
     .statement = "permuting g and x permutes grad_x",
     .runs = 2,
     .prepare = permute,
     .compare = compare_permuted},
};

#endif
