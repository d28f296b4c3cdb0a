/* Wrong sliding maxima: each a mistake that somebody really makes, switched into right kernels. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/plugin.h"
#include "kernels/pool/max_pool1d.h"

#define WRONG "FAIL: elements wrong"
#define NOT_NAN "FAIL: expected nan, got"
/* a window that begins late and a queue that expires early have the same results: the same words */
#define FIRST_LOST                                                                                 \
    "the first element of each window is left out: it begins, or its queue expires, a step early"

/* fmaxf and a comparison lose the same, where the start is a number */
#define DROPPED(start_)                                                                            \
    "the maximum starts from " start_ ", and fmaxf or x > largest drops every NaN"

/* name, what is wrong with it, what the verifier says */
#define MUTANTS(M)                                                                                 \
    M(window_short, "the last element of each window is left out", WRONG)                          \
    M(window_begins_late, FIRST_LOST, WRONG)                                                       \
    M(window_long, "windows are one element too long (the last one of a row ends there)", WRONG)   \
    M(centred, "windows are centred on their output: they begin window / 2 too early", WRONG)      \
    M(starts_from_zero, "the maximum starts from 0: negative windows become 0", WRONG)             \
    M(starts_from_tiny, "the maximum starts from FLT_MIN, the smallest positive number", WRONG)    \
    M(starts_from_lowest, "the maximum starts from -FLT_MAX: a window of -Inf alone is lost",      \
      "FAIL: expected -inf, got")                                                                  \
    M(starts_from_billion, "the maximum starts from -1e9: windows below it are lost", WRONG)       \
    M(nan_by_fmaxf, "fmaxf drops a NaN", NOT_NAN)                                                  \
    M(nan_by_comparison, "x > largest is false for NaN, so one counts only as first of a window",  \
      NOT_NAN)                                                                                     \
    M(nan_replaced, "largest > x is false for NaN, so the next number replaces it", NOT_NAN)       \
    M(nan_from_infinity, DROPPED("-Inf"), WRONG)                                                   \
    M(nan_from_zero, DROPPED("0"), WRONG)                                                          \
    M(nan_from_tiny, DROPPED("FLT_MIN, the smallest positive number"), WRONG)                      \
    M(nan_from_lowest, DROPPED("-FLT_MAX"), WRONG)                                                 \
    M(nan_spreads, "once a NaN was seen, every later window of the row is NaN", "FAIL: got nan")   \
    M(stride_ignored, "the stride is ignored: window o begins at o", WRONG)                        \
    M(stride_is_window, "the stride is taken for the window's length", WRONG)                      \
    M(row_of_outputs, "rows of x are taken to be as long as rows of y", WRONG)                     \
    M(x_transposed, "x is read as [length, n]", WRONG)                                             \
    M(y_transposed, "y is written as [outputs, n]", WRONG)                                         \
    M(not_reset, "the maximum is not reset: it runs on from window to window of a row", WRONG)     \
    M(starts_from_row, "the maximum starts from the first element of the row, not of the window",  \
      WRONG)                                                                                       \
    M(position, "the position of the maximum in its window, not the maximum", WRONG)               \
    M(absolute, "the largest |x|, without its sign", WRONG)                                        \
    M(minimum, "the minimum", WRONG)                                                               \
    M(magnitudes, "compares magnitudes: the element of the largest |x|", WRONG)                    \
    M(average, "the average, not the maximum", WRONG)                                              \
    M(arithmetic_maximum, "the maximum as (a + b + |a - b|) / 2, which rounds", WRONG)             \
    M(integer_order, "floats compared as signed integers: negative ones in reverse", WRONG)        \
    M(rounded_key, "compares the upper 16 bits of each number: of near ties the first wins",       \
      WRONG)                                                                                       \
    M(short_rows, "rows are counted in 16 bits", "FAIL: was not written")                          \
    M(short_outputs, "the outputs of a row are counted in 16 bits", "FAIL: was not written")       \
    M(denormals_flushed, "denormals become 0, which is not declared", WRONG)                       \
    M(last_output, "the last output of a row repeats the one before", WRONG)                       \
    M(rounded_up, "the count of outputs is rounded up: a last, short window is added",             \
      WRONG "|CRASH: end of y")                                                                    \
    M(deque_expires_late, "the monotonic queue expires an index one step late", WRONG)             \
    M(deque_expires_early, FIRST_LOST, WRONG)                                                      \
    M(deque_expires_once, "the queue checks its head once for each window: strides over 1 fail",   \
      WRONG)                                                                                       \
    M(deque_kept, "the queue is not emptied between rows", WRONG)                                  \
    M(deque_unsorted, "the queue drops one smaller element where it should drop all", WRONG)       \
    M(deque_nan, "the queue's x[back] <= x[i] is false for NaN, which so hides behind older ones", \
      NOT_NAN)                                                                                     \
    M(deque_too_small, "the queue holds at most 16 indices", WRONG)                                \
    M(van_herk_block, "van Herk's suffix maxima run across the borders of blocks", WRONG)          \
    M(van_herk_prefix, "van Herk's prefix maxima start one element late in each block", WRONG)     \
    M(van_herk_tail, "van Herk's last, partial block has no prefix maxima", WRONG)                 \
    M(doubling_overshoot, "doubling joins two spans of the next power of two: too many elements",  \
      WRONG)                                                                                       \
    M(doubling_gap, "doubling joins two spans that do not meet: windows over 2^k have a hole",     \
      WRONG)

enum mutation {
    RIGHT,
    RIGHT_DEQUE,
    RIGHT_DOUBLING,
    RIGHT_VAN_HERK,
#define NAME(name_, ...) name_,
    MUTANTS(NAME)
};

static int32_t as_bits(float value) {
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* ---- every window from its start --------------------------------------------------------------
 */

/* The upper half of an integer in the order of floats, NaN of either sign above all. */
static int32_t half_of_key(float value) {
    const uint32_t bits = (uint32_t)as_bits(value), size = bits & 0x7fffffff;
    return (int32_t)((bits >> 31 ? 0 - size : size) - 0x800000) >> 16;
}

static float larger(float a, float b, enum mutation m) {
    switch (m) {
    case nan_from_infinity:
    case nan_from_zero:
    case nan_from_tiny:
    case nan_from_lowest:
    case nan_by_fmaxf: return fmaxf(a, b);
    case nan_by_comparison: return b > a ? b : a;
    case nan_replaced: return a > b ? a : b;
    case minimum: return a < b || isnan(a) ? a : b;
    case absolute: return max_pool1d_larger(fabsf(a), fabsf(b));
    case magnitudes: return fabsf(a) > fabsf(b) || isnan(a) ? a : b;
    case average: return a + b;
    case arithmetic_maximum: return (a + b + fabsf(a - b)) * 0.5f;
    case integer_order: return as_bits(a) > as_bits(b) ? a : b;
    case rounded_key: return half_of_key(a) >= half_of_key(b) ? a : b;
    default: return max_pool1d_larger(a, b);
    }
}

static float start(float first, enum mutation m) {
    switch (m) {
    case starts_from_zero: return max_pool1d_larger(first, 0);
    case starts_from_tiny: return max_pool1d_larger(first, FLT_MIN);
    case starts_from_lowest: return max_pool1d_larger(first, -FLT_MAX);
    case nan_from_infinity: return fmaxf(first, -INFINITY);
    case nan_from_zero: return fmaxf(first, 0);
    case nan_from_tiny: return fmaxf(first, FLT_MIN);
    case nan_from_lowest: return fmaxf(first, -FLT_MAX);
    case absolute: return fabsf(first);
    case starts_from_billion: return max_pool1d_larger(first, -1e9f);
    default: return first;
    }
}

/* The window at `from`, clipped to elements [0, end) of its row. */
static float window_maximum(const float *x, int64_t from, int64_t count, int64_t end,
                            enum mutation m) {
    int64_t to = from + count;
    if (m == window_short && count > 1) to--;
    if (m == window_long) to++;
    if (m == window_begins_late && count > 1) from++;
    if (m == centred) from -= count / 2, to -= count / 2;
    from = from < 0 ? 0 : from;
    to = to > end ? end : to;
    float largest = start(x[from], m);
    if (m < nan_by_fmaxf || m > rounded_key) /* those in between compare in their own way */
        for (int64_t i = from + 1; i < to; i++) largest = max_pool1d_larger(largest, x[i]);
    else
        for (int64_t i = from + 1; i < to; i++) largest = larger(largest, x[i], m);
    return m == average ? largest / (float)count : largest;
}

/* ---- the fast algorithms ----------------------------------------------------------------------
 */

/* `count` elements from x[from] on and `count` elements that end before x[end]. */
static float two_spans(const float *x, int64_t from, int64_t end, int64_t count, int64_t length) {
    const float left = window_maximum(x, from, count, length, RIGHT);
    return max_pool1d_larger(left, window_maximum(x, end - count, count, length, RIGHT));
}

static float doubling(const float *x, int64_t from, int64_t window, int64_t length,
                      enum mutation m) {
    int64_t span = 1;
    while (span * 2 <= window) span *= 2;
    if (m != doubling_overshoot) {
        const int64_t count = m == doubling_gap ? (span + 1) / 2 : span;
        return two_spans(x, from, from + window, count, length);
    }
    return window_maximum(x, from, span < window ? span * 2 : span, length, RIGHT);
}

/* The part of the window in the block it begins in, then the part in the next. */
static float van_herk(const float *x, int64_t from, int64_t window, int64_t length,
                      enum mutation m) {
    const int64_t border = from + (window - from % window) % window, end = from + window;
    if (m == van_herk_block && border > from) return window_maximum(x, from, length, length, RIGHT);
    if (border == from) return window_maximum(x, from, window, length, RIGHT);
    const float suffix = window_maximum(x, from, border - from, length, RIGHT);
    int64_t first = border;
    if (m == van_herk_prefix && end > border + 1) first++;
    if (m == van_herk_tail && border + window > length) first = end - 1;
    return max_pool1d_larger(suffix, window_maximum(x, first, end - first, length, RIGHT));
}

struct queue {
    int64_t *index, head, tail;
};

static void push(struct queue *q, const float *x, int64_t i, enum mutation m) {
    while (q->tail > q->head &&
           (x[q->index[q->tail - 1]] <= x[i] || (isnan(x[i]) && m != deque_nan))) {
        q->tail--;
        if (m == deque_unsorted) break;
    }
    q->index[q->tail++] = i;
    if (m == deque_too_small && q->tail - q->head > 16) q->head++;
}

static void deque(const struct max_pool1d_problem *p, const float *x, float *y, struct queue *q,
                  enum mutation m) {
    const int64_t shift = m == deque_expires_late ? -1 : m == deque_expires_early;
    for (int64_t i = 0; i < p->length; i++) {
        push(q, x, i, m);
        const int64_t from = i - p->window + 1;
        if (from < 0 || from % p->stride) continue;
        while (q->head < q->tail - 1 && q->index[q->head] < from + shift) {
            q->head++;
            if (m == deque_expires_once) break;
        }
        y[from / p->stride] = x[q->index[q->head]];
    }
}

/* ---- one row ----------------------------------------------------------------------------------
 */

/* As PyTorch finds it: the first of equals, the last NaN. */
static int64_t position_in(const float *x, int64_t window) {
    int64_t at = 0;
    for (int64_t i = 1; i < window; i++)
        if (x[i] > x[at] || isnan(x[i])) at = i;
    return at;
}

static void windows(const struct max_pool1d_problem *p, const float *x, float *y, enum mutation m) {
    const int64_t outputs = max_pool1d_outputs(p), rest = (p->length - p->window) % p->stride;
    const int64_t step = m == stride_ignored ? 1 : m == stride_is_window ? p->window : p->stride;
    bool seen = false;
    float before = m == starts_from_row ? x[0] : -INFINITY;
    for (int64_t i = 0; i < outputs + (m == rounded_up && rest); i++) {
        const int64_t o = m == short_outputs ? (uint16_t)i : i;
        int64_t from = (m == last_output && o && o == outputs - 1 ? o - 1 : o) * step;
        if (from >= p->length) from = p->length - 1;
        if (m == RIGHT_DOUBLING || m == doubling_overshoot || m == doubling_gap)
            y[o] = doubling(x, from, p->window, p->length, m);
        else if (m == RIGHT_VAN_HERK || m == van_herk_block || m == van_herk_prefix ||
                 m == van_herk_tail)
            y[o] = van_herk(x, from, p->window, p->length, m);
        else
            y[o] = window_maximum(x, from, p->window, p->length, m);
        if (m == denormals_flushed && fabsf(y[o]) < 0x1p-126f) y[o] = 0;
        if (m == position) y[o] = (float)position_in(x + from, p->window);
        if (m == not_reset || m == starts_from_row) y[o] = max_pool1d_larger(before, y[o]);
        if (m == not_reset) before = y[o];
        seen = seen || isnan(y[o]);
        if (m == nan_spreads && seen) y[o] = NAN;
    }
}

/* One row where rows are columns: through a copy. */
static void column(const struct max_pool1d_problem *p, const float *x, float *y, int64_t row,
                   enum mutation m) {
    const int64_t outputs = max_pool1d_outputs(p);
    float *in = malloc((size_t)(p->length + outputs) * sizeof *in), *out = in + p->length;
    for (int64_t i = 0; i < p->length; i++)
        in[i] = x[m == x_transposed ? i * p->n + row : row * p->length + i];
    windows(p, in, out, RIGHT);
    for (int64_t o = 0; o < outputs; o++)
        y[m == y_transposed ? o * p->n + row : row * outputs + o] = out[o];
    free(in);
}

static void max_pool1d(const struct max_pool1d_problem *p, const float *x, float *y,
                       enum mutation m) {
    const bool queued = m == RIGHT_DEQUE || (m >= deque_expires_late && m <= deque_too_small);
    const int64_t outputs = max_pool1d_outputs(p);
    struct queue queue = {NULL, 0, 0};
    if (queued) queue.index = malloc((size_t)(p->n * p->length + 1) * sizeof *queue.index);
    for (int64_t i = 0; i < p->n; i++) {
        const int64_t row = m == short_rows ? (uint16_t)i : i;
        const float *const from = x + row * (m == row_of_outputs ? outputs : p->length);
        if (m != deque_kept) queue.head = queue.tail = 0;
        if (m == x_transposed || m == y_transposed)
            column(p, x, y, row, m);
        else if (queued)
            deque(p, from, y + row * outputs, &queue, m);
        else
            windows(p, from, y + row * outputs, m);
    }
    free(queue.index);
}

#define KERNEL_OF(variant_, mutation_)                                                             \
    static void max_pool1d_##variant_(const struct max_pool1d_problem *p, const float *x,          \
                                      float *y, void *workspace) {                                 \
        (void)workspace;                                                                           \
        max_pool1d(p, x, y, mutation_);                                                            \
    }

#define DEFINE(name_, defect_, caught_)                                                            \
    KERNEL_OF(mutant_##name_, name_)                                                               \
    static IMPL(max_pool1d, mutant_##name_, .technique = "wrong on purpose", .defect = defect_,    \
                .caught = caught_);
MUTANTS(DEFINE)

/* What the mutants are made from: right, or they would be caught for another reason. */
KERNEL_OF(unmutated, RIGHT)
static IMPL(max_pool1d, unmutated, .technique = "what the mutants are made from: as written");
KERNEL_OF(unmutated_deque, RIGHT_DEQUE)
static IMPL(max_pool1d, unmutated_deque,
            .technique = "what the mutants are made from: a monotonic queue");
KERNEL_OF(unmutated_doubling, RIGHT_DOUBLING)
static IMPL(max_pool1d, unmutated_doubling,
            .technique = "what the mutants are made from: two spans of a power of two");
KERNEL_OF(unmutated_van_herk, RIGHT_VAN_HERK)
static IMPL(max_pool1d, unmutated_van_herk,
            .technique = "what the mutants are made from: a suffix and a prefix of blocks");

#define ADDRESS(name_, ...) &impl_max_pool1d_mutant_##name_,
static const struct implementation *const implementations[] = {
    &impl_max_pool1d_unmutated, &impl_max_pool1d_unmutated_deque,
    &impl_max_pool1d_unmutated_doubling, &impl_max_pool1d_unmutated_van_herk,
    MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mutants_max_pool1d"),
                                             .implementations = implementations};
