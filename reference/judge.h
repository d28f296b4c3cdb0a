/* From inputs to verdict: expectations of a whole problem, or of a sample of it, and whether a
 * comparison with them could have failed at all. No I/O, no processes. */
#ifndef REFERENCE_JUDGE_H
#define REFERENCE_JUDGE_H

#include "kernels/core/fill.h"
#include "kernels/core/verdict.h"
#include "reference/compare.h"

/* What the outputs of one problem should be. */
struct judge {
    struct problem problem;
    const struct oracle *oracle;
    const void *operand[OPERANDS_MAX];         /* inputs as given to judge_open; not owned */
    struct expectation expected[OPERANDS_MAX]; /* outputs; owned */
    int64_t units, judged_units;
    uint64_t sample_seed; /* drew the units when judged_units < units */
    bool dependent; /* the caller's to set: rounding errors may not be independent, and the worst
                       case of growth counts */
    double exact_below; /* the caller's to set, for exact cases: 0, or tolerance.h's */
};

/* Evaluate the oracle. `operand`: inputs filled, in-out as before the call; outputs are ignored;
 * all must outlive the judge. `halo` as in struct accumulation. `max_units` < 0: all units; else
 * that many, always the first and the last, the others drawn by `seed`. */
enum status judge_open(struct judge *judge, const struct problem *problem,
                       const void *const *operand, int halo, int64_t max_units, uint64_t seed,
                       struct error *error);
void judge_close(struct judge *judge);

/* Replace the expected values of output `operand` (gauges stay, and what the primitive leaves open
 * stays open): golden files. */
void judge_use_values(struct judge *judge, int operand, const double *value);

/* The implementation's tolerance for this problem; `exact` asks for bound 0. int64 and uint8
 * outputs, and the outputs of primitives that select, are always exact. */
struct tolerance judge_tolerance(const struct judge *judge,
                                 const struct implementation *implementation, int operand,
                                 bool exact);

/* Compare output `operand`. */
struct comparison judge_compare(const struct judge *judge, int operand, const void *got,
                                const struct tolerance *tolerance);

/* What a case says of itself. */
struct judge_case {
    bool exact;
    bool constant; /* the outputs do not depend on the inputs (softmax over one element) */
    uint32_t idle; /* bit i: nor does any on the values of operand i */
    enum fill fill;
    uint64_t seed;
};

/* Could these checks have failed? STATUS_OK or one line why not:
 *   - of every output operand with at least two different finite elements, the median bound must be
 *     below a quarter of the spread (maximum - minimum) of the finite expected values;
 *   - refilling any one input that has weight in the problem, with the same style and another seed,
 *     must move some judged output element by more than its bound (or between finite, infinite and
 *     NaN).
 * Where the case declares that there is no such influence, `constant` or `idle`, exactly that is
 * required instead. Nothing to judge at all is for the caller to decide. */
enum status judge_vacuity(const struct judge *judge, const struct implementation *implementation,
                          const struct judge_case *item, struct error *error);

/* STATUS_OK with *moved: does refilling every input at once move any judged output by more than its
 * bound? The weaker question that random problems are asked, which often have one input without
 * influence. */
enum status judge_sensitive(const struct judge *judge, const struct implementation *implementation,
                            enum fill fill, uint64_t seed, bool *moved, struct error *error);

#endif
