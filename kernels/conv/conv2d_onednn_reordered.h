/* oneDNN on NCHW operands: x in, convolution, y out, all of it in run. */
#ifndef KERNELS_CONV_CONV2D_ONEDNN_REORDERED_H
#define KERNELS_CONV_CONV2D_ONEDNN_REORDERED_H

#include "kernels/conv/conv2d_onednn.h"

static size_t prepared_bytes(const void *problem) {
    const struct plan *plan = plan_of(problem);
    return plan ? plan->weight.own_bytes : 0;
}

static void prepare(const void *problem, void *const *operand, void *prepared) {
    struct plan *plan = plan_of(problem);
    const int before = onednn_threads(1);
    if (plan) {
        bind(&plan->weight, operand[CONV2D_WEIGHT], prepared);
        reorder(&plan->weight);
    }
    onednn_threads(before);
}

static size_t workspace_bytes(const void *problem) {
    const struct plan *plan = plan_of(problem);
    return plan ? plan->x.own_bytes + plan->y.own_bytes : 0;
}

static void onednn_reordered(const struct conv2d_problem *p, const float *x, const float *weight,
                             const float *bias, float *y, const void *prepared, void *workspace) {
    struct plan *plan = plan_of(p);
    if (!plan) return;
    const int before = onednn_threads(1);
    bind(&plan->x, x, workspace);
    bind(&plan->weight, weight, (void *)prepared);
    bind(&plan->y, y, workspace ? (unsigned char *)workspace + plan->x.own_bytes : NULL);
    onednn_bind(&plan->bias, bias);
    reorder(&plan->x);
    convolve(plan);
    reorder(&plan->y);
    onednn_threads(before);
}

#endif
