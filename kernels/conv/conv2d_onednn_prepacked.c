#define ONEDNN_ALGORITHM dnnl_convolution_direct
#include "kernels/conv/conv2d_onednn.h"

/* How fast oneDNN is inside a network that keeps its layouts: prepare reorders the weights and x,
 * run convolves. y must come back as NCHW to be checked at all, so its reorder is timed where
 * oneDNN's layout of y is another. x is therefore what it was when prepare ran. */

static size_t prepared_bytes(const void *problem) {
    const struct plan *plan = plan_of(problem);
    return plan ? plan->weight.own_bytes + plan->x.own_bytes : 0;
}

static void bind_inputs(struct plan *plan, const void *x, const void *weight,
                        const void *prepared) {
    bind(&plan->weight, weight, (void *)prepared);
    bind(&plan->x, x, prepared ? (unsigned char *)prepared + plan->weight.own_bytes : NULL);
}

static void prepare(const void *problem, void *const *operand, void *prepared) {
    struct plan *plan = plan_of(problem);
    const int before = onednn_threads(1);
    if (plan) {
        bind_inputs(plan, operand[CONV2D_X], operand[CONV2D_WEIGHT], prepared);
        reorder(&plan->weight);
        reorder(&plan->x);
    }
    onednn_threads(before);
}

static size_t workspace_bytes(const void *problem) {
    const struct plan *plan = plan_of(problem);
    return plan ? plan->y.own_bytes : 0;
}

static void conv2d_onednn_prepacked(const struct conv2d_problem *p, const float *x,
                                    const float *weight, const float *bias, float *y,
                                    const void *prepared, void *workspace) {
    struct plan *plan = plan_of(p);
    if (!plan) return;
    const int before = onednn_threads(1);
    bind_inputs(plan, x, weight, prepared);
    bind(&plan->y, y, workspace);
    onednn_bind(&plan->bias, bias);
    convolve(plan);
    reorder(&plan->y);
    onednn_threads(before);
}

IMPL(conv2d, onednn_prepacked,
     .technique = "oneDNN direct; weights and x put into its layouts in prepare; timed: the "
                  "convolution and its reorder of y",
     .peer = true, .supports = supports, .prepared_bytes = prepared_bytes, .prepare = prepare,
     .workspace_bytes = workspace_bytes, .start = onednn_start);
