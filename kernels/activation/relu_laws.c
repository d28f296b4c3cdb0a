/* The laws of relu and of relu_backward. */
#include "kernels/activation/relu.h"

/* ---- y = max(0, x) ---- */

static void compare_parts(const struct law_call *call, struct breach *breach) {
    const float *x = call->run[0]->in[ACTIVATION_X];
    for (int64_t i = 0; i < law_elements(call, 0, ACTIVATION_X); i++)
        law_require(call, breach, 0, ACTIVATION_Y, i,
                    (double)x[i] + law_out(call, 1, ACTIVATION_Y, i), 0);
}

const struct property relu_laws[] = {
    {.name = "idempotence",
     .statement = "relu(relu(x)) = relu(x)",
     .runs = 2,
     LAW_IN({.of = ACTIVATION_X, .how = LAW_COPY, .with = ACTIVATION_Y}),
     LAW_OUT({.of = ACTIVATION_Y, .how = LAW_SAME})},
    {.name = "monotonicity",
     .statement = "relu(max(x, x')) = max(relu(x), relu(x'))",
     .runs = 3,
     LAW_IN({.of = ACTIVATION_X, .how = LAW_REFILL},
            {.of = ACTIVATION_X, .how = LAW_MAP, .map = fmaxf}),
     LAW_OUT({.of = ACTIVATION_Y, .how = LAW_MAPPED, .map = fmaxf})},
    {.name = "homogeneity",
     .statement = "relu(4 x) = 4 relu(x)",
     .runs = 2,
     LAW_IN({.of = ACTIVATION_X, .how = LAW_SCALE, .factor = 4}),
     LAW_OUT({.of = ACTIVATION_Y, .how = LAW_TIMES, .factor = 4})},
    {.name = "two_parts",
     .statement = "relu(x) - relu(-x) = x",
     .runs = 2,
     LAW_IN({.of = ACTIVATION_X, .how = LAW_SCALE, .factor = -1}),
     .compare = compare_parts},
    {.name = "permutation",
     .statement = "permuting x permutes relu(x)",
     .runs = 2,
     LAW_IN({.of = ACTIVATION_X, .how = LAW_PERMUTE}),
     LAW_OUT({.of = ACTIVATION_Y, .how = LAW_PERMUTED})},
};

/* ---- grad_x = x <= 0 ? 0 : g, g standing for grad_y ---- */

enum {
    G = ACTIVATION_BACKWARD_GRAD_Y,
    X = ACTIVATION_BACKWARD_X,
    OUT = ACTIVATION_BACKWARD_GRAD_X
};

/* Other gradients arrive wherever nothing passes. */
static void change_closed(const struct law_call *call, int run) {
    const float *x = call->run[0]->in[X];
    float *grad_y = call->run[run]->in[G];
    for (int64_t i = 0; run && i < law_elements(call, 0, X); i++)
        if (x[i] <= 0) grad_y[i] = (float)(i % 7) - 3 - grad_y[i];
}
const struct property relu_backward_laws[] = {
    LAW_GRADIENT_ADDITIVITY(G, OUT),
    LAW_GRADIENT_HOMOGENEITY(G, OUT),
    {.name = "closed_gates",
     .statement = "g has no influence where x <= 0",
     .runs = 2,
     .prepare = change_closed,
     LAW_OUT({.of = OUT, .how = LAW_SAME})},
    {.name = "scale_of_x",
     .statement = "grad_x(g, 2^20 x) = grad_x(g, x): the sign of x alone counts",
     .runs = 2,
     LAW_IN({.of = X, .how = LAW_SCALE, .factor = 0x1p20}),
     LAW_OUT({.of = OUT, .how = LAW_SAME})},
    LAW_GRADIENT_SELF_ADJOINTNESS(G, OUT),
    LAW_GRADIENT_PERMUTATION(OUT),
};
