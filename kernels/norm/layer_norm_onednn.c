#include "kernels/blocks/onednn.h"

#include <math.h>
#include <string.h>

#include "kernels/norm/layer_norm.h"

enum { X, Y, MEAN, VARIANCE, WEIGHT, BIAS, ARGUMENTS };

/* The primitive of the last problem seen. */
static _Thread_local struct {
    struct layer_norm_problem problem;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t argument[ARGUMENTS];
} plan;

static void drop(void) {
    for (int i = 0; i < ARGUMENTS; i++)
        if (plan.argument[i].memory) dnnl_memory_destroy(plan.argument[i].memory);
    if (plan.primitive) dnnl_primitive_destroy(plan.primitive);
    memset(&plan, 0, sizeof plan);
}

static bool make(const struct layer_norm_problem *p) {
    if (plan.primitive && memcmp(&plan.problem, p, sizeof *p) == 0) return true;
    drop();
    static const int role[ARGUMENTS] = {DNNL_ARG_SRC,      DNNL_ARG_DST,   DNNL_ARG_MEAN,
                                        DNNL_ARG_VARIANCE, DNNL_ARG_SCALE, DNNL_ARG_SHIFT};
    const unsigned flags = p->affine ? dnnl_use_scale | dnnl_use_shift : 0;
    const dnnl_dims_t matrix = {p->rows, p->cols}, row = {p->cols}, column = {p->rows};
    onednn_layout_t layout[ARGUMENTS];
    bool made = true;
    for (int i = 0; i < ARGUMENTS; i++) {
        const dnnl_dim_t *extent = i <= Y ? matrix : i <= VARIANCE ? column : row;
        layout[i] = onednn_layout(i <= Y ? 2 : 1, extent, i <= Y ? dnnl_ab : dnnl_a);
        plan.argument[i] = onednn_argument(role[i], layout[i]);
        made = made && plan.argument[i].memory;
    }
    /* "training" computes mean and variance and returns them; "inference" would keep them */
    if (made)
        plan.primitive = onednn_create(
            onednn_describe_layer_norm(layout[X], layout[MEAN], (float)p->eps, flags));
    for (int i = 0; i < ARGUMENTS; i++) onednn_layout_free(layout[i]);
    made = made && plan.primitive;
    plan.problem = *p;
    if (!made) drop();
    return made;
}

static const char *supports(const void *problem) {
    const struct layer_norm_problem *p = problem;
    if (p->rows == 0 || p->cols == 0) return "oneDNN is not asked for empty tensors";
    const int before = onednn_threads(1);
    const bool made = make(p);
    onednn_threads(before);
    return made ? NULL : "oneDNN has no layer normalisation for this shape";
}

static void layer_norm_onednn(const struct layer_norm_problem *p, const float *x,
                              const float *weight, const float *bias, float *y, float *mean,
                              float *rstd) {
    const void *const data[ARGUMENTS] = {x, y, mean, rstd, weight, bias};
    const int before = onednn_threads(1);
    if (make(p)) {
        const int count = p->affine ? ARGUMENTS : WEIGHT;
        for (int i = 0; i < count; i++) onednn_bind(&plan.argument[i], data[i]);
        onednn_execute(plan.primitive, count, plan.argument);
    }
    onednn_threads(before);
    /* it returns the variance */
    for (int64_t row = 0; row < p->rows; row++) rstd[row] = 1 / sqrtf(rstd[row] + (float)p->eps);
}

/* Its kernels keep one sum per lane of a vector of 4, 8 or 16. */
IMPL(layer_norm, onednn, .technique = "oneDNN layer normalisation forward training", .peer = true,
     .accumulation = {.summation = SUM_LANES, .lanes = 4}, .supports = supports,
     .start = onednn_start);
