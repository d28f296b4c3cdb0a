/* Random problems: drawn from a primitive's field list, whatever it is.
 *
 * Case `index` of `seed` is a pure function of primitive, seed, index and thread limit: any one can
 * be made again alone, on any machine. */
#ifndef TESTS_VERIFIER_VERIFY_DRAW_H
#define TESTS_VERIFIER_VERIFY_DRAW_H

#include "reference/cases.h"

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
