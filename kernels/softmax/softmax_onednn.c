#include "kernels/blocks/onednn.h"

#include <string.h>

#include "kernels/softmax/softmax.h"

/* The primitive of the last problem seen. */
static _Thread_local struct {
    struct softmax_problem problem;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t argument[2];
} plan;

static void drop(void) {
    for (int i = 0; i < 2; i++)
        if (plan.argument[i].memory) dnnl_memory_destroy(plan.argument[i].memory);
    if (plan.primitive) dnnl_primitive_destroy(plan.primitive);
    memset(&plan, 0, sizeof plan);
}

static bool empty(const struct softmax_problem *p) {
    return p->outer == 0 || p->axis_len == 0 || p->inner == 0;
}

static bool make(const struct softmax_problem *p) {
    if (plan.primitive && memcmp(&plan.problem, p, sizeof *p) == 0) return true;
    drop();
    const dnnl_dims_t shape = {p->outer, p->axis_len, p->inner};
    /* a trailing axis of 1 would hide from oneDNN that rows are contiguous */
    const int rank = p->inner == 1 ? 2 : 3;
    const onednn_layout_t layout = onednn_layout(rank, shape, rank == 2 ? dnnl_ab : dnnl_abc);
    plan.primitive = layout ? onednn_create(onednn_describe_softmax(layout, 1)) : NULL;
    plan.argument[0] = onednn_argument(DNNL_ARG_SRC, layout);
    plan.argument[1] = onednn_argument(DNNL_ARG_DST, layout);
    onednn_layout_free(layout);
    plan.problem = *p;
    if (plan.primitive && plan.argument[0].memory && plan.argument[1].memory) return true;
    drop();
    return false;
}

static const char *supports(const void *problem) {
    const int before = onednn_threads(1);
    const bool made = empty(problem) || make(problem);
    onednn_threads(before);
    return made ? NULL : "oneDNN has no softmax for this shape";
}

static void softmax_onednn(const struct softmax_problem *p, const float *x, float *y) {
    if (empty(p)) return;
    const int before = onednn_threads(1);
    if (make(p)) {
        onednn_bind(&plan.argument[0], x);
        onednn_bind(&plan.argument[1], y);
        onednn_execute(plan.primitive, 2, plan.argument);
    }
    onednn_threads(before);
}

/* Its kernels for rows keep one sum per lane of a vector; those for another axis add one element
 * after the other. */
IMPL(softmax, onednn, .technique = "oneDNN softmax forward", .peer = true,
     .accumulation = {.flushes = true}, .supports = supports, .start = onednn_start,
     .no_special = "oneDNN gives 0 and numbers where softmax is NaN");
