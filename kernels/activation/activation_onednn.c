/* oneDNN's eltwise operations: a line per activation. */
#include "kernels/blocks/onednn.h"

#include <string.h>

#include "kernels/activation/elu.h"
#include "kernels/activation/gelu.h"
#include "kernels/activation/hardswish.h"
#include "kernels/activation/leaky_relu.h"
#include "kernels/activation/mish.h"
#include "kernels/activation/relu.h"
#include "kernels/activation/sigmoid.h"
#include "kernels/activation/silu.h"
#include "kernels/activation/softplus.h"
#include "kernels/activation/tanh.h"

enum { ARGUMENTS_MAX = 3 };

/* One operation, and the last size that it was made for. */
struct plan {
    struct onednn_eltwise operation;
    int64_t n;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t argument[ARGUMENTS_MAX];
};

static void drop(struct plan *plan) {
    for (int i = 0; i < ARGUMENTS_MAX; i++)
        if (plan->argument[i].memory) dnnl_memory_destroy(plan->argument[i].memory);
    if (plan->primitive) dnnl_primitive_destroy(plan->primitive);
    memset(plan, 0, sizeof *plan);
}

/* The backward primitive wants the forward one's descriptor as a hint. */
static dnnl_primitive_t create(const struct onednn_eltwise *operation, onednn_layout_t layout) {
    if (!operation->backward)
        return onednn_create(onednn_describe_eltwise(operation, layout, dnnl_forward_inference));
    const dnnl_primitive_desc_t hint =
        onednn_describe_eltwise(operation, layout, dnnl_forward_training);
    if (!hint) return NULL;
    const dnnl_primitive_t primitive =
        onednn_create(onednn_describe_eltwise_backward(operation, layout, hint));
    dnnl_primitive_desc_destroy(hint);
    return primitive;
}

static bool same(const struct onednn_eltwise *a, const struct onednn_eltwise *b) {
    return a->algorithm == b->algorithm && a->alpha == b->alpha && a->beta == b->beta;
}

static bool make(struct plan *plan, struct onednn_eltwise operation, int64_t n) {
    static const int forward[] = {DNNL_ARG_SRC, DNNL_ARG_DST};
    static const int backward[] = {DNNL_ARG_DIFF_DST, DNNL_ARG_SRC, DNNL_ARG_DIFF_SRC};
    if (plan->primitive && plan->n == n && same(&plan->operation, &operation)) return true;
    drop(plan);
    const onednn_layout_t layout = onednn_layout(1, (dnnl_dims_t){n}, dnnl_a);
    plan->primitive = layout ? create(&operation, layout) : NULL;
    plan->operation = operation;
    plan->n = n;
    bool made = plan->primitive != NULL;
    for (int i = 0; i < (operation.backward ? 3 : 2); i++) {
        plan->argument[i] = onednn_argument((operation.backward ? backward : forward)[i], layout);
        made = made && plan->argument[i].memory;
    }
    onednn_layout_free(layout);
    if (!made) drop(plan);
    return made;
}

static const char *supported(struct plan *plan, struct onednn_eltwise operation, int64_t n) {
    const int before = onednn_threads(1);
    const bool made = n == 0 || make(plan, operation, n);
    onednn_threads(before);
    return made ? NULL : "oneDNN has no such eltwise operation for this size";
}

static void run(struct plan *plan, struct onednn_eltwise operation, int64_t n,
                const float *const *operand) {
    if (n == 0) return;
    const int before = onednn_threads(1), count = operation.backward ? 3 : 2;
    if (make(plan, operation, n)) {
        for (int i = 0; i < count; i++) onednn_bind(&plan->argument[i], operand[i]);
        onednn_execute(plan->primitive, count, plan->argument);
    }
    onednn_threads(before);
}

/* Both kernels of an activation; algorithm, alpha and beta may depend on p, the problem. The
 * amplification is what its formulas cost in accuracy. */
#define EACH(name_, algorithm_, alpha_, beta_, amplification_, no_special_, no_extremes_)          \
    static _Thread_local struct plan name_##_plan, name_##_backward_plan;                          \
    static const char *name_##_supports(const void *problem) {                                     \
        const struct name_##_problem *p = problem;                                                 \
        const struct onednn_eltwise operation = {algorithm_, alpha_, beta_, false};                \
        return supported(&name_##_plan, operation, p->n);                                          \
    }                                                                                              \
    static void name_##_onednn(const struct name_##_problem *p, const float *x, float *y) {        \
        const struct onednn_eltwise operation = {algorithm_, alpha_, beta_, false};                \
        run(&name_##_plan, operation, p->n, (const float *const[]){x, y});                         \
    }                                                                                              \
    IMPL(name_, onednn, .technique = "oneDNN eltwise " #name_ " forward", .peer = true,            \
         .supports = name_##_supports, .start = onednn_start, .no_special = no_special_,           \
         .no_extremes = no_extremes_,                                                              \
         .accumulation = {.amplification = amplification_, .flushes = (no_extremes_) != NULL});    \
    static const char *name_##_backward_supports(const void *problem) {                            \
        const struct name_##_backward_problem *p = problem;                                        \
        const struct onednn_eltwise operation = {algorithm_, alpha_, beta_, true};                 \
        return supported(&name_##_backward_plan, operation, p->n);                                 \
    }                                                                                              \
    static void name_##_backward_onednn(const struct name_##_backward_problem *p,                  \
                                        const float *grad_y, const float *x, float *grad_x) {      \
        const struct onednn_eltwise operation = {algorithm_, alpha_, beta_, true};                 \
        run(&name_##_backward_plan, operation, p->n, (const float *const[]){grad_y, x, grad_x});   \
    }                                                                                              \
    IMPL(name_##_backward, onednn, .technique = "oneDNN eltwise " #name_ " backward",              \
         .peer = true, .supports = name_##_backward_supports, .start = onednn_start,               \
         .no_special = no_special_, .no_extremes = no_extremes_,                                   \
         .accumulation = {.amplification = amplification_, .flushes = (no_extremes_) != NULL})

#define NO_SPECIAL "oneDNN promises nothing for NaN and infinities"
/* Amplifications: its softplus is log(1 + exp(x)) without log1p, which keeps what 1 + exp(x) keeps
 * of exp(x); mish divides differences of such sums; gelu's polynomial of erf is good to 3 ulp. */
#define NO_TAILS "oneDNN loses what its exponentials round to 0"
EACH(relu, dnnl_eltwise_relu, 0, 0, 1, "oneDNN makes NaN 0 and multiplies gradients by 0 or 1",
     NULL);
EACH(leaky_relu, dnnl_eltwise_relu, (float)p->negative_slope, 0, 1, NO_SPECIAL, NULL);
EACH(sigmoid, dnnl_eltwise_logistic, 0, 0, 1, NO_SPECIAL, NO_TAILS);
EACH(tanh, dnnl_eltwise_tanh, 0, 0, 1, NO_SPECIAL, NULL);
EACH(gelu, p->approximate == GELU_TANH ? dnnl_eltwise_gelu_tanh : dnnl_eltwise_gelu_erf, 0, 0, 3,
     NO_SPECIAL, NO_TAILS);
EACH(silu, dnnl_eltwise_swish, 1, 0, 1, NO_SPECIAL, NO_TAILS);
EACH(softplus, dnnl_eltwise_soft_relu, 1, 0, 65536, NO_SPECIAL, NO_TAILS);
EACH(elu, dnnl_eltwise_elu, (float)p->alpha, 0, 1, NO_SPECIAL, NO_TAILS);
EACH(hardswish, dnnl_eltwise_hardswish, 1.0f / 6, 0.5f, 1, NO_SPECIAL, NULL);
EACH(mish, dnnl_eltwise_mish, 0, 0, 1024, NO_SPECIAL, NO_TAILS);
