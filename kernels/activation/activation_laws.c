/* What every activation keeps, and every gradient of one. */
#include "kernels/activation/activation.h"

static struct law_axis whole(const struct law_call *call) {
    return (struct law_axis){1, law_elements(call, 0, ACTIVATION_X), 1};
}

/* ---- y = f(x) ---- */

void activation_permute(const struct law_call *call, int run) {
    if (run) law_permute(call, run, ACTIVATION_X, whole(call));
}
void activation_permuted(const struct law_call *call, struct breach *breach) {
    law_permuted(call, breach, 1, ACTIVATION_Y, whole(call));
}

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

const struct property activation_laws[ACTIVATION_LAWS] = {ACTIVATION_EVERY_LAW};

/* ---- grad_x = g f'(x), g standing for grad_y ---- */

enum {
    G = ACTIVATION_BACKWARD_GRAD_Y,
    X = ACTIVATION_BACKWARD_X,
    OUT = ACTIVATION_BACKWARD_GRAD_X
};

static int64_t elements(const struct law_call *call) { return law_elements(call, 0, X); }

static void split(const struct law_call *call, int run) { law_split(call, run, G); }
static void compare_sum(const struct law_call *call, struct breach *breach) {
    law_sum(call, breach, OUT);
}

static void quadruple(const struct law_call *call, int run) {
    if (run) law_scale(call, run, G, 4);
}
static void compare_quadruple(const struct law_call *call, struct breach *breach) {
    for (int64_t i = 0; i < elements(call); i++)
        law_require(call, breach, 1, OUT, i, 4 * (double)law_out(call, 0, OUT, i),
                    law_bound(call, 1, OUT, i) + 4 * law_bound(call, 0, OUT, i));
}

/* Run 1: a gradient of its own, u. The Jacobian is diagonal, so it is its own adjoint, term by
 * term: u grad_x(g) = g grad_x(u). */
static void other_gradient(const struct law_call *call, int run) {
    if (run) law_refill(call, run, G);
}
static void compare_adjoint(const struct law_call *call, struct breach *breach) {
    const float *g = call->run[0]->in[G], *u = call->run[1]->in[G];
    for (int64_t i = 0; i < elements(call); i++) {
        if (g[i] == 0 || !isfinite(g[i]) || !isfinite(u[i])) continue;
        const double expected = (double)u[i] * law_out(call, 0, OUT, i) / g[i];
        const double bound =
            law_bound(call, 1, OUT, i) + fabs((double)u[i] / g[i]) * law_bound(call, 0, OUT, i);
        law_require(call, breach, 1, OUT, i, expected, bound + law_double(4) * fabs(expected));
    }
}

static struct law_axis whole_gradient(const struct law_call *call) {
    return (struct law_axis){1, elements(call), 1};
}
static void permute_both(const struct law_call *call, int run) {
    if (!run) return;
    law_permute(call, run, G, whole_gradient(call));
    law_permute(call, run, X, whole_gradient(call));
}
static void compare_permuted(const struct law_call *call, struct breach *breach) {
    law_permuted(call, breach, 1, OUT, whole_gradient(call));
}

static void change_others(const struct law_call *call, int run) {
    if (!run) return;
    for (int operand = G; operand <= X; operand++) {
        const float *before = call->run[0]->in[operand];
        float *now = call->run[run]->in[operand];
        law_refill(call, run, operand);
        for (int64_t i = 1; i < elements(call); i += 2) now[i] = before[i];
    }
}
static void compare_others(const struct law_call *call, struct breach *breach) {
    same_odd(call, breach, OUT);
}

const struct property activation_backward_laws[ACTIVATION_BACKWARD_LAWS] = {
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
    {.name = "self_adjointness",
     .statement = "u grad_x(g, x) = g grad_x(u, x)",
     .runs = 2,
     .prepare = other_gradient,
     .compare = compare_adjoint},
    {.name = "permutation",
     .statement = "permuting g and x permutes grad_x",
     .runs = 2,
     .prepare = permute_both,
     .compare = compare_permuted},
    {.name = "locality",
     .statement = "grad_x[i] depends on g[i] and x[i] alone",
     .runs = 2,
     .prepare = change_others,
     .compare = compare_others},
};
