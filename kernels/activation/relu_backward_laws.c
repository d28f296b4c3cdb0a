/* The laws of relu_backward; g stands for grad_y. */
#include "kernels/activation/relu_backward.h"
#include "kernels/core/law.h"

static int64_t law_size(const struct law_call *call) {
    return law_elements(call, 0, RELU_BACKWARD_X);
}

/* Other gradients arrive wherever nothing passes. */
static void change_closed(const struct law_call *call, int run) {
    const float *x = call->run[0]->in[RELU_BACKWARD_X];
    float *grad_y = call->run[run]->in[RELU_BACKWARD_GRAD_Y];
    for (int64_t i = 0; run && i < law_size(call); i++)
        if (x[i] <= 0) grad_y[i] = (float)(i % 7) - 3 - grad_y[i];
}
enum { G = RELU_BACKWARD_GRAD_Y, X = RELU_BACKWARD_X, OUT = RELU_BACKWARD_GRAD_X };

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
