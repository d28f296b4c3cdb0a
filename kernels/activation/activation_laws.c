/* What every activation keeps, and every gradient of one. */
#include "kernels/activation/activation.h"

/* ---- y = f(x) ---- */

void activation_change_others(const struct law_call *call, int run) {
    if (run == 0) return;
    const int64_t n = law_elements(call, 0, ACTIVATION_X);
    const float *before = call->run[0]->in[ACTIVATION_X];
    float *x = call->run[run]->in[ACTIVATION_X];
    law_refill(call, run, ACTIVATION_X);
    for (int64_t i = 1; i < n; i += 2) x[i] = before[i];
}
/* The same bits, unless anything is right. */
static void same_odd(const struct law_call *call, struct breach *breach, int output) {
    for (int64_t i = 1; i < law_elements(call, 0, output); i += 2)
        law_require(call, breach, 1, output, i, law_out(call, 0, output, i),
                    isfinite(law_bound(call, 0, output, i)) ? 0 : INFINITY);
}
void activation_same_others(const struct law_call *call, struct breach *breach) {
    same_odd(call, breach, ACTIVATION_Y);
}

void activation_negate(const struct law_call *call, int run) {
    if (run) law_scale(call, run, ACTIVATION_X, -1);
}
void activation_reflection(const struct law_call *call, struct breach *breach, double s, double a,
                           double b) {
    const float *x = call->run[0]->in[ACTIVATION_X];
    for (int64_t i = 0; i < law_elements(call, 0, ACTIVATION_X); i++) {
        const double expected = s * law_out(call, 1, ACTIVATION_Y, i) + a * x[i] + b;
        const double bound =
            law_bound(call, 0, ACTIVATION_Y, i) + fabs(s) * law_bound(call, 1, ACTIVATION_Y, i);
        law_require(call, breach, 0, ACTIVATION_Y, i, expected,
                    bound + law_double(4) * (fabs(expected) + fabs(a * x[i]) + fabs(b)));
    }
}

const struct property activation_laws[] = {ACTIVATION_EVERY_LAW};

/* ---- grad_x = g f'(x), g standing for grad_y ---- */

enum {
    G = ACTIVATION_BACKWARD_GRAD_Y,
    X = ACTIVATION_BACKWARD_X,
    OUT = ACTIVATION_BACKWARD_GRAD_X
};

static void change_others(const struct law_call *call, int run) {
    if (!run) return;
    for (int operand = G; operand <= X; operand++) {
        const float *before = call->run[0]->in[operand];
        float *now = call->run[run]->in[operand];
        law_refill(call, run, operand);
        for (int64_t i = 1; i < law_elements(call, 0, X); i += 2) now[i] = before[i];
    }
}
static void compare_others(const struct law_call *call, struct breach *breach) {
    same_odd(call, breach, OUT);
}

const struct property activation_backward_laws[] = {
    LAW_GRADIENT_ADDITIVITY(G, OUT),
    LAW_GRADIENT_HOMOGENEITY(G, OUT),
    LAW_GRADIENT_SELF_ADJOINTNESS(G, OUT),
    LAW_GRADIENT_PERMUTATION(OUT),
    {.name = "locality",
     .statement = "grad_x[i] depends on g[i] and x[i] alone",
     .runs = 2,
     .prepare = change_others,
     .compare = compare_others},
};
