/* The laws of relu. For relu.c alone. */
#ifndef KERNELS_ACTIVATION_RELU_PROPERTIES_H
#define KERNELS_ACTIVATION_RELU_PROPERTIES_H

#include "kernels/activation/relu.h"
#include "kernels/core/law.h"

static int64_t law_size(const struct law_call *call) { return law_elements(call, 0, RELU_X); }

static void feed_back(const struct law_call *call, int run) {
    const float *y = call->run[0]->out[RELU_Y];
    float *x = call->run[run]->in[RELU_X];
    for (int64_t i = 0; run && i < law_size(call); i++) x[i] = y[i];
}
static void compare_same(const struct law_call *call, struct breach *breach) {
    law_same(call, breach, 1, RELU_Y, 1);
}

/* Runs: x, x', max(x, x'). */
static void prepare_maximum(const struct law_call *call, int run) {
    if (run == 1) law_refill(call, run, RELU_X);
    const float *a = call->run[0]->in[RELU_X], *b = call->run[1]->in[RELU_X];
    float *larger = call->run[run]->in[RELU_X];
    for (int64_t i = 0; run == 2 && i < law_size(call); i++) larger[i] = a[i] > b[i] ? a[i] : b[i];
}
static void compare_maximum(const struct law_call *call, struct breach *breach) {
    for (int64_t i = 0; i < law_size(call); i++)
        law_require(call, breach, 2, RELU_Y, i,
                    fmax(law_out(call, 0, RELU_Y, i), law_out(call, 1, RELU_Y, i)), 0);
}

static void quadruple(const struct law_call *call, int run) {
    if (run) law_scale(call, run, RELU_X, 4);
}
/* A power of two loses nothing but in overflow, and then both sides overflow. */
static void compare_quadruple(const struct law_call *call, struct breach *breach) {
    for (int64_t i = 0; i < law_size(call); i++)
        law_require(call, breach, 1, RELU_Y, i, 4 * (float)law_out(call, 0, RELU_Y, i),
                    law_bound(call, 1, RELU_Y, i));
}

static void negate(const struct law_call *call, int run) {
    if (run) law_scale(call, run, RELU_X, -1);
}
static void compare_parts(const struct law_call *call, struct breach *breach) {
    const float *x = call->run[0]->in[RELU_X];
    for (int64_t i = 0; i < law_size(call); i++)
        law_require(call, breach, 0, RELU_Y, i, (double)x[i] + law_out(call, 1, RELU_Y, i), 0);
}

static struct law_axis whole(const struct law_call *call) {
    return (struct law_axis){1, law_size(call), 1};
}
static void permute(const struct law_call *call, int run) {
    if (run) law_permute(call, run, RELU_X, whole(call));
}
static void compare_permuted(const struct law_call *call, struct breach *breach) {
    law_permuted(call, breach, 1, RELU_Y, whole(call));
}

static const struct property relu_properties[] = {
    {.name = "idempotence",
     .statement = "relu(relu(x)) = relu(x)",
     .runs = 2,
     .prepare = feed_back,
     .compare = compare_same},
    {.name = "monotonicity",
     .statement = "relu(max(x, x')) = max(relu(x), relu(x'))",
     .runs = 3,
     .prepare = prepare_maximum,
     .compare = compare_maximum},
    {.name = "homogeneity",
     .statement = "relu(4 x) = 4 relu(x)",
     .runs = 2,
     .prepare = quadruple,
     .compare = compare_quadruple},
    {.name = "two_parts",
     .statement = "relu(x) - relu(-x) = x",
     .runs = 2,
     .prepare = negate,
     .compare = compare_parts},
    {.name = "permutation",
     .statement = "permuting x permutes relu(x)",
     .runs = 2,
     .prepare = permute,
     .compare = compare_permuted},
};

#endif
