/* Random problems: drawn from a primitive's field list, whatever it is.
 *
 * Case `index` of `seed` is a pure function of primitive, seed, index and thread limit: any one can
 * be made again alone, on any machine. */
#ifndef TESTS_VERIFIER_VERIFY_DRAW_H
#define TESTS_VERIFIER_VERIFY_DRAW_H

#include "reference/cases.h"

/* A stream of draws. */
struct draw {
    uint64_t seed;
    uint32_t stream;
    uint64_t next; /* number of the next draw */
    double budget; /* operations */
};

int64_t draw_between(struct draw *d, int64_t low, int64_t high);
int64_t draw_log_uniform(struct draw *d, int64_t low, int64_t high); /* of 1 and more */
double draw_unit(struct draw *d);                                    /* in [0, 1) */
uint32_t draw_stream(const char *name); /* primitives with the same fields get different problems */
/* About how many operations this problem costs the oracle and a plain kernel. */
double draw_cost(const struct problem *problem);
/* Something for a field, seen beside the others: small, around an edge, related, far away. */
union field_value draw_value(struct draw *d, const struct problem *problem,
                             const struct field *field);
enum fill draw_fill(struct draw *d); /* normal as often as one time in four; never FILL_NAN */

/* Fields, fill, seed and threads (1 to `threads`) of one case.
 *
 * A draw starts from the defaults or from the lowest values and then proposes new values for all
 * fields, or for some, three times over; a proposal that the primitive refuses, or that costs too
 * much, is dropped. So every problem is valid, combinations that bind several fields (groups that
 * divide channels, a window within its row) are reached step by step, and nothing here knows any
 * primitive. Integers: small ones, the edges of vectors, powers of two and their neighbours,
 * multiples and divisors of other fields, log-uniform over the range. Of a hundred problems 85 are
 * small (10^5 operations or so), 13 medium (2 * 10^6) and 2 large (3 * 10^7). */
void draw_case(const struct primitive *primitive, uint64_t seed, uint64_t index, int threads,
               struct problem_case *item);

#endif
