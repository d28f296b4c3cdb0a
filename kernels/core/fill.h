/* Input data: what operands are filled with, by name and seed. */
#ifndef KERNELS_CORE_FILL_H
#define KERNELS_CORE_FILL_H

#include <stdint.h>

#include "kernels/core/primitive.h"

enum fill {
    FILL_NORMAL,  /* mean 0, variance 1 */
    FILL_UNIFORM, /* [0, 1) */
    FILL_INTEGER, /* small integers: products summed over terms(problem) stay below 2^24 */
    FILL_SPECIAL, /* normal, every fifth element or so +-NaN, +-Inf, +-0, denormal, +-largest */
    FILL_INF,     /* as special, but no NaN anywhere */
    FILL_OFFSET,  /* 1e4 + 1e-2 normal: cancellation in variances */
    FILL_CANCEL,  /* a large value beside its negation: sums that cancel */
    FILL_MIXED,   /* magnitudes from 1e-6 to 1e6 in one tensor */
    FILL_LARGE,   /* +-88: the edge of exp */
    FILL_HUGE,    /* around 1e18: squares near overflow */
    FILL_TINY,    /* denormals */
    FILL_EQUAL,   /* one value everywhere: ties */
    FILL_RUNS,    /* plateaus of equal small integers, rising and falling: ties and windows */
    FILL_SORTED,  /* falling: worst case of monotonic queues */
    FILL_ZERO,
    FILL_NAN,       /* every element NaN: what an operand that is not read holds */
    FILL_PATCHES,   /* runs of 1 to 40 elements, each with a scale from 1e-6 to 1e6 and an offset of
                       up   to a thousand of it: rows of one batch conditioned well and badly */
    FILL_ALTERNATE, /* 1e12 and 1e-12 in turn, times normal */
    FILL_COUNT,     /* 1 2 .. 9 1 2 ..: numbers a person can follow */
    FILL_ONES,
    FILL_SPARSE,   /* one element in six a small integer, the others 0 */
    FILL_SPOTS,    /* as count, but every other element or so is NaN, +-Inf or -0 */
    FILL_HUNDREDS, /* whole hundreds from -900 to 900: beyond the range of exp, and easy to read */
    FILL_DEEP,     /* +-110: past the edge of exp, whose results are denormal, 0 or Inf there */
    FILL_ODD,      /* whole numbers. Of the operands, every second one is sparse and odd with 13 to
                      24 significant bits, which half, bfloat16 and TF32 cannot hold; the others are
                      0 and +-1. Most sums of products stay below 2^24: exact at any length */
    FILL_BINADES, /* every magnitude from the least denormal to the largest, each binade as often */
    FILL_MASKED,  /* normal, but in every second stretch of 4 to 300 or so all are -Inf */
    FILL_RARE,    /* normal, but one in 500 is NaN, +-Inf, +-100, +-1e30 or denormal */
    FILL_SMALL,   /* normal times 10^-(4 + seed % 9): small, but no square is denormal */
    FILL_BLANK,   /* normal, one in 30 NaN or +-Inf, but every second stretch of 4 to 100 is 0: what
                     skips zeros loses the NaN that they meet */
    FILL_STYLES,
};

const char *fill_name(enum fill fill);
int fill_parse(const char *name); /* -1: no such style */

/* Values, some or all, far from 1. */
bool fill_extreme(enum fill fill);

/* Few different values, values so close that few remain in float32, or consecutive ones: sums of
 * many of them may round the same way again and again. (Of consecutive integers, sums beyond 2^24
 * round by ties that return with period 4.) */
bool fill_repeats(enum fill fill);

/* What a primitive's own fill is asked (struct primitive). */
struct fill_request {
    uint32_t size; /* sizeof(struct fill_request) */
    const struct problem *problem;
    int operand;
    enum fill fill;
    uint64_t seed;
};

/* Fill operand `operand` of `problem` at `data`. The same arguments give the same bytes, whatever
 * the machine's thread count. Values keep to the operand's domain: magnitudes where it is
 * NONNEGATIVE, else as kernels/core/domain.h has it. `problem_reads` false: FILL_NAN whatever is
 * asked, and integers that are drawn as ever, as they know no NaN. A plugin's own fill that leaves
 * the domain ends the program with one line. */
void fill_operand(const struct problem *problem, int operand, enum fill fill, uint64_t seed,
                  void *data);

/* The part of it that is the primitive's own. *filled: there is one, and it did. STATUS_BAD_INPUT:
 * it left the domain, and where. */
enum status fill_own(const struct problem *problem, int operand, enum fill fill, uint64_t seed,
                     void *data, bool *filled, struct error *error);

#endif
