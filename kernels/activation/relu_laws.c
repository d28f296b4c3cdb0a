/* The laws of relu. */
#include "kernels/activation/relu.h"
#include "kernels/core/law.h"

static int64_t law_size(const struct law_call *call) { return law_elements(call, 0, RELU_X); }

static void feed_back(const struct law_call *call, int run) {
    const float *y = call->run[0]->out[RELU_Y];
    float *x = call->run[run]->in[RELU_X];
    for (int64_t i = 0; run && i < law_size(call); i++) x[i] = y[i];
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

static void compare_parts(const struct law_call *call, struct breach *breach) {
    const float *x = call->run[0]->in[RELU_X];
    for (int64_t i = 0; i < law_size(call); i++)
        law_require(call, breach, 0, RELU_Y, i, (double)x[i] + law_out(call, 1, RELU_Y, i), 0);
}

const struct property relu_laws[] = {
    {.name = "idempotence",
     .statement = "relu(relu(x)) = relu(x)",
     .runs = 2,
     .prepare = feed_back,
     LAW_OUT({.of = RELU_Y, .how = LAW_SAME})},
    {.name = "monotonicity",
     .statement = "relu(max(x, x')) = max(relu(x), relu(x'))",
     .runs = 3,
     .prepare = prepare_maximum,
     .compare = compare_maximum},
    {.name = "homogeneity",
     .statement = "relu(4 x) = 4 relu(x)",
     .runs = 2,
     LAW_IN({.of = RELU_X, .how = LAW_SCALE, .factor = 4}),
     LAW_OUT({.of = RELU_Y, .how = LAW_TIMES, .factor = 4})},
    {.name = "two_parts",
     .statement = "relu(x) - relu(-x) = x",
     .runs = 2,
     LAW_IN({.of = RELU_X, .how = LAW_SCALE, .factor = -1}),
     .compare = compare_parts},
    {.name = "permutation",
     .statement = "permuting x permutes relu(x)",
     .runs = 2,
     LAW_IN({.of = RELU_X, .how = LAW_PERMUTE}),
     LAW_OUT({.of = RELU_Y, .how = LAW_PERMUTED})},
};
