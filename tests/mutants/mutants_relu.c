/* Wrong rectifiers: each a mistake that somebody really makes. The elements of relu are
 * independent, so each mutant is one expression; some go wrong by place. */
#include <math.h>
#include <string.h>

#include "kernels/core/plugin.h"
#include "kernels/relu/relu.h"

#define WRONG "FAIL: elements wrong"
#define NOT_NAN "FAIL: expected nan, got"

/* name, what is wrong with it, what the verifier says, y from value at place i of n */
#define MUTANTS(M)                                                                                 \
    M(nan_to_zero, "NaN becomes 0: `x > 0 ? x : 0` and fmaxf(x, 0) both lose it", NOT_NAN " 0",    \
      fmaxf(value, 0))                                                                             \
    M(nan_to_negative, "x <= 0 ? 0 : x, but a negative NaN counts as negative: its sign bit",      \
      NOT_NAN, signbit(value) ? 0 : value)                                                         \
    M(nan_in_tail, "the vector part keeps NaN, the scalar tail (n % 8) does not", NOT_NAN,         \
      i >= n - n % 8 ? fmaxf(value, 0) : keep(value))                                              \
    M(nan_in_vectors, "the scalar tail keeps NaN, the vectors of 8 do not", NOT_NAN,               \
      i < n - n % 8 ? fmaxf(value, 0) : keep(value))                                               \
    M(nan_made, "x * (x > 0): -Inf times 0 is NaN", "FAIL: expected 0, got nan",                   \
      value *(float)(value > 0 || isnan(value)))                                                   \
    M(infinity_clipped, "+Inf is clipped to FLT_MAX", "FAIL: expected inf, got",                   \
      value > 0x1.fffffep127f ? 0x1.fffffep127f : keep(value))                                     \
    M(leaky, "leaky: negative values are scaled by 0.01, not set to 0", WRONG,                     \
      value < 0 ? 0.01f * value : value)                                                           \
    M(relu6, "relu6: clipped at 6", WRONG, value > 6 ? 6 : keep(value))                            \
    M(magnitude, "|x|: negative values change sign instead of becoming 0", WRONG, fabsf(value))    \
    M(negated, "min(0, x): keeps the negative half", WRONG, value > 0 ? 0 : value)                 \
    M(reflected, "max(0, -x): the sign is reversed", WRONG, keep(-value))                          \
    M(step, "the step function: 1 where x is positive", WRONG,                                     \
      isnan(value) ? value : (float)(value > 0))                                                   \
    M(threshold, "values below 1e-6 become 0, positive ones too", WRONG,                           \
      value < 1e-6f ? 0 : value)                                                                   \
    M(denormals_flushed, "denormals become 0, which is not declared", WRONG,                       \
      fabsf(value) < 0x1p-126f ? 0 : keep(value))                                                  \
    M(soft, "softplus, log(1 + exp(x)), in place of the maximum", WRONG,                           \
      value > 80 || isnan(value) ? value : log1pf(expf(value)))                                    \
    M(exponential, "elu: exp(x) - 1 below 0", WRONG, value < 0 ? expm1f(value) : value)            \
    M(gated, "silu: x times its sigmoid", WRONG,                                                   \
      value == -INFINITY ? 0 : value / (1 + expf(-value)))                                         \
    M(through_half, "passes through half precision: 11 bits are left", WRONG, half(keep(value)))   \
    M(overflowing_mean, "(x + |x|) / 2 overflows from FLT_MAX / 2 on, and is NaN for -Inf",        \
      "FAIL: got nan", (value + fabsf(value)) * 0.5f)                                              \
    M(offset_root, "(x + sqrt(x * x)) / 2: the square overflows and underflows", WRONG,            \
      0.5f * value + 0.5f * sqrtf(value * value))                                                  \
    M(mask_shared, "the sign of the first of each 4 decides for all of them", WRONG,               \
      x[i - i % 4] < 0 ? 0 : value)                                                                \
    M(integer_rounded, "rounds to integers on the way", WRONG, rintf(keep(value)))

static float keep(float value) { return value < 0 ? 0 : value; }

static float half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isfinite(value)) bits &= 0xffffe000;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

#define DEFINE(name_, defect_, caught_, y_)                                                        \
    static void relu_mutant_##name_(const struct relu_problem *p, const float *x, float *y) {      \
        const int64_t n = p->n;                                                                    \
        (void)n;                                                                                   \
        for (int64_t i = 0; i < p->n; i++) {                                                       \
            const float value = x[i];                                                              \
            y[i] = y_;                                                                             \
        }                                                                                          \
    }                                                                                              \
    static RELU(mutant_##name_, .technique = "wrong on purpose", .defect = defect_,                \
                .caught = caught_);
MUTANTS(DEFINE)

#define ADDRESS(name_, ...) &impl_relu_mutant_##name_,
static const struct implementation *const implementations[] = {MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v1;
const struct assay_plugin assay_plugin_v1 = {ASSAY_PLUGIN("mutants_relu"),
                                             .implementations = implementations};
