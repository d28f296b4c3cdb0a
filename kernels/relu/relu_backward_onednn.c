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
static dnnl_primitive_t create(const dnnl_memory_desc_t *layout) {
    dnnl_eltwise_desc_t forward, backward;
    dnnl_primitive_desc_t hint = NULL, description = NULL;
    dnnl_primitive_t primitive = NULL;
    if (dnnl_eltwise_forward_desc_init(&forward, dnnl_forward_training, dnnl_eltwise_relu, layout,
                                       0, 0) == dnnl_success &&
        dnnl_eltwise_backward_desc_init(&backward, dnnl_eltwise_relu, layout, layout, 0, 0) ==
            dnnl_success &&
        dnnl_primitive_desc_create(&hint, &forward, NULL, onednn_engine, NULL) == dnnl_success &&
        dnnl_primitive_desc_create(&description, &backward, NULL, onednn_engine, hint) ==
            dnnl_success &&
        dnnl_primitive_create(&primitive, description) != dnnl_success)
        primitive = NULL;
    if (description) dnnl_primitive_desc_destroy(description);
    if (hint) dnnl_primitive_desc_destroy(hint);
    return primitive;
}

static bool make(int64_t n) {
    static const int roles[ARGUMENTS] = {DNNL_ARG_DIFF_DST, DNNL_ARG_SRC, DNNL_ARG_DIFF_SRC};
    if (plan.primitive && plan.n == n) return true;
    drop();
    dnnl_memory_desc_t layout;
    dnnl_memory_desc_init_by_tag(&layout, 1, (dnnl_dims_t){n}, dnnl_f32, dnnl_a);
    plan.primitive = create(&layout);
    plan.n = n;
    bool made = plan.primitive != NULL;
    for (int i = 0; i < ARGUMENTS; i++) {
        plan.argument[i] = onednn_argument(roles[i], &layout);
        made = made && plan.argument[i].memory;
    }
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
