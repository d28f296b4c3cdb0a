/* Wrong gradients of the rectifier: each a mistake that somebody really makes. Elements are
 * independent, so each mutant is one expression; some go wrong by place. */
#include <math.h>

#include "kernels/activation/relu.h"
#include "kernels/core/plugin.h"

#define WRONG "FAIL: elements wrong"

/* name, what is wrong with it, what the verifier says, grad_x from grad and value at place i of n
 */
#define MUTANTS(M)                                                                                 \
    M(kink_to_the_right, "x = 0 lets the gradient pass: x < 0 where x <= 0 is meant", WRONG,       \
      value < 0 ? 0 : grad)                                                                        \
    M(kink_halved, "x = 0 passes half of the gradient", WRONG,                                     \
      value == 0 ? 0.5f * grad : right(grad, value))                                               \
    M(negative_zero_passes, "the sign bit decides, so x = +0 lets the gradient pass", WRONG,       \
      isnan(value) || !signbit(value) ? grad : 0)                                                  \
    M(nan_blocks, "x > 0 ? grad : 0 blocks the gradient where x is NaN", WRONG,                    \
      value > 0 ? grad : 0)                                                                        \
    M(nan_of_x, "a NaN of x is returned, where the gradient passes", "FAIL: got nan",              \
      isnan(value) ? value : right(grad, value))                                                   \
    M(nan_in_vectors, "vectors follow x > 0 (_CMP_GT_OQ) and lose NaN, the tail (n % 8) x <= 0",   \
      WRONG, i < n - n % 8 ? (value > 0 ? grad : 0) : right(grad, value))                          \
    M(kink_and_nan, "x >= 0 ? grad : 0 lets the gradient pass at x = 0, and blocks it at NaN",     \
      WRONG, value >= 0 ? grad : 0)                                                                \
    M(masked_by_product, "!(x <= 0) * grad: 0 times NaN or Inf is NaN",                            \
      "FAIL: expected 0, got nan", (float)!(value <= 0) * grad)                                    \
    M(masked_by_comparison,                                                                        \
      "(x > 0) * grad: 0 times NaN or Inf is NaN, and a NaN of x blocks the gradient",             \
      "FAIL: expected 0, got nan|FAIL: elements wrong", (float)(value > 0) * grad)                 \
    M(nan_of_gradient_lost, "a NaN of grad_y becomes 0 on its way", "FAIL: expected nan, got",     \
      isnan(grad) ? 0 : right(grad, value))                                                        \
    M(unmasked, "the gradient passes everywhere: x is not looked at", WRONG, grad)                 \
    M(mask_of_gradient, "the sign of grad_y decides, not that of x", WRONG, right(grad, grad))     \
    M(mask_reversed, "the gradient passes where x is negative", WRONG, value >= 0 ? 0 : grad)      \
    M(mask_of_magnitude, "|x| decides: negative values let the gradient pass", WRONG,              \
      value == 0 ? 0 : grad)                                                                       \
    M(mask_alone, "the mask alone, 1 or 0: not multiplied by grad_y", WRONG, (float)!(value <= 0)) \
    M(times_x, "multiplied by x, not by 1", WRONG, value <= 0 ? 0 : grad * value)                  \
    M(operands_swapped, "grad_y and x are swapped", WRONG, right(value, grad))                     \
    M(sigmoid, "multiplied by sigmoid(x): the gradient of softplus", WRONG,                        \
      grad / (1 + expf(-value)))                                                                   \
    M(forward, "the forward pass: max(0, x)", WRONG, value < 0 ? 0 : value)                        \
    M(leaky, "leaky: negative values pass 0.01 of the gradient", WRONG,                            \
      value <= 0 ? 0.01f * grad : grad)                                                            \
    M(relu6, "relu6: nothing passes from x = 6 on", WRONG, value >= 6 ? 0 : right(grad, value))    \
    M(gradient_rectified, "negative gradients become 0 as well", WRONG,                            \
      grad < 0 ? 0 : right(grad, value))                                                           \
    M(averaged, "the gradient is divided by n, as of a mean", WRONG,                               \
      right(grad / (float)n, value))                                                               \
    M(clipped, "the gradient is clipped to [-1, 1]", WRONG,                                        \
      right(grad > 1    ? 1                                                                        \
            : grad < -1 ? -1                                                                       \
                        : grad,                                                                    \
            value))                                                                                \
    M(tiny_is_zero, "x up to 1e-6 counts as 0", WRONG, value <= 1e-6f ? 0 : grad)                  \
    M(denormals_flushed, "denormals of grad_y become 0, which is not declared", WRONG,             \
      fabsf(grad) < 0x1p-126f ? 0 : right(grad, value))                                            \
    M(mask_shared, "the first of each 4 x decides for all of them", WRONG,                         \
      right(grad, x[i - i % 4]))                                                                   \
    M(mask_shifted, "the mask is one element late: x[i - 1] decides", WRONG,                       \
      right(grad, x[i ? i - 1 : 0]))                                                               \
    M(nan_in_tail, "the vector part follows x <= 0, the scalar tail (n % 8) x > 0", WRONG,         \
      i >= n - n % 8 ? (value > 0 ? grad : 0) : right(grad, value))

static float right(float grad, float value) { return value <= 0 ? 0 : grad; }

#define DEFINE(name_, defect_, caught_, grad_x_)                                                   \
    static void relu_backward_mutant_##name_(const struct relu_backward_problem *p,                \
                                             const float *grad_y, const float *x, float *grad_x) { \
        const int64_t n = p->n;                                                                    \
        (void)n;                                                                                   \
        for (int64_t i = 0; i < p->n; i++) {                                                       \
            const float grad = grad_y[i], value = x[i];                                            \
            (void)grad, (void)value;                                                               \
            grad_x[i] = grad_x_;                                                                   \
        }                                                                                          \
    }                                                                                              \
    static IMPL(relu_backward, mutant_##name_, .technique = "wrong on purpose", .defect = defect_, \
                .caught = caught_);
MUTANTS(DEFINE)

#define ADDRESS(name_, ...) &impl_relu_backward_mutant_##name_,
static const struct implementation *const implementations[] = {MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mutants_relu_backward"),
                                             .implementations = implementations};
