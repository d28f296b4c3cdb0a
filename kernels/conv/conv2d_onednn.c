/* oneDNN's convolutions with layouts of its own choice, and the reorders between those and NCHW.
 *
 * The primitives of the last problems are kept, so that runs do not create any. Weights go to
 * oneDNN's layout in prepare; its copies of x and y live in the workspace. */
#include <string.h>

#include "kernels/blocks/onednn.h"
#include "kernels/conv/conv2d_engine.h"

/* One operand: NCHW and oneDNN's layout of it. */
struct side {
    dnnl_exec_arg_t plain, own; /* memories; own.memory is plain.memory where layouts agree */
    dnnl_primitive_t reorder;   /* NULL where layouts agree */
    dnnl_exec_arg_t from, to;
    size_t own_bytes; /* 0 where layouts agree */
};

struct plan {
    dnnl_alg_kind_t algorithm;
    struct conv2d_problem problem;
    dnnl_primitive_t convolution;
    struct side x, weight, y;
    dnnl_exec_arg_t bias;
};

enum { PLANS = 48 };
static _Thread_local struct plan plans[PLANS];
static _Thread_local int plans_next;

static void drop_side(struct side *s) {
    if (s->reorder) dnnl_primitive_destroy(s->reorder);
    if (s->own.memory && s->own.memory != s->plain.memory) dnnl_memory_destroy(s->own.memory);
    if (s->plain.memory) dnnl_memory_destroy(s->plain.memory);
}

static void drop(struct plan *plan) {
    drop_side(&plan->x);
    drop_side(&plan->weight);
    drop_side(&plan->y);
    if (plan->bias.memory) dnnl_memory_destroy(plan->bias.memory);
    if (plan->convolution) dnnl_primitive_destroy(plan->convolution);
    memset(plan, 0, sizeof *plan);
}

/* Both memories, and the reorder from NCHW (`in`) or to it. */
static bool make_side(struct side *s, int role, onednn_layout_t plain, onednn_layout_t own,
                      bool in) {
    s->plain = onednn_argument(role, plain);
    s->own = s->plain;
    if (!s->plain.memory || !own) return false;
    if (dnnl_memory_desc_equal(plain, own)) return true;
    s->own = onednn_argument(role, own);
    s->own_bytes = (dnnl_memory_desc_get_size(own) + 63) / 64 * 64;
    if (!s->own.memory) return false;
    s->reorder = in ? onednn_create_reorder(plain, own) : onednn_create_reorder(own, plain);
    s->from = (dnnl_exec_arg_t){DNNL_ARG_FROM, in ? s->plain.memory : s->own.memory};
    s->to = (dnnl_exec_arg_t){DNNL_ARG_TO, in ? s->own.memory : s->plain.memory};
    return s->reorder != NULL;
}

/* x, weight, bias, y: as NCHW, or (`any`) in layouts that oneDNN may choose. */
struct layouts {
    onednn_layout_t x, weight, bias, y;
};

static void describe(const struct conv2d_problem *p, bool any, struct layouts *layouts) {
    const dnnl_dims_t x = {p->n, p->c, p->h, p->w}, bias = {p->oc};
    const dnnl_dims_t y = {p->n, p->oc, conv2d_oh(p), conv2d_ow(p)};
    const dnnl_dims_t dense = {p->oc, p->c, p->kh, p->kw};
    const dnnl_dims_t grouped = {p->groups, p->oc / p->groups, p->c / p->groups, p->kh, p->kw};
    const bool one = p->groups == 1;
    const dnnl_format_tag_t free_choice = dnnl_format_tag_any;
    layouts->x = onednn_layout(4, x, any ? free_choice : dnnl_nchw);
    layouts->y = onednn_layout(4, y, any ? free_choice : dnnl_nchw);
    layouts->bias = onednn_layout(1, bias, dnnl_a);
    layouts->weight = onednn_layout(one ? 4 : 5, one ? dense : grouped,
                                    any   ? free_choice
                                    : one ? dnnl_oihw
                                          : dnnl_goihw);
}

static void forget(struct layouts *layouts) {
    onednn_layout_free(layouts->x);
    onednn_layout_free(layouts->y);
    onednn_layout_free(layouts->bias);
    onednn_layout_free(layouts->weight);
}

static dnnl_primitive_desc_t choose(dnnl_alg_kind_t algorithm, const struct conv2d_problem *p) {
    const dnnl_dims_t strides = {p->stride, p->stride}, padding = {p->pad, p->pad};
    const dnnl_dims_t dilation = {p->dilation - 1, p->dilation - 1};
    struct layouts any;
    describe(p, true, &any);
    const dnnl_primitive_desc_t description =
        any.x && any.weight && any.bias && any.y
            ? onednn_describe_convolution(algorithm, any.x, any.weight, p->bias ? any.bias : NULL,
                                          any.y, strides, dilation, padding)
            : NULL;
    forget(&any);
    return description;
}

static bool make(struct plan *plan, dnnl_alg_kind_t algorithm, const struct conv2d_problem *p) {
    const dnnl_primitive_desc_t description = choose(algorithm, p);
    if (!description) return false;
    struct layouts plain;
    describe(p, false, &plain);
    plan->bias = onednn_argument(DNNL_ARG_BIAS, plain.bias);
    const bool made = plan->bias.memory &&
                      make_side(&plan->x, DNNL_ARG_SRC, plain.x,
                                onednn_query(description, dnnl_query_src_md), true) &&
                      make_side(&plan->weight, DNNL_ARG_WEIGHTS, plain.weight,
                                onednn_query(description, dnnl_query_weights_md), true) &&
                      make_side(&plan->y, DNNL_ARG_DST, plain.y,
                                onednn_query(description, dnnl_query_dst_md), false);
    forget(&plain);
    plan->convolution = onednn_create(description);
    plan->algorithm = algorithm;
    plan->problem = *p;
    return made && plan->convolution;
}

static bool is_plan_of(const struct plan *plan, dnnl_alg_kind_t algorithm,
                       const struct conv2d_problem *p) {
    return plan->convolution && plan->algorithm == algorithm &&
           memcmp(&plan->problem, p, sizeof *p) == 0;
}

/* NULL when oneDNN has none for this problem. */
static struct plan *plan_of(dnnl_alg_kind_t algorithm, const struct conv2d_problem *p) {
    for (int i = 0; i < PLANS; i++)
        if (is_plan_of(&plans[i], algorithm, p)) return &plans[i];
    struct plan *plan = &plans[plans_next++ % PLANS];
    drop(plan);
    const int before = onednn_threads(1);
    const bool made = make(plan, algorithm, p);
    onednn_threads(before);
    if (made) return plan;
    drop(plan);
    return NULL;
}

static const char *supports(dnnl_alg_kind_t algorithm, const struct conv2d_problem *p) {
    if (p->n == 0) return "oneDNN is not asked for empty tensors";
    return plan_of(algorithm, p) ? NULL : "oneDNN has no such algorithm for this shape";
}

/* Put a side's data in place and run its reorder. */
static void bind(struct side *s, const void *plain, void *own) {
    onednn_bind(&s->plain, plain);
    if (s->reorder) onednn_bind(&s->own, own);
}

static void reorder(struct side *s) {
    if (s->reorder) onednn_execute(s->reorder, 2, (const dnnl_exec_arg_t[]){s->from, s->to});
}

static void convolve(const struct plan *plan) {
    const dnnl_exec_arg_t argument[] = {plan->x.own, plan->weight.own, plan->y.own, plan->bias};
    onednn_execute(plan->convolution, plan->problem.bias ? 4 : 3, argument);
}

/* ---- NCHW operands: x in, convolution, y out, all of it in run ---- */

static size_t weight_bytes(const struct plan *plan) { return plan ? plan->weight.own_bytes : 0; }

static void prepare_weight(struct plan *plan, void *const *operand, void *prepared) {
    if (!plan) return;
    const int before = onednn_threads(1);
    bind(&plan->weight, operand[CONV2D_WEIGHT], prepared);
    reorder(&plan->weight);
    onednn_threads(before);
}

static size_t copies_bytes(const struct plan *plan) {
    return plan ? plan->x.own_bytes + plan->y.own_bytes : 0;
}

static void run_reordered(struct plan *plan, const float *x, const float *weight, const float *bias,
                          float *y, const void *prepared, void *workspace) {
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

/* ---- how fast oneDNN is inside a network that keeps its layouts ----
 *
 * prepare reorders the weights and x, run convolves. y must come back as NCHW to be checked at all,
 * so its reorder is timed where oneDNN's layout of y is another. x is therefore what it was when
 * prepare ran. */

static size_t inputs_bytes(const struct plan *plan) {
    return plan ? plan->weight.own_bytes + plan->x.own_bytes : 0;
}

static void bind_inputs(struct plan *plan, const void *x, const void *weight,
                        const void *prepared) {
    bind(&plan->weight, weight, (void *)prepared);
    bind(&plan->x, x, prepared ? (unsigned char *)prepared + plan->weight.own_bytes : NULL);
}

static void prepare_inputs(struct plan *plan, void *const *operand, void *prepared) {
    if (!plan) return;
    const int before = onednn_threads(1);
    bind_inputs(plan, operand[CONV2D_X], operand[CONV2D_WEIGHT], prepared);
    reorder(&plan->weight);
    reorder(&plan->x);
    onednn_threads(before);
}

static size_t result_bytes(const struct plan *plan) { return plan ? plan->y.own_bytes : 0; }

static void run_prepacked(struct plan *plan, const float *x, const float *weight, const float *bias,
                          float *y, const void *prepared, void *workspace) {
    if (!plan) return;
    const int before = onednn_threads(1);
    bind_inputs(plan, x, weight, prepared);
    bind(&plan->y, y, workspace);
    onednn_bind(&plan->bias, bias);
    convolve(plan);
    reorder(&plan->y);
    onednn_threads(before);
}

/* ---- the implementations ---- */

/* The callbacks of `variant_` by the functions above, and its descriptor. */
#define CONV2D_ONEDNN(variant_, algorithm_, prepared_, prepare_, workspace_, run_, ...)            \
    static const char *variant_##_supports(const void *problem) {                                  \
        return supports(algorithm_, problem);                                                      \
    }                                                                                              \
    static size_t variant_##_prepared_bytes(const void *problem) {                                 \
        return prepared_(plan_of(algorithm_, problem));                                            \
    }                                                                                              \
    static void variant_##_prepare(const void *problem, void *const *operand, void *prepared) {    \
        prepare_(plan_of(algorithm_, problem), operand, prepared);                                 \
    }                                                                                              \
    static size_t variant_##_workspace_bytes(const void *problem) {                                \
        return workspace_(plan_of(algorithm_, problem));                                           \
    }                                                                                              \
    static void conv2d_##variant_(const struct conv2d_problem *p, const float *x,                  \
                                  const float *weight, const float *bias, float *y,                \
                                  const void *prepared, void *workspace) {                         \
        run_(plan_of(algorithm_, p), x, weight, bias, y, prepared, workspace);                     \
    }                                                                                              \
    IMPL(conv2d, variant_, .peer = true, .start = onednn_start, .supports = variant_##_supports,   \
         .prepared_bytes = variant_##_prepared_bytes, .prepare = variant_##_prepare,               \
         .workspace_bytes = variant_##_workspace_bytes, __VA_ARGS__)

CONV2D_ONEDNN(onednn, dnnl_convolution_direct, weight_bytes, prepare_weight, copies_bytes,
              run_reordered,
              .technique = "oneDNN direct, layouts of its choice; timed: its reorders of x and y; "
                           "weights reordered in prepare");
CONV2D_ONEDNN(onednn_prepacked, dnnl_convolution_direct, inputs_bytes, prepare_inputs, result_bytes,
              run_prepacked,
              .technique = "oneDNN direct; weights and x put into its layouts in prepare; timed: "
                           "the convolution and its reorder of y");
CONV2D_ONEDNN(onednn_winograd, dnnl_convolution_winograd, weight_bytes, prepare_weight,
              copies_bytes, run_reordered,
              .technique =
                  "oneDNN Winograd, layouts of its choice; timed: its reorders of x and y; "
                  "weights transformed in prepare",
              CONV2D_WINOGRAD_ACCUMULATION(3));
