/* Wrong matrix products: each a mistake that somebody really makes, switched into one right
 * kernel. */
#include <math.h>
#include <string.h>

#include "kernels/core/plugin.h"
#include "kernels/dense/gemm.h"
#include "tests/mutants/shortened.h"

#define WRONG "FAIL: elements wrong"

/* name, what is wrong with it, what the verifier says, more of the descriptor */
#define MUTANTS(M)                                                                                 \
    M(trans_a_ignored, "trans_a is ignored: a is always read as [m, k]", WRONG)                    \
    M(trans_b_ignored, "trans_b is ignored: b is always read as [k, n]", WRONG)                    \
    M(trans_mixed, "trans_a and trans_b are mixed up", WRONG)                                      \
    M(trans_ignored, "trans_a and trans_b are both ignored", WRONG)                                \
    M(trans_reversed, "trans_a and trans_b mean the opposite: 0 transposes", WRONG)                \
    M(column_major, "a, b and c are all taken for column-major, as BLAS has them", WRONG)          \
    M(leading_of_a, "the leading dimension of a is taken for m, not k", WRONG "|CRASH: end of a")  \
    M(leading_of_b, "the leading dimension of b is taken for k, not n", WRONG "|CRASH: end of b")  \
    M(leading_of_c, "the leading dimension of c is taken for m, not n", WRONG "|CRASH: end of c")  \
    M(transposed_result, "c is written transposed, as a column-major library leaves it", WRONG)    \
    M(alpha_ignored, "alpha is ignored", WRONG)                                                    \
    M(alpha_twice, "alpha is applied twice", WRONG)                                                \
    M(alpha_on_c, "alpha multiplies beta c as well", WRONG)                                        \
    M(alpha_per_block, "alpha is applied again after every block of 64 terms", WRONG)              \
    M(beta_ignored, "beta is ignored: c is overwritten", WRONG)                                    \
    M(beta_is_one, "the product is always added to c as it was, whatever beta is", WRONG)          \
    M(beta_as_flag, "every beta but 0 counts as 1", WRONG)                                         \
    M(beta_and_alpha, "alpha and beta are mixed up", WRONG)                                        \
    M(beta_per_block, "c is scaled by beta again for every block of 64 terms", WRONG)              \
    M(beta_zero_reads, "beta = 0 multiplies the old c by 0, so a NaN there stays",                 \
      "FAIL: got nan")                                                                             \
    M(same_a, "every product of a batch reads the first a", WRONG)                                 \
    M(same_b, "every product of a batch reads the first b", WRONG)                                 \
    M(batch_stride_b, "the batch stride of b is m * k, not k * n", WRONG "|CRASH: end of b")       \
    M(first_of_batch, "only the first product of a batch is computed", WRONG)                      \
    M(batch_stride_c, "the batch stride of c is m * k, not m * n", WRONG "|CRASH: of c")           \
    M(tail_of_k, "the last k % 8 terms are dropped", WRONG)                                        \
    M(rest_of_k, "the last k % 8 terms are dropped", WRONG)                                        \
    M(rest_of_k_by_4, "the last k % 4 terms are dropped", WRONG)                                   \
    M(rest_of_k_by_16, "the last k % 16 terms are dropped", WRONG)                                 \
    M(first_term, "the first term of every sum is left out", WRONG)                                \
    M(block_begins_late, "the first term of every block of 256 but the first is dropped", WRONG)   \
    M(last_block_only, "each block of 256 terms overwrites the sum of those before", WRONG)        \
    M(tail_of_n, "the last n % 16 columns repeat those 16 before them", WRONG)                     \
    M(tail_of_m, "the last m % 6 rows repeat those 6 before them", WRONG)                          \
    M(symmetric, "a square c is computed above its diagonal and mirrored below", WRONG)            \
    M(elementwise, "square matrices are multiplied element by element", WRONG)                     \
    M(zeros_skipped, "a zero in a skips its products, so 0 * NaN and 0 * Inf are lost",            \
      "FAIL: expected nan, got")                                                                   \
    M(zeros_of_b_skipped, "a zero in b skips its products, so 0 * NaN and 0 * Inf are lost",       \
      "FAIL: expected nan, got")                                                                   \
    M(all_zeros_skipped, "a zero in a or b skips its product, so 0 * NaN and 0 * Inf are lost",    \
      "FAIL: expected nan, got")                                                                   \
    M(no_alpha_no_work, "alpha = 0 returns at once: c is not scaled by beta", WRONG)               \
    M(no_terms_no_work, "k = 0 returns at once: c is not scaled by beta", WRONG)                   \
    M(alpha_zero_reads, "alpha = 0 multiplies a and b by 0, so a NaN there reaches c",             \
      "FAIL: got nan")                                                                             \
    M(bfloat16, "a and b are rounded to bfloat16", WRONG)                                          \
    M(bfloat16_sum, "the sum is kept in bfloat16", WRONG)                                          \
    M(half_sum, "the sum is kept in half precision (11 bits)", WRONG)                              \
    M(byte_index, "columns are counted in 8 bits: from 256 on they wrap", WRONG)                   \
    M(short_rows, "rows are counted in 16 bits: from 65536 on they wrap", WRONG)                   \
    M(short_columns, "columns are counted in 16 bits: from 65536 on they wrap", WRONG)             \
    M(flushed, "denormal results are flushed to 0, which is not declared", WRONG)                  \
    M(strassen, "one level of Strassen, less accurate than the sums it promises", WRONG)           \
    M(promises_exactness,                                                                          \
      "scales a by 1/3 and the sum by 3, so that small integers are no longer exact", WRONG,       \
      .accumulation = {.amplification = 4})                                                        \
    M(promises_compensation, "promises a compensated sum and adds one term after the other",       \
      WRONG, .accumulation = {.summation = SUM_COMPENSATED})                                       \
    M(promises_lanes, "promises 4096 partial sums and keeps one", WRONG,                           \
      .accumulation = {.summation = SUM_LANES, .lanes = 4096})

enum mutation {
    RIGHT,
#define NAME(name_, ...) name_,
    MUTANTS(NAME)
};

struct product {
    const struct gemm_problem *p;
    const float *a, *b;
    int64_t k; /* terms that count */
    enum mutation m;
};

static float to_bfloat16(float value) { return shortened(value, BITS_OF_BFLOAT16); }
static float to_half(float value) { return shortened(value, BITS_OF_HALF); }

static bool is_transposed(const struct product *s, bool own, bool others, enum mutation ignored) {
    if (s->m == trans_ignored || s->m == ignored) return false;
    if (s->m == trans_reversed || s->m == column_major) return !own;
    return s->m == trans_mixed ? others : own;
}

static float a_at(const struct product *s, int64_t i, int64_t t) {
    const struct gemm_problem *p = s->p;
    const bool transposed = is_transposed(s, p->trans_a, p->trans_b, trans_a_ignored);
    const int64_t leading = s->m == leading_of_a ? p->m : p->k;
    const float value = transposed ? s->a[t * p->m + i] : s->a[i * leading + t];
    if (s->m == promises_exactness) return value * (1 / 3.0f);
    return s->m == bfloat16 ? to_bfloat16(value) : value;
}

static float b_at(const struct product *s, int64_t t, int64_t j) {
    const struct gemm_problem *p = s->p;
    const bool transposed = is_transposed(s, p->trans_b, p->trans_a, trans_b_ignored);
    const int64_t leading = s->m == leading_of_b ? p->k : p->n;
    const float value = transposed ? s->b[j * p->k + t] : s->b[t * leading + j];
    return s->m == bfloat16 ? to_bfloat16(value) : value;
}

/* Strassen, "Gaussian elimination is not optimal", 1969: the seven products' factors as quarters
 * 11 12 21 22 of a and of b, and what each adds to the quarters of c. */
static const signed char quarters[7][3][4] = {
    {{1, 0, 0, 1}, {1, 0, 0, 1}, {1, 0, 0, 1}},  {{0, 0, 1, 1}, {1, 0, 0, 0}, {0, 0, 1, -1}},
    {{1, 0, 0, 0}, {0, 1, 0, -1}, {0, 1, 0, 1}}, {{0, 0, 0, 1}, {-1, 0, 1, 0}, {1, 0, 1, 0}},
    {{1, 1, 0, 0}, {0, 0, 0, 1}, {-1, 1, 0, 0}}, {{-1, 0, 1, 0}, {1, 1, 0, 0}, {0, 0, 0, 1}},
    {{0, 1, 0, -1}, {0, 0, 1, 1}, {1, 0, 0, 0}},
};

static float strassen_dot(const struct product *s, int64_t i, int64_t j) {
    const int64_t m = s->p->m / 2, n = s->p->n / 2, k = s->k / 2;
    const int64_t quarter = i / m * 2 + j / n;
    float sum = 0;
    for (int q = 0; q < 7; q++) {
        float product = 0;
        for (int64_t t = 0; t < k && quarters[q][2][quarter]; t++) {
            float left = 0, right = 0;
            for (int e = 0; e < 4; e++) {
                left += (float)quarters[q][0][e] * a_at(s, i % m + e / 2 * m, t + e % 2 * k);
                right += (float)quarters[q][1][e] * b_at(s, t + e / 2 * k, j % n + e % 2 * n);
            }
            product += left * right;
        }
        sum += (float)quarters[q][2][quarter] * product;
    }
    return sum;
}

/* Where the term at t of this sum is left out, or the sum begun anew before it. */
static bool dropped(const struct product *s, int64_t t, float a, float b) {
    const bool any = s->m == all_zeros_skipped;
    return ((s->m == zeros_skipped || any) && a == 0) ||
           ((s->m == zeros_of_b_skipped || any) && b == 0) || (s->m == first_term && !t) ||
           (s->m == rest_of_k_by_4 && t >= s->k - s->k % 4) ||
           (s->m == rest_of_k && t >= s->k - s->k % 8) ||
           (s->m == rest_of_k_by_16 && t >= s->k - s->k % 16) ||
           (s->m == tail_of_k && s->k > 8 && t >= s->k - s->k % 8) ||
           (s->m == block_begins_late && t && t % 256 == 0);
}

static float dot(const struct product *s, int64_t i, int64_t j) {
    const struct gemm_problem *p = s->p;
    const bool even = p->m % 2 == 0 && p->n % 2 == 0 && s->k % 2 == 0;
    if (s->m == strassen && even) return strassen_dot(s, i, j);
    if (s->m == elementwise && p->m == p->n && p->m == s->k) return a_at(s, i, j) * b_at(s, i, j);
    float sum = 0;
    for (int64_t t = 0; t < s->k; t++) {
        const float a = a_at(s, i, t), b = b_at(s, t, j);
        if (s->m == last_block_only && t % 256 == 0) sum = 0;
        if (s->m == alpha_per_block && t && t % 64 == 0) sum *= (float)p->alpha;
        if (!dropped(s, t, a, b)) sum += a * b;
        if (s->m == bfloat16_sum) sum = to_bfloat16(sum);
        if (s->m == half_sum) sum = to_half(sum);
    }
    return s->m == promises_exactness ? sum * 3 : sum;
}

/* What the old c contributes. */
static float kept(const struct product *s, float old) {
    const struct gemm_problem *p = s->p;
    float beta = (float)p->beta;
    if (s->m == beta_is_one) return old;
    if (s->m == beta_and_alpha) return (float)p->alpha * old;
    if (s->m == beta_as_flag && beta != 0) return old;
    if (s->m == beta_zero_reads) return beta * old;
    if (beta == 0 || s->m == beta_ignored) return 0;
    if (s->m == alpha_on_c) beta *= (float)p->alpha;
    for (int64_t t = 64; t < s->k && s->m == beta_per_block; t += 64) beta *= (float)p->beta;
    return beta * old;
}

static void element(const struct product *s, int64_t i, int64_t j, float *c) {
    const struct gemm_problem *p = s->p;
    const float alpha = s->m == alpha_twice      ? (float)(p->alpha * p->alpha)
                        : s->m == alpha_ignored  ? 1
                        : s->m == beta_and_alpha ? (float)p->beta
                                                 : (float)p->alpha;
    int64_t row = i, column = j;
    if (s->m == tail_of_n && j >= 16 && j >= p->n - p->n % 16) column -= 16;
    if (s->m == tail_of_m && i >= 6 && i >= p->m - p->m % 6) row -= 6;
    if (s->m == symmetric && p->m == p->n && i > j) row = j, column = i;
    int64_t at = i * p->n + j;
    if (s->m == leading_of_c) at = i * p->m + j;
    if (s->m == transposed_result || s->m == column_major) at = j * p->m + i;
    if (s->m == short_rows) at = (uint16_t)i * p->n + j;
    if (s->m == short_columns) at = i * p->n + (uint16_t)j;
    if (s->m == byte_index) at = i * p->n + (uint8_t)j;
    const float product = s->k || s->m == alpha_zero_reads ? alpha * dot(s, row, column) : 0;
    const float value = product + kept(s, c[at]);
    c[at] = s->m == flushed && fabsf(value) < 0x1p-126f ? 0 : value;
}

static void gemm(const struct gemm_problem *p, const float *a, const float *b, float *c,
                 enum mutation m) {
    struct product s = {p, a, b, p->alpha == 0 && m != alpha_zero_reads ? 0 : p->k, m};
    if (m == no_terms_no_work && p->k == 0) return;
    if (m == no_alpha_no_work && p->alpha == 0) return;
    for (int64_t e = 0; e < (m == first_of_batch && p->batch ? 1 : p->batch); e++) {
        float *const to = c + e * p->m * (m == batch_stride_c ? p->k : p->n);
        if (m != same_a) s.a = a + e * p->m * p->k;
        if (m != same_b) s.b = b + e * p->k * (m == batch_stride_b ? p->m : p->n);
        for (int64_t i = 0; i < p->m; i++)
            for (int64_t j = 0; j < p->n; j++) element(&s, i, j, to);
    }
}

#define KERNEL_OF(variant_, mutation_)                                                             \
    static void gemm_##variant_(const struct gemm_problem *p, const float *a, const float *b,      \
                                float *c, void *workspace) {                                       \
        (void)workspace;                                                                           \
        gemm(p, a, b, c, mutation_);                                                               \
    }

#define DEFINE(name_, defect_, caught_, ...)                                                       \
    KERNEL_OF(mutant_##name_, name_)                                                               \
    static IMPL(gemm, mutant_##name_, .technique = "wrong on purpose", .defect = defect_,          \
                .caught = caught_, __VA_ARGS__);
MUTANTS(DEFINE)

/* What the mutants are made from: right, or they would be caught for another reason. */
KERNEL_OF(unmutated, RIGHT)
static IMPL(gemm, unmutated, .technique = "what the mutants are made from: as written");

#define ADDRESS(name_, ...) &impl_gemm_mutant_##name_,
static const struct implementation *const implementations[] = {&impl_gemm_unmutated,
                                                               MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mutants_gemm"),
                                             .implementations = implementations};
