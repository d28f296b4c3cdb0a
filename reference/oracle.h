/* Double-precision reference mathematics: what is true, and how far float32 may be from it.
 *
 * An oracle gives for every output element the value and two error gauges:
 *
 *   sum    what an accumulation's rounding errors are proportional to: for a dot product sum |a||b|
 *          (as the BLAS testers' SMMCH computes it). Multiplied by growth(terms), see tolerance.h.
 *   local  everything else: an absolute error of `local` units roundoff from elementwise operations
 *          and from propagated errors that do not grow with the number of terms. The last rounding
 *          of the value itself is added by the tolerance; an oracle does not count it.
 *
 * so that |computed - value| <= u * (growth(terms) * sum + local + |value|) + denormal floor.
 *
 * Outputs are partitioned into independent units (a row of C, a softmax slice, a block of 4096
 * elements), so that a large problem can be judged on a sample of them. */
#ifndef REFERENCE_ORACLE_H
#define REFERENCE_ORACLE_H

#include <math.h>

#include "kernels/core/primitive.h"

/* One output operand, row-major as the operand itself. Elements never written stay unjudged. */
struct expectation {
    double *value;
    double *sum;
    double *local;
};

struct oracle_call {
    const void *problem;          /* the primitive's own problem struct */
    const void *const *operand;   /* inputs (in-out: as before the call); outputs NULL; in order */
    int halo;                     /* the implementation's accumulation.halo (Winograd); else 0 */
    struct expectation *expected; /* by operand index; outputs only */
    /* NULL, or by operand index: NULL, or an input's elements in double, in place of `operand`'s.
     * Only for oracles that say `wide`: a derivative is taken at points between the floats. */
    const double *const *wide;
};

/* Element `index` of a float32 input. */
static inline double oracle_input(const struct oracle_call *call, int operand, int64_t index) {
    if (call->wide && call->wide[operand]) return call->wide[operand][index];
    return ((const float *)call->operand[operand])[index];
}

struct oracle {
    uint32_t size;         /* sizeof(struct oracle) */
    const char *primitive; /* "softmax" */
    int64_t (*units)(const void *problem);
    /* Writes value, sum and local of every output element of this unit. Thread-safe. */
    void (*evaluate)(const struct oracle_call *call, int64_t unit);
    bool wide; /* reads its float32 inputs through oracle_input alone */
};

/* The oracle of a primitive: reference/oracle_<primitive>.c, or one a plugin brought. NULL: none.
 */
const struct oracle *oracle_find(const char *primitive);
enum status oracle_add(const struct oracle *oracle, struct error *error);
/* Its callbacks, with a watchdog around those of plugins. */
int64_t oracle_units(const struct oracle *oracle, const struct problem *problem);
void oracle_evaluate(const struct oracle *oracle, const struct problem *problem,
                     const struct oracle_call *call, int64_t unit);
/* How many were added so far, and back to that number. */
int oracle_added(void);
void oracle_forget(int count);

/* Elementwise primitives partition their elements into units of this many. */
enum { ORACLE_BLOCK = 4096 };
static inline int64_t oracle_blocks(int64_t elements) {
    return (elements + ORACLE_BLOCK - 1) / ORACLE_BLOCK;
}
static inline int64_t oracle_block_end(int64_t unit, int64_t elements) {
    const int64_t end = (unit + 1) * ORACLE_BLOCK;
    return end < elements ? end : elements;
}

/* Write one element of an expectation. */
static inline void expect(const struct expectation *expected, int64_t index, double value,
                          double sum, double local) {
    expected->value[index] = value;
    expected->sum[index] = sum;
    expected->local[index] = local;
}

/* An element that the primitive's header leaves open (an overflow halfway, a zero of padding times
 * infinity): whatever a kernel gives is right. */
static inline void expect_anything(const struct expectation *expected, int64_t index) {
    expect(expected, index, NAN, INFINITY, 0);
}
static inline bool expects_anything(const struct expectation *expected, int64_t index) {
    return isinf(expected->sum[index]) && isnan(expected->value[index]);
}

#endif
