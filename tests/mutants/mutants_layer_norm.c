/* Wrong layer norms: each a mistake that somebody really makes, switched into one right kernel. */
#include <math.h>
#include <string.h>

#include "kernels/core/plugin.h"
#include "kernels/norm/layer_norm.h"
#include "tests/mutants/shortened.h"

#define WRONG "FAIL: elements wrong"

/* name, what is wrong with it, what the verifier says. All promise what the right kernel keeps:
 * sums in double. */
#define MUTANTS(M)                                                                                 \
    M(raw_moments, "the variance is E[x^2] - E[x]^2, which cancels when the mean is large", WRONG) \
    M(unbiased, "the variance is divided by n - 1; layer norm divides by n", WRONG)                \
    M(unbiased_but_for_one, "the variance is divided by n - 1; layer norm divides by n", WRONG)    \
    M(fused_raw_moments, "the variance is E[x^2] - E[x]^2, which cancels when the mean is large",  \
      WRONG)                                                                                       \
    M(not_divided, "the sum of squares is not divided by cols", WRONG)                             \
    M(about_zero, "the variance is taken about 0: the mean is not subtracted before squaring",     \
      WRONG)                                                                                       \
    M(rms, "nothing is centred: x / sqrt(mean(x^2) + eps) is RMS norm", WRONG)                     \
    M(not_centred, "y = x * rstd: the mean is not subtracted", WRONG)                              \
    M(mean_deviation, "the deviation is the mean of |x - mean|, not the root of the variance",     \
      WRONG)                                                                                       \
    M(stale_welford, "Welford's update squares x - old mean, not (x - old mean)(x - new mean)",    \
      WRONG)                                                                                       \
    M(tail_not_in_variance, "the last cols % 8 elements are left out of the variance", WRONG)      \
    M(rest_not_in_variance, "the last cols % 8 elements are left out of the variance", WRONG)      \
    M(rest_not_in_sums, "the last cols % 8 elements are left out of mean and variance", WRONG)     \
    M(padding_in_variance, "the zeros that pad the last vector of 8 count in the variance", WRONG) \
    M(sums_not_reset, "both sums go on from row to row: they are not reset", WRONG)                \
    M(squares_not_reset, "the sum of squares goes on from row to row: it is not reset", WRONG)     \
    M(tail_not_in_mean, "the last cols % 8 elements are left out of the mean", WRONG)              \
    M(no_eps, "eps is missing", WRONG)                                                             \
    M(eps_outside, "eps stands outside the root: 1 / (sqrt(var) + eps)", WRONG)                    \
    M(eps_squared, "eps is squared before it is added to the variance", WRONG)                     \
    M(eps_fixed, "eps is always 1e-5, whatever the problem asks for", WRONG)                       \
    M(eps_fixed_6, "eps is always 1e-6, whatever the problem asks for", WRONG)                     \
    M(eps_fixed_8, "eps is always 1e-8, whatever the problem asks for", WRONG)                     \
    M(eps_fixed_12, "eps is always 1e-12, whatever the problem asks for", WRONG)                   \
    M(eps_divided, "eps is added to the sum of squares, and so divided by cols", WRONG)            \
    M(eps_by_fmax, "max(var, eps) in place of var + eps", WRONG)                                   \
    M(eps_as_floor, "max(var, eps) in place of var + eps", WRONG)                                  \
    M(no_root, "divides by var + eps: the root is missing", WRONG)                                 \
    M(estimated_root, "the reciprocal root is the 12-bit estimate, without a Newton step", WRONG)  \
    M(quake_root, "the reciprocal root is 0x5f3759df with one Newton step, off by 0.2 %", WRONG)   \
    M(swapped, "weight and bias are swapped", WRONG)                                               \
    M(affine_ignored, "weight and bias are both ignored", WRONG)                                   \
    M(weight_ignored, "weight is ignored", WRONG)                                                  \
    M(bias_ignored, "bias is ignored", WRONG)                                                      \
    M(bias_scaled, "the bias is added before the weight multiplies", WRONG)                        \
    M(one_plus_weight, "multiplies by 1 + weight", WRONG)                                          \
    M(weight_by_row, "weight and bias are indexed by the row, not by the column", WRONG)           \
    M(affine_unasked, "weight and bias are read with affine=0, where they are NULL",               \
      "CRASH: a NULL pointer")                                                                     \
    M(rstd_is_deviation, "the output rstd holds sqrt(var + eps), not 1 / sqrt(var + eps)", WRONG)  \
    M(rstd_is_variance, "the output rstd holds the variance", WRONG)                               \
    M(rstd_without_eps, "the output rstd lacks eps, y has it", WRONG)                              \
    M(outputs_swapped, "the outputs mean and rstd are swapped", WRONG)                             \
    M(rest_of_row, "the last cols % 8 elements of every row of y are not written",                 \
      "FAIL: was not written")                                                                     \
    M(infinite_mean, "a running mean makes Inf - Inf = NaN of an infinity in the row",             \
      "FAIL: expected inf, got nan|FAIL: expected -inf, got nan")                                  \
    M(mean_is_sum, "the output mean holds the sum: not divided by cols", WRONG)                    \
    M(mean_not_indexed, "every row's mean and rstd are written to element 0",                      \
      "FAIL: was not written")                                                                     \
    M(constant_rstd, "a constant row gets rstd 0 rather than 1 / sqrt(eps)", WRONG)                \
    M(empty_mean, "the mean of an empty row is 0; it is NaN", "FAIL: expected nan, got")           \
    M(batch_norm, "mean and variance of a column over the rows: that is batch norm", WRONG)        \
    M(whole_tensor, "one mean and variance for the whole tensor", WRONG)                           \
    M(row_before, "y is centred with the mean of the row before", WRONG)                           \
    M(short_rows, "rows are counted in 16 bits", "FAIL: was not written")                          \
    M(flushed, "denormals among x count as 0, which is not declared", WRONG)                       \
    M(half_sums, "the sum of a row is kept in half precision (11 bits)", WRONG)                    \
    M(promises_compensation, "promises compensated sums and adds in float32, one after the other", \
      WRONG)

enum mutation {
    RIGHT,
    RIGHT_PLAIN,
#define NAME(name_, ...) name_,
    MUTANTS(NAME)
};

struct moments {
    double mean, variance;
};

/* Float32 sums, as the textbook has them. */
static struct moments plain_moments(const float *x, int64_t n, enum mutation m) {
    float sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i];
        squares += x[i] * x[i];
        if (m == half_sums) sum = shortened(sum, BITS_OF_HALF);
    }
    const float mean = sum / (float)n;
    if (m == raw_moments) return (struct moments){mean, squares / (float)n - mean * mean};
    squares = 0;
    for (int64_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
    return (struct moments){mean, squares / (float)n};
}

static struct moments fused_moments(const float *x, int64_t n) {
    float sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i];
        squares = fmaf(x[i], x[i], squares);
    }
    const float mean = sum / (float)n;
    return (struct moments){mean, fmaf(-mean, mean, squares / (float)n)};
}

static struct moments welford(const float *x, int64_t n, enum mutation m) {
    double mean = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        const double d = x[i] - mean;
        mean += d / (double)(i + 1);
        squares += d * (m == stale_welford ? d : x[i] - mean);
    }
    return (struct moments){n ? mean : NAN, squares / (double)n};
}

static struct moments moments_of(const float *x, int64_t n, int64_t stride, enum mutation m) {
    if (m == RIGHT_PLAIN || m == raw_moments || m == half_sums || m == promises_compensation)
        return plain_moments(x, n, m);
    if (m == stale_welford || m == infinite_mean) return welford(x, n, m);
    if (m == fused_raw_moments) return fused_moments(x, n);
    const int64_t whole = n > 8 ? n - n % 8 : n;
    const bool rest_out = m == rest_not_in_sums;
    const int64_t in_mean = m == tail_not_in_mean ? whole : rest_out ? n - n % 8 : n;
    const int64_t in_variance = m == tail_not_in_variance               ? whole
                                : rest_out || m == rest_not_in_variance ? n - n % 8
                                                                        : n;
    double sum = 0, squares = 0, deviations = 0;
    for (int64_t i = 0; i < in_mean; i++)
        sum += m == flushed && fabsf(x[i * stride]) < 0x1p-126f ? 0 : x[i * stride];
    const double mean = sum / (double)(rest_out ? n : in_mean);
    for (int64_t i = 0; i < in_variance; i++) {
        const double d = x[i * stride] - (m == about_zero || m == rms ? 0 : mean);
        squares += d * d;
        deviations += fabs(d);
    }
    if (m == unbiased_but_for_one)
        return (struct moments){mean, squares / (double)(n > 1 ? n - 1 : 1)};
    if (m == rest_not_in_variance || rest_out) return (struct moments){mean, squares / (double)n};
    if (m == padding_in_variance) squares += (double)((8 - n % 8) % 8) * mean * mean;
    if (m == unbiased) return (struct moments){mean, squares / (double)(n - 1)};
    if (m == not_divided) return (struct moments){mean, squares};
    if (m == mean_deviation) squares = deviations * deviations / (double)n;
    return (struct moments){mean, squares / (double)in_variance};
}

static float estimate(float v, enum mutation m) {
    uint32_t bits;
    float y = 1 / sqrtf(v);
    memcpy(&bits, &y, sizeof bits);
    if (m == estimated_root) bits &= 0xfffff000;
    if (m == quake_root) {
        memcpy(&bits, &v, sizeof bits);
        bits = 0x5f3759df - (bits >> 1);
    }
    if (isfinite(y)) memcpy(&y, &bits, sizeof y);
    return m == quake_root && isfinite(y) ? y * (1.5f - 0.5f * v * y * y) : y;
}

static double rstd_of(double variance, double eps, enum mutation m) {
    switch (m) {
    case no_eps: return 1 / sqrt(variance);
    case eps_outside: return 1 / (sqrt(variance) + eps);
    case eps_squared: return 1 / sqrt(variance + eps * eps);
    case eps_fixed: return 1 / sqrt(variance + 1e-5);
    case eps_fixed_6: return 1 / sqrt(variance + 1e-6);
    case eps_fixed_8: return 1 / sqrt(variance + 1e-8);
    case eps_fixed_12: return 1 / sqrt(variance + 1e-12);
    case eps_by_fmax: return 1 / sqrt(fmax(variance, eps));
    case eps_as_floor: return 1 / sqrt(variance > eps || isnan(variance) ? variance : eps);
    case no_root: return 1 / (variance + eps);
    case estimated_root:
    case quake_root: return estimate((float)(variance + eps), m);
    case constant_rstd: return variance == 0 ? 0 : 1 / sqrt(variance + eps);
    default: return 1 / sqrt(variance + eps);
    }
}

static float affine(float z, float weight, float bias, enum mutation m) {
    switch (m) {
    case swapped: return z * bias + weight;
    case affine_ignored: return z;
    case weight_ignored: return z + bias;
    case bias_ignored: return z * weight;
    case bias_scaled: return (z + bias) * weight;
    case one_plus_weight: return z * (1 + weight) + bias;
    default: return z * weight + bias;
    }
}

/* What the outputs mean and rstd get. */
static void report(struct moments moments, double rstd, const struct layer_norm_problem *p,
                   float *mean, float *scale, enum mutation m) {
    *mean = (float)(m == mean_is_sum ? moments.mean * (double)p->cols : moments.mean);
    if (m == empty_mean && !p->cols) *mean = 0;
    switch (m) {
    case outputs_swapped: *scale = *mean, *mean = (float)rstd; break;
    case rstd_is_deviation: *scale = (float)(1 / rstd); break;
    case rstd_is_variance: *scale = (float)moments.variance; break;
    case rstd_without_eps: *scale = (float)(1 / sqrt(moments.variance)); break;
    default: *scale = (float)rstd;
    }
}

/* Sums that begin with those of the rows before. */
static void carry_on(struct moments *sum, struct moments *row, const float *x, int64_t n,
                     enum mutation m) {
    if (m == squares_not_reset) sum->mean = 0;
    for (int64_t i = 0; i < n; i++) sum->mean += x[i];
    row->mean = sum->mean / (double)n;
    for (int64_t i = 0; i < n; i++) sum->variance += (x[i] - row->mean) * (x[i] - row->mean);
    row->variance = sum->variance / (double)n;
}

static void layer_norm(const struct layer_norm_problem *p, const float *x, const float *weight,
                       const float *bias, float *y, float *mean, float *rstd, enum mutation m) {
    double before = 0;
    struct moments carried = {0, 0};
    for (int64_t i = 0; i < p->rows; i++) {
        const int64_t row = m == short_rows ? (uint16_t)i : i;
        const float *const from = x + row * p->cols;
        float *const to = y + row * p->cols;
        struct moments moments = m == whole_tensor ? moments_of(x, p->rows * p->cols, 1, m)
                                                   : moments_of(from, p->cols, 1, m);
        if (m == eps_divided)
            moments.variance =
                p->cols ? moments.variance + p->eps / (double)p->cols - p->eps : p->eps / 0.0;
        if (m == sums_not_reset || m == squares_not_reset)
            carry_on(&carried, &moments, from, p->cols, m);
        double scale = rstd_of(moments.variance, p->eps, m);
        const int64_t at = m == mean_not_indexed ? 0 : row;
        report(moments, scale, p, mean + at, rstd + at, m);
        const double own = moments.mean;
        if (m == row_before && row) moments.mean = before;
        if (m == not_centred || m == rms) moments.mean = 0;
        before = own;
        const int64_t columns = m == rest_of_row ? p->cols - p->cols % 8 : p->cols;
        for (int64_t column = 0; column < columns; column++) {
            if (m == batch_norm) {
                moments = moments_of(x + column, p->rows, p->cols, m);
                scale = rstd_of(moments.variance, p->eps, m);
            }
            const float z = (float)((from[column] - moments.mean) * scale);
            const int64_t j = m == weight_by_row ? row % p->cols : column;
            const bool map = p->affine || m == affine_unasked;
            to[column] = map ? affine(z, weight[j], bias[j], m) : z;
        }
    }
}

#define KERNEL_OF(variant_, mutation_)                                                             \
    static void layer_norm_##variant_(const struct layer_norm_problem *p, const float *x,          \
                                      const float *weight, const float *bias, float *y,            \
                                      float *mean, float *rstd) {                                  \
        layer_norm(p, x, weight, bias, y, mean, rstd, mutation_);                                  \
    }

#define DEFINE(name_, defect_, caught_)                                                            \
    KERNEL_OF(mutant_##name_, name_)                                                               \
    static IMPL(layer_norm, mutant_##name_, .technique = "wrong on purpose", .defect = defect_,    \
                .caught = caught_, .accumulation = {.summation = SUM_COMPENSATED});
MUTANTS(DEFINE)

/* What the mutants are made from: right, or they would be caught for another reason. */
KERNEL_OF(unmutated, RIGHT)
static IMPL(layer_norm, unmutated, .technique = "what the mutants are made from: as written",
            .accumulation = {.summation = SUM_COMPENSATED});

/* Promises no more than the textbook's loop keeps: cases that ask for more must not fault it. */
KERNEL_OF(unmutated_plain, RIGHT_PLAIN)
static IMPL(layer_norm, unmutated_plain,
            .technique = "what the mutants are made from: float32 sums");

#define ADDRESS(name_, ...) &impl_layer_norm_mutant_##name_,
static const struct implementation *const implementations[] = {
    &impl_layer_norm_unmutated, &impl_layer_norm_unmutated_plain, MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mutants_layer_norm"),
                                             .implementations = implementations};
