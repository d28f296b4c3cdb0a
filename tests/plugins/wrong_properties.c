/* Kernels that are right on the inputs of a case, or nearly so, and break a law: what the kinds
 * `property` and `gradient` must say about them stands in CMakeLists.txt. */
#include <stdlib.h>

#include "kernels/activation/relu.h"
#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"
#include "kernels/softmax/softmax.h"

/* What the naive implementation gives. */
static void right(const struct implementation *self, const struct problem *problem,
                  const struct invocation *invocation) {
    const struct implementation *naive = registry_find_implementation(self->primitive, "naive");
    implementation_run(naive, problem, invocation->operand, NULL, NULL);
}

static int64_t outputs(const struct problem *problem, int operand) {
    const struct shape shape = problem_shape(problem, operand);
    return shape_elements(&shape);
}

#define WRONG(primitive_, variant_, defect_)                                                       \
    static const struct implementation impl_##primitive_##_##variant_ = {                          \
        .size = sizeof(struct implementation),                                                     \
        .primitive = #primitive_,                                                                  \
        .variant = #variant_,                                                                      \
        .technique = "wrong on purpose",                                                           \
        .run = variant_,                                                                           \
        .defect = defect_,                                                                         \
        .caught = "FAIL|CRASH"}

/* exp without the shift overflows, and this one rather stops: logits near 0 are safe. */
static void fears_large_logits(const struct implementation *self, const struct problem *problem,
                               const struct invocation *invocation) {
    const float *x = invocation->operand[SOFTMAX_X];
    for (int64_t i = 0; i < outputs(problem, SOFTMAX_X); i++)
        if (x[i] > 5) abort();
    right(self, problem, invocation);
}
WRONG(softmax, fears_large_logits, "gives up on large logits");

static void generous(const struct implementation *self, const struct problem *problem,
                     const struct invocation *invocation) {
    float *y = invocation->operand[SOFTMAX_Y];
    right(self, problem, invocation);
    for (int64_t i = 0; i < outputs(problem, SOFTMAX_Y); i++) y[i] *= 1.0001f;
}
WRONG(softmax, generous, "sums to 1.0001");

static void favours_the_first(const struct implementation *self, const struct problem *problem,
                              const struct invocation *invocation) {
    float *y = invocation->operand[SOFTMAX_Y];
    right(self, problem, invocation);
    if (outputs(problem, SOFTMAX_Y) > 1) y[0] += 1e-4f, y[1] -= 1e-4f;
}
WRONG(softmax, favours_the_first, "takes from the second what it gives the first");

static void twice(const struct implementation *self, const struct problem *problem,
                  const struct invocation *invocation) {
    float *grad_x = invocation->operand[ACTIVATION_BACKWARD_GRAD_X];
    right(self, problem, invocation);
    for (int64_t i = 0; i < outputs(problem, ACTIVATION_BACKWARD_GRAD_X); i++) grad_x[i] *= 2;
}
WRONG(relu_backward, twice, "counts the gradient twice");

/* The gradient of |x|: passes the other way on the left. */
static void both_sides(const struct implementation *self, const struct problem *problem,
                       const struct invocation *invocation) {
    const float *x = invocation->operand[ACTIVATION_BACKWARD_X];
    const float *grad_y = invocation->operand[ACTIVATION_BACKWARD_GRAD_Y];
    float *grad_x = invocation->operand[ACTIVATION_BACKWARD_GRAD_X];
    (void)self;
    for (int64_t i = 0; i < outputs(problem, ACTIVATION_BACKWARD_GRAD_X); i++)
        grad_x[i] = x[i] < 0 ? -grad_y[i] : grad_y[i];
}
WRONG(relu_backward, both_sides, "the gradient of |x|");

static void single_slip(const struct implementation *self, const struct problem *problem,
                        const struct invocation *invocation) {
    float *grad_x = invocation->operand[ACTIVATION_BACKWARD_GRAD_X];
    right(self, problem, invocation);
    const int64_t count = outputs(problem, ACTIVATION_BACKWARD_GRAD_X);
    if (count) grad_x[count / 2] *= 1.000001f;
}
WRONG(relu_backward, single_slip, "one element is off by a millionth");

static const struct implementation *const implementations[] = {&impl_softmax_fears_large_logits,
                                                               &impl_softmax_generous,
                                                               &impl_softmax_favours_the_first,
                                                               &impl_relu_backward_twice,
                                                               &impl_relu_backward_both_sides,
                                                               &impl_relu_backward_single_slip,
                                                               NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("wrong_properties"),
                                             .implementations = implementations};
