/* Wrong softmaxes: each a mistake that somebody really makes, switched into one right kernel. */
#include <math.h>
#include <string.h>

#include "kernels/core/plugin.h"
#include "kernels/softmax/softmax.h"

#define WRONG "FAIL: elements wrong"
#define NOT_NAN "FAIL: expected nan, got"

/* name, what is wrong with it, what the verifier says, more of the descriptor */
#define MUTANTS(M)                                                                                 \
    M(no_shift, "the shift by the maximum is missing: exp(x) overflows from x = 88.7 on", WRONG)   \
    M(tensor_maximum, "the maximum is that of the whole tensor, not of the slice", WRONG)          \
    M(first_shift, "shifts by the first element of the slice, not by its maximum", WRONG)          \
    M(maximum_from_zero,                                                                           \
      "the maximum starts from 0, FLT_MIN or a low number, not from -INFINITY, or the shift is "   \
      "left out where the maximum is low (no other results come of that): a slice far below "      \
      "fails",                                                                                     \
      WRONG)                                                                                       \
    M(maximum_of_magnitudes, "shifts by the largest |x|, not by the largest x", WRONG)             \
    M(tail_not_in_maximum,                                                                         \
      "the rest after whole vectors (axis_len % 4, 8 or 16) is left out of the maximum", WRONG)    \
    M(tail_not_in_sum, "the last axis_len % 8 elements are left out of the sum", WRONG)            \
    M(tail_of_4_not_in_maximum,                                                                    \
      "the rest after whole vectors (axis_len % 4, 8 or 16) is left out of the maximum", WRONG)    \
    M(tail_of_16_not_in_maximum,                                                                   \
      "the rest after whole vectors (axis_len % 4, 8 or 16) is left out of the maximum", WRONG)    \
    M(rest_not_in_sum, "the last axis_len % 8 elements are left out of the sum", WRONG)            \
    M(rest_of_4_not_in_sum, "the last axis_len % 4 elements are left out of the sum", WRONG)       \
    M(rest_of_16_not_in_sum, "the last axis_len % 16 elements are left out of the sum", WRONG)     \
    M(tail_not_divided, "the last axis_len % 8 elements are not divided by the sum", WRONG)        \
    M(first_not_in_sum, "the first element is left out of the sum", WRONG)                         \
    M(mean_shift, "shifts by the mean of the slice, not by its maximum", WRONG)                    \
    M(sum_not_reset, "the sum is not reset between slices", WRONG)                                 \
    M(maximum_not_reset, "the maximum is not reset between slices", WRONG)                         \
    M(start_without_inner, "slices start at o * axis_len + i: the factor inner is missing",        \
      WRONG "|FAIL: was not written")                                                              \
    M(last_axis, "normalises along the last axis (inner), not along axis_len", WRONG)              \
    M(inner_ignored, "the stride of the axis (inner) is ignored: every slice is read as a row",    \
      WRONG)                                                                                       \
    M(whole_tensor, "one sum over the whole tensor instead of one for each slice", WRONG)          \
    M(not_rescaled, "the running sum is not rescaled when the running maximum rises", WRONG)       \
    M(rescaled_the_wrong_way, "the running sum is rescaled by exp(new - old), not exp(old - new)", \
      WRONG)                                                                                       \
    M(never_rescaled, "the running sum is not rescaled when the running maximum rises", WRONG)     \
    M(always_rescaled_the_wrong_way,                                                               \
      "the running sum is rescaled by exp(new - old), not exp(old - new)", WRONG)                  \
    M(first_is_infinite,                                                                           \
      "the running sum of a slice that begins with -Inf is NaN: exp(-Inf - -Inf)",                 \
      "FAIL: got nan")                                                                             \
    M(lanes_not_rescaled,                                                                          \
      "each of 8 lanes has a maximum of its own, and their sums are added without rescaling",      \
      WRONG)                                                                                       \
    M(base_two, "2^(x - max) in place of exp(x - max): the factor log2(e) is missing", WRONG)      \
    M(schraudolph, "exp is Schraudolph's linear interpolation, off by up to 6 %", WRONG)           \
    M(short_polynomial, "the polynomial of exp has two terms too few", WRONG)                      \
    M(small_are_zero, "exp(x - max) counts as 0 from x - max = -20 down", WRONG)                   \
    M(half_sum, "the sum is kept in half precision (11 bits)", WRONG)                              \
    M(guarded_sum, "adds 1e-6 to the sum before dividing", WRONG)                                  \
    M(not_divided, "the division by the sum is missing", WRONG)                                    \
    M(logarithm, "returns log softmax", WRONG)                                                     \
    M(negated, "exp(max - x): the sign is reversed, a softmin", WRONG)                             \
    M(previous_sum, "divides by the sum of the slice before", WRONG)                               \
    M(empty_is_zero, "a slice of -Inf alone is set to 0; it is NaN by definition", NOT_NAN)        \
    M(empty_is_uniform,                                                                            \
      "a slice of -Inf alone becomes uniform, as if -1e9 stood in it; it is NaN by definition",    \
      NOT_NAN)                                                                                     \
    M(infinity_takes_all, "+Inf gets everything; Inf - Inf makes its slice NaN by definition",     \
      NOT_NAN)                                                                                     \
    M(nan_is_skipped, "a NaN is left out of maximum and sum, and spoils its own element alone",    \
      NOT_NAN)                                                                                     \
    M(short_outer, "slices before the axis are counted in 16 bits", "FAIL: was not written")       \
    M(short_inner, "elements after the axis are counted in 16 bits", "FAIL: was not written")      \
    M(flushed, "results below 2^-126 are flushed to 0, which is not declared", WRONG)              \
    M(promises_compensation, "promises a compensated sum and adds one term after the other",       \
      WRONG, .accumulation = {.summation = SUM_COMPENSATED})

enum mutation {
    RIGHT,
    RIGHT_ONLINE,
#define NAME(name_, ...) name_,
    MUTANTS(NAME)
};

struct slice {
    const struct softmax_problem *p;
    const float *all; /* of the tensor */
    const float *x;
    float *y;
    int64_t count, stride;
};

/* Schraudolph, "A fast, compact approximation of the exponential function", Neural Computation 11
 * (1999), for float32. */
static float schraudolph_exp(float d) {
    const double bits = 12102203.16 * d + 1064866805.0;
    const int32_t whole = bits < 0 ? 0 : (int32_t)bits;
    float value;
    memcpy(&value, &whole, sizeof value);
    return isnan(d) ? d : value;
}

static float short_exp(float d) {
    if (!(d > -100)) return isnan(d) ? d : 0;
    const float whole = rintf(d * 1.44269504f), r = d - whole * 0.693147181f;
    return ldexpf(1 + r * (1 + r * (0.5f + r * (1.0f / 6))), (int)whole);
}

static float exponential(float d, enum mutation m) {
    switch (m) {
    case base_two: return exp2f(d);
    case schraudolph: return schraudolph_exp(d);
    case short_polynomial: return short_exp(d);
    case small_are_zero: return d <= -20 ? 0 : expf(d);
    case negated: return expf(-d);
    case nan_is_skipped: return isnan(d) ? 0 : expf(d);
    default: return expf(d);
    }
}

static float half(float value) {
    int exponent;
    const float mantissa = frexpf(value, &exponent);
    return ldexpf(rintf(mantissa * 2048), exponent - 11);
}

static float element(const struct slice *s, int64_t i, enum mutation m) {
    const float value = s->x[i * s->stride];
    if (m == empty_is_uniform && value == -INFINITY) return -1e9f;
    return m == maximum_of_magnitudes ? fabsf(value) : value;
}

static float tensor_largest(const struct slice *s) {
    float largest = -INFINITY;
    for (int64_t i = 0; i < s->p->outer * s->p->axis_len * s->p->inner; i++)
        largest = fmaxf(largest, s->all[i]);
    return largest;
}

static float mean_of(const struct slice *s) {
    float sum = 0;
    for (int64_t i = 0; i < s->count; i++) sum += s->x[i * s->stride];
    return sum / (float)s->count;
}

/* How many elements the mutation counts: all, or what fills whole vectors. */
static int64_t counted(int64_t all, enum mutation m, enum mutation of_4, enum mutation of_8,
                       enum mutation of_16) {
    const int64_t vector = m == of_4 ? 4 : m == of_8 ? 8 : m == of_16 ? 16 : 1;
    return all - all % vector;
}

static float largest_of(const struct slice *s, enum mutation m) {
    if (m == no_shift) return 0;
    if (m == first_shift) return s->x[0];
    if (m == mean_shift) return mean_of(s);
    if (m == tensor_maximum) return tensor_largest(s);
    float largest = m == maximum_from_zero ? 0 : -INFINITY;
    const int64_t whole = counted(s->count, m, tail_of_4_not_in_maximum, tail_not_in_maximum,
                                  tail_of_16_not_in_maximum);
    const int64_t count = whole ? whole : s->count;
    if (m == negated) {
        largest = INFINITY;
        for (int64_t i = 0; i < count; i++) largest = fminf(largest, element(s, i, m));
    } else {
        for (int64_t i = 0; i < count; i++) largest = fmaxf(largest, element(s, i, m));
    }
    return largest;
}

/* Every 8th element from `lane` on, shifted by their own maximum. */
static float lane_sum(const struct slice *s, int64_t lane) {
    float largest = -INFINITY, sum = 0;
    for (int64_t i = lane; i < s->count; i += 8) largest = fmaxf(largest, s->x[i * s->stride]);
    for (int64_t i = lane; i < s->count; i += 8) sum += expf(s->x[i * s->stride] - largest);
    return sum;
}

/* One pass: Milakov and Gimelshein 2018. */
static float online_sum(const struct slice *s, enum mutation m) {
    float largest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < s->count; i++) {
        const float value = s->x[i * s->stride];
        if (value > largest) {
            if (sum > 0 && m == rescaled_the_wrong_way) sum *= expf(value - largest);
            if (sum > 0 && m == RIGHT_ONLINE) sum *= expf(largest - value);
            largest = value;
        }
        sum += value == -INFINITY ? 0 : expf(value - largest);
    }
    return sum;
}

/* As it is written without care for -Inf. */
static float careless_sum(const struct slice *s, enum mutation m) {
    const bool first = m == always_rescaled_the_wrong_way;
    float largest = first ? s->x[0] : -INFINITY, sum = first;
    for (int64_t i = first; i < s->count; i++) {
        const float value = s->x[i * s->stride], before = largest;
        largest = fmaxf(largest, value);
        if (m == first_is_infinite) sum *= expf(before - largest);
        if (m == always_rescaled_the_wrong_way) sum *= expf(largest - before);
        sum += expf(value - largest);
    }
    return sum;
}

static float sum_of(const struct slice *s, float shift, enum mutation m) {
    if (m == never_rescaled || m == always_rescaled_the_wrong_way || m == first_is_infinite)
        return s->count ? careless_sum(s, m) : 0;
    if (m == RIGHT_ONLINE || m == not_rescaled || m == rescaled_the_wrong_way)
        return online_sum(s, m);
    float sum = 0;
    if (m == lanes_not_rescaled) {
        for (int64_t lane = 0; lane < 8 && lane < s->count; lane++) sum += lane_sum(s, lane);
        return sum;
    }
    const int64_t whole = s->count - s->count % 8;
    const int64_t count =
        m == tail_not_in_sum && whole
            ? whole
            : counted(s->count, m, rest_of_4_not_in_sum, rest_not_in_sum, rest_of_16_not_in_sum);
    for (int64_t i = m == first_not_in_sum; i < count; i++) {
        sum += exponential(element(s, i, m == maximum_of_magnitudes ? no_shift : m) - shift, m);
        if (m == half_sum) sum = half(sum);
    }
    return m == guarded_sum ? sum + 1e-6f : sum;
}

/* What the slice before leaves. */
struct left {
    float sum, largest;
};

static void normalise(const struct slice *s, enum mutation m, struct left *before) {
    float shift = largest_of(s, m);
    if (m == maximum_not_reset) shift = before->largest = fmaxf(before->largest, shift);
    const float own = sum_of(s, shift, m) + (m == sum_not_reset ? before->sum : 0);
    const float sum = m == not_divided                       ? 1
                      : m == previous_sum && before->sum > 0 ? before->sum
                                                             : own;
    before->sum = own;
    for (int64_t i = 0; i < s->count; i++) {
        const float value = s->x[i * s->stride];
        const float d = m == empty_is_uniform ? element(s, i, m) - shift : value - shift;
        const bool divided = m != tail_not_divided || i < s->count - s->count % 8;
        float y = exponential(d, m) / (divided ? sum : 1);
        if (m == logarithm) y = d - logf(sum);
        if (m == empty_is_zero && shift == -INFINITY) y = 0;
        if (m == infinity_takes_all && shift == INFINITY) y = value == INFINITY;
        if (m == nan_is_skipped && isnan(value)) y = value;
        if (m == flushed && y < 0x1p-126f) y = 0;
        s->y[i * s->stride] = y;
    }
}

static void softmax(const struct softmax_problem *given, const float *x, float *y,
                    enum mutation m) {
    struct softmax_problem p = *given;
    const int64_t elements = p.outer * p.axis_len * p.inner;
    if (m == last_axis && p.inner > 1)
        p = (struct softmax_problem){p.outer * p.axis_len, p.inner, 1};
    if (m == inner_ignored) p = (struct softmax_problem){p.outer * p.inner, p.axis_len, 1};
    if (m == whole_tensor) p = (struct softmax_problem){elements > 0, elements, 1};
    struct left before = {0, -INFINITY};
    for (int64_t o = 0; o < p.outer && elements; o++)
        for (int64_t i = 0; i < p.inner; i++) {
            const int64_t before_axis = m == short_outer ? (uint16_t)o : o;
            const int64_t after_axis = m == short_inner ? (uint16_t)i : i;
            const int64_t step = m == start_without_inner ? 1 : p.inner;
            const int64_t first = before_axis * p.axis_len * step + after_axis;
            const struct slice s = {&p, x, x + first, y + first, p.axis_len, p.inner};
            normalise(&s, m, &before);
        }
}

#define KERNEL_OF(variant_, mutation_)                                                             \
    static void softmax_##variant_(const struct softmax_problem *p, const float *x, float *y) {    \
        softmax(p, x, y, mutation_);                                                               \
    }

#define DEFINE(name_, defect_, caught_, ...)                                                       \
    KERNEL_OF(mutant_##name_, name_)                                                               \
    static IMPL(softmax, mutant_##name_, .technique = "wrong on purpose", .defect = defect_,       \
                .caught = caught_, __VA_ARGS__);
MUTANTS(DEFINE)

/* What the mutants are made from: right, or they would be caught for another reason. */
KERNEL_OF(unmutated, RIGHT)
static IMPL(softmax, unmutated, .technique = "what the mutants are made from: as written");
KERNEL_OF(unmutated_online, RIGHT_ONLINE)
static IMPL(softmax, unmutated_online, .technique = "what the mutants are made from: in one pass");

#define ADDRESS(name_, ...) &impl_softmax_mutant_##name_,
static const struct implementation *const implementations[] = {
    &impl_softmax_unmutated, &impl_softmax_unmutated_online, MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mutants_softmax"),
                                             .implementations = implementations};
