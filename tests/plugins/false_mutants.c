/* What is said to be wrong on purpose and is not, or not as it says: the score must not count it.
 * And a right kernel that talks: what it prints is nobody's result. */
#include <stdio.h>
#include <string.h>

#include "kernels/activation/relu.h"
#include "kernels/core/plugin.h"

static void relu_survivor(const struct relu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

static void relu_zeros(const struct relu_problem *p, const float *x, float *y) {
    (void)x;
    memset(y, 0, (size_t)p->n * sizeof *y);
}

static void relu_noisy(const struct relu_problem *p, const float *x, float *y) {
    for (int i = 0; i < 1000; i++) puts("{\"noise\": 1}");
    fflush(stdout);
    relu_survivor(p, x, y);
}

#define MUTANT(variant_, function_, ...)                                                           \
    static const struct implementation variant_ = {.size = sizeof(struct implementation),          \
                                                   .primitive = "relu",                            \
                                                   .variant = #variant_,                           \
                                                   .technique = "said to be wrong",                \
                                                   .kernel = KERNEL(relu_kernel, function_),       \
                                                   .defect = "it is said to be wrong",             \
                                                   .caught = __VA_ARGS__}
MUTANT(survivor, relu_survivor, "FAIL");
MUTANT(misnamed, relu_zeros, "CRASH: SIGSEGV|FAIL: was not written|FA");
MUTANT(caught, relu_zeros, "CRASH|FAIL: elements wrong");
static IMPL(relu, noisy, .technique = "prints");

static const struct implementation *const implementations[] = {&survivor, &misnamed, &caught,
                                                               &impl_relu_noisy, NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("false_mutants"),
                                             .implementations = implementations};
