/* Wrong rectifiers: each a mistake that somebody really makes. The elements of relu are
 * independent, so each mutant is one expression; some go wrong by place. */
#include <math.h>
#include <string.h>

#include "kernels/activation/relu.h"
#include "kernels/core/plugin.h"

#define WRONG "FAIL: elements wrong"
#define NOT_NAN "FAIL: expected nan, got"
#define UNWRITTEN "FAIL: was not written"

/* name, what is wrong with it, what the verifier says, y from value at place i of n */
#define MUTANTS(M)                                                                                 \
    M(nan_to_zero, "NaN becomes 0: `x > 0 ? x : 0` and fmaxf(x, 0) both lose it", NOT_NAN " 0",    \
      fmaxf(value, 0))                                                                             \
    M(nan_to_negative, "a NaN whose sign bit is set becomes 0: it is not negative", NOT_NAN,       \
      signbit(value) ? 0 : value)                                                                  \
    M(nan_in_tail, "the vector part keeps NaN, the scalar tail (n % 8) does not", NOT_NAN,         \
      i >= n - n % 8 ? fmaxf(value, 0) : keep(value))                                              \
    M(nan_in_vectors, "the scalar tail keeps NaN, the vectors of 8 do not", NOT_NAN,               \
      i < n - n % 8 ? fmaxf(value, 0) : keep(value))                                               \
    M(nan_in_tail_of_4, "the vector part keeps NaN, the scalar tail (n % 4) does not", NOT_NAN,    \
      in_tail(i, n, 4) ? fmaxf(value, 0) : keep(value))                                            \
    M(nan_in_tail_of_16, "the vector part keeps NaN, the scalar tail (n % 16) does not", NOT_NAN,  \
      in_tail(i, n, 16) ? fmaxf(value, 0) : keep(value))                                           \
    M(nan_in_tail_of_32, "the vector part keeps NaN, the scalar tail (n % 32) does not", NOT_NAN,  \
      in_tail(i, n, 32) ? fmaxf(value, 0) : keep(value))                                           \
    M(nan_in_vectors_of_4, "the scalar tail keeps NaN, the vectors of 4 do not", NOT_NAN,          \
      in_tail(i, n, 4) ? keep(value) : fmaxf(value, 0))                                            \
    M(nan_in_vectors_of_16, "the scalar tail keeps NaN, the vectors of 16 do not", NOT_NAN,        \
      in_tail(i, n, 16) ? keep(value) : fmaxf(value, 0))                                           \
    M(nan_in_vectors_of_32, "the scalar tail keeps NaN, the vectors of 32 do not", NOT_NAN,        \
      in_tail(i, n, 32) ? keep(value) : fmaxf(value, 0))                                           \
    M(tail_of_4, "the last n % 4 elements are not written", UNWRITTEN,                             \
      in_tail(i, n, 4) ? y[i] : keep(value))                                                       \
    M(tail_of_16, "the last n % 16 elements are not written", UNWRITTEN,                           \
      in_tail(i, n, 16) ? y[i] : keep(value))                                                      \
    M(tail_of_32, "the last n % 32 elements are not written", UNWRITTEN,                           \
      in_tail(i, n, 32) ? y[i] : keep(value))                                                      \
    M(float_extent, "n passes through float: beyond 2^24 the last of an odd n is left out",        \
      UNWRITTEN, n > 1 << 24 && i >= n - n % 2 ? y[i] : keep(value))                               \
    M(tail_copied, "the last n % 8 elements are copied as they are", WRONG,                        \
      in_tail(i, n, 8) ? value : keep(value))                                                      \
    M(only_positive, "only positive values are written: elsewhere y keeps what it held",           \
      UNWRITTEN, value > 0 ? value : y[i])                                                         \
    M(nan_made, "-Inf becomes NaN: x * (x > 0) makes 0 * Inf of it, x + |x| Inf - Inf",            \
      "FAIL: expected 0, got nan", value *(float)(value > 0 || isnan(value)))                      \
    M(infinity_clipped, "+Inf is clipped to FLT_MAX", "FAIL: expected inf, got",                   \
      value > 0x1.fffffep127f ? 0x1.fffffep127f : keep(value))                                     \
    M(leaky, "leaky: negative values are scaled by 0.01, not set to 0", WRONG,                     \
      value < 0 ? 0.01f * value : value)                                                           \
    M(leaky_tenth, "leaky: negative values are scaled by 0.1, not set to 0", WRONG,                \
      value < 0 ? 0.1f * value : value)                                                            \
    M(leaky_fifth, "leaky: negative values are scaled by 0.2, not set to 0", WRONG,                \
      value < 0 ? 0.2f * value : value)                                                            \
    M(relu6, "relu6: clipped at 6", WRONG, value > 6 ? 6 : keep(value))                            \
    M(magnitude, "|x|: negative values change sign instead of becoming 0", WRONG, fabsf(value))    \
    M(negated, "min(0, x): keeps the negative half", WRONG, value > 0 ? 0 : value)                 \
    M(reflected, "max(0, -x): the sign is reversed", WRONG, keep(-value))                          \
    M(step, "the step function: 1 where x is positive", WRONG,                                     \
      isnan(value) ? value : (float)(value > 0))                                                   \
    M(step_of_nan, "the step function: 1 where x is positive", WRONG, (float)(value > 0))          \
    M(threshold, "values below 1e-6 become 0, positive ones too", WRONG,                           \
      value < 1e-6f ? 0 : value)                                                                   \
    M(denormals_flushed, "denormals become 0, which is not declared", WRONG,                       \
      fabsf(value) < 0x1p-126f ? 0 : keep(value))                                                  \
    M(soft, "softplus, log(1 + exp(x)), in place of the maximum", WRONG,                           \
      value > 80 || isnan(value) ? value : log1pf(expf(value)))                                    \
    M(soft_overflowing, "softplus, log(1 + exp(x)), in place of the maximum", WRONG,               \
      logf(1 + expf(value)))                                                                       \
    M(exponential_less_one, "elu: exp(x) - 1 below 0", WRONG, value < 0 ? expf(value) - 1 : value) \
    M(gated_to_nan, "silu: x times its sigmoid", WRONG, value / (1 + expf(-value)))                \
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
    M(integer_cut, "passes through int: the fraction is cut off", WRONG,                           \
      whole(value) > 0 ? whole(value) : 0)                                                         \
    M(integer_rounded, "rounds to integers on the way", WRONG, rintf(keep(value)))

static float keep(float value) { return value < 0 ? 0 : value; }

static bool in_tail(int64_t i, int64_t n, int64_t vector) { return i >= n - n % vector; }

/* As x86 converts to int and back: what does not fit is the smallest one. */
static float whole(float value) { return fabsf(value) < 0x1p31f ? truncf(value) : -0x1p31f; }

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
    static IMPL(relu, mutant_##name_, .technique = "wrong on purpose", .defect = defect_,          \
                .caught = caught_);
MUTANTS(DEFINE)

#define ADDRESS(name_, ...) &impl_relu_mutant_##name_,
static const struct implementation *const implementations[] = {MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mutants_relu"),
                                             .implementations = implementations};
