#include "kernels/core/onednn.h"

#include <string.h>

#include "kernels/relu/relu_backward.h"

enum { ARGUMENTS = 3 };

/* The primitive of the last size seen. */
static struct {
    int64_t n;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t argument[ARGUMENTS];
} plan;

static void drop(void) {
    for (int i = 0; i < ARGUMENTS; i++)
        if (plan.argument[i].memory) dnnl_memory_destroy(plan.argument[i].memory);
    if (plan.primitive) dnnl_primitive_destroy(plan.primitive);
    memset(&plan, 0, sizeof plan);
}

/* The backward primitive wants the forward one's descriptor as a hint. */
static dnnl_primitive_t create(onednn_layout_t layout) {
    const dnnl_primitive_desc_t hint = onednn_describe_relu(layout, dnnl_forward_training);
    if (!hint) return NULL;
    const dnnl_primitive_t primitive = onednn_create(onednn_describe_relu_backward(layout, hint));
    dnnl_primitive_desc_destroy(hint);
    return primitive;
}

static bool make(int64_t n) {
    static const int roles[ARGUMENTS] = {DNNL_ARG_DIFF_DST, DNNL_ARG_SRC, DNNL_ARG_DIFF_SRC};
    if (plan.primitive && plan.n == n) return true;
    drop();
    const onednn_layout_t layout = onednn_layout(1, (dnnl_dims_t){n}, dnnl_a);
    plan.primitive = layout ? create(layout) : NULL;
    plan.n = n;
    bool made = plan.primitive != NULL;
    for (int i = 0; i < ARGUMENTS; i++) {
        plan.argument[i] = onednn_argument(roles[i], layout);
        made = made && plan.argument[i].memory;
    }
    onednn_layout_free(layout);
    if (!made) drop();
    return made;
}

static const char *supports(const void *problem) {
    const int64_t n = ((const struct relu_backward_problem *)problem)->n;
    const int before = onednn_threads(1);
    const bool made = n == 0 || make(n);
    onednn_threads(before);
    return made ? NULL : "oneDNN has no eltwise relu backward for this size";
}

static void relu_backward_onednn(const struct relu_backward_problem *p, const float *grad_y,
                                 const float *x, float *grad_x) {
    if (p->n == 0) return;
    const int before = onednn_threads(1);
    if (make(p->n)) {
        onednn_bind(&plan.argument[0], grad_y);
        onednn_bind(&plan.argument[1], x);
        onednn_bind(&plan.argument[2], grad_x);
        onednn_execute(plan.primitive, ARGUMENTS, plan.argument);
    }
    onednn_threads(before);
}

RELU_BACKWARD(onednn, .technique = "oneDNN eltwise relu backward", .peer = true,
              .supports = supports, .start = onednn_start,
              .no_special = "oneDNN multiplies by 0 or 1: NaN and Inf stay");
