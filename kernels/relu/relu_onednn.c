#include "kernels/core/onednn.h"

#include <string.h>

#include "kernels/relu/relu.h"

/* The primitive of the last size seen. */
static struct {
    int64_t n;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t argument[2];
} plan;

static void drop(void) {
    for (int i = 0; i < 2; i++)
        if (plan.argument[i].memory) dnnl_memory_destroy(plan.argument[i].memory);
    if (plan.primitive) dnnl_primitive_destroy(plan.primitive);
    memset(&plan, 0, sizeof plan);
}

static bool make(int64_t n) {
    if (plan.primitive && plan.n == n) return true;
    drop();
    const onednn_layout_t layout = onednn_layout(1, (dnnl_dims_t){n}, dnnl_a);
    plan.primitive =
        layout ? onednn_create(onednn_describe_relu(layout, dnnl_forward_inference)) : NULL;
    plan.argument[0] = onednn_argument(DNNL_ARG_SRC, layout);
    plan.argument[1] = onednn_argument(DNNL_ARG_DST, layout);
    onednn_layout_free(layout);
    plan.n = n;
    if (plan.primitive && plan.argument[0].memory && plan.argument[1].memory) return true;
    drop();
    return false;
}

static const char *supports(const void *problem) {
    const int64_t n = ((const struct relu_problem *)problem)->n;
    const int before = onednn_threads(1);
    const bool made = n == 0 || make(n);
    onednn_threads(before);
    return made ? NULL : "oneDNN has no eltwise relu for this size";
}

static void relu_onednn(const struct relu_problem *p, const float *x, float *y) {
    if (p->n == 0) return;
    const int before = onednn_threads(1);
    if (make(p->n)) {
        onednn_bind(&plan.argument[0], x);
        onednn_bind(&plan.argument[1], y);
        onednn_execute(plan.primitive, 2, plan.argument);
    }
    onednn_threads(before);
}

RELU(onednn, .technique = "oneDNN eltwise relu forward", .peer = true, .supports = supports,
     .start = onednn_start, .no_special = "oneDNN makes NaN 0");
