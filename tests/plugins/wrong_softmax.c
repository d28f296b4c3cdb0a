/* Softmax kernels that are wrong, one way each: what the verifier must say about every one of them
 * stands in tests/CMakeLists.txt. Right where they do not have to be wrong. */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/core/plugin.h"
#include "kernels/softmax/softmax.h"

static int64_t elements(const struct softmax_problem *p) {
    return p->outer * p->axis_len * p->inner;
}

static void right(const struct softmax_problem *p, const float *x, float *y) {
    for (int64_t slice = 0; slice < p->outer * p->inner; slice++) {
        const int64_t first = slice / p->inner * p->axis_len * p->inner + slice % p->inner;
        float largest = -INFINITY, sum = 0;
        for (int64_t i = 0; i < p->axis_len; i++) {
            const float value = x[first + i * p->inner];
            largest = value > largest || isnan(value) ? value : largest;
        }
        for (int64_t i = 0; i < p->axis_len; i++) sum += expf(x[first + i * p->inner] - largest);
        for (int64_t i = 0; i < p->axis_len; i++)
            y[first + i * p->inner] = expf(x[first + i * p->inner] - largest) / sum;
    }
}

static void softmax_zero(const struct softmax_problem *p, const float *x, float *y) {
    (void)x;
    memset(y, 0, (size_t)elements(p) * sizeof *y);
}

/* The usual SIMD slip: the tail that does not fill a vector. */
static void softmax_no_tail(const struct softmax_problem *p, const float *x, float *y) {
    const int64_t n = elements(p);
    float *all = malloc((size_t)n * sizeof *all + 1);
    right(p, x, all);
    memcpy(y, all, (size_t)(n / 8 * 8) * sizeof *y);
    free(all);
}

static void softmax_write_past(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    ((volatile float *)y)[elements(p)] = 0;
}

/* One element before: lands in the slack of an operand that is flush against its end. */
static void softmax_write_before(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    ((volatile float *)y)[-1] = 0;
}

static void softmax_read_past(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    (void)((const volatile float *)x)[elements(p)];
}

static void softmax_read_before(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    (void)((const volatile float *)x)[-1];
}

static void softmax_mutate(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    ((volatile float *)(uintptr_t)x)[elements(p) / 2] = 0;
}

static void softmax_null(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    *(float *volatile *)&y = NULL;
    *(volatile float *)y = 0;
}

static void softmax_abort(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    abort();
}

static void softmax_leave(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    _exit(0);
}

static void softmax_hang(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    for (;;) pause();
}

/* Accumulates into an output that nobody cleared. */
static void softmax_reads_output(const struct softmax_problem *p, const float *x, float *y) {
    const float before = y[0];
    right(p, x, y);
    if (before > 1e6f) y[0] = nextafterf(y[0], 2);
}

static void softmax_drifts(const struct softmax_problem *p, const float *x, float *y) {
    static int calls;
    right(p, x, y);
    if (elements(p) && calls++ % 2) y[0] = nextafterf(y[0], 2);
}

/* Remembers the last problem, as a cache with too small a key does. */
static void softmax_remembers(const struct softmax_problem *p, const float *x, float *y) {
    static int64_t last = -1;
    right(p, x, y);
    if (last >= 0 && last != p->axis_len) y[0] = nextafterf(y[0], 2);
    last = p->axis_len;
}

/* A relative error of 1e-5 in one element. */
static void softmax_inaccurate(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
    y[elements(p) - 1] *= 1.00001f;
}

/* A maximum that ignores NaN, and a sum that skips it. */
static void softmax_swallows_nan(const struct softmax_problem *p, const float *x, float *y) {
    float *clean = malloc((size_t)elements(p) * sizeof *clean + 1);
    for (int64_t i = 0; i < elements(p); i++) clean[i] = isnan(x[i]) ? -INFINITY : x[i];
    right(p, clean, y);
    free(clean);
}

/* Sets flush-to-zero and forgets about it. */
static void softmax_flush(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
#if defined __x86_64__
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8000u);
#endif
}

/* Assumes that operands are aligned to a vector. */
static void softmax_aligned(const struct softmax_problem *p, const float *x, float *y) {
    right(p, x, y);
#if defined __x86_64__
    __asm__ volatile("movaps (%0), %%xmm0" : : "r"(x) : "xmm0", "memory");
#endif
}

#define WRONG(variant_) static SOFTMAX(variant_, .technique = "wrong on purpose")
WRONG(zero);
WRONG(no_tail);
WRONG(write_past);
WRONG(write_before);
WRONG(read_past);
WRONG(read_before);
WRONG(mutate);
WRONG(null);
WRONG(abort);
WRONG(leave);
WRONG(hang);
WRONG(reads_output);
WRONG(drifts);
WRONG(remembers);
WRONG(inaccurate);
WRONG(swallows_nan);
WRONG(flush);
WRONG(aligned);

static const struct implementation *const implementations[] = {&impl_softmax_zero,
                                                               &impl_softmax_no_tail,
                                                               &impl_softmax_write_past,
                                                               &impl_softmax_write_before,
                                                               &impl_softmax_read_past,
                                                               &impl_softmax_read_before,
                                                               &impl_softmax_mutate,
                                                               &impl_softmax_null,
                                                               &impl_softmax_abort,
                                                               &impl_softmax_leave,
                                                               &impl_softmax_hang,
                                                               &impl_softmax_reads_output,
                                                               &impl_softmax_drifts,
                                                               &impl_softmax_remembers,
                                                               &impl_softmax_inaccurate,
                                                               &impl_softmax_swallows_nan,
                                                               &impl_softmax_flush,
                                                               &impl_softmax_aligned,
                                                               NULL};

extern const struct assay_plugin assay_plugin_v1;
const struct assay_plugin assay_plugin_v1 = {ASSAY_PLUGIN("wrong_softmax"),
                                             .implementations = implementations};
