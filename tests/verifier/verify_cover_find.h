/* Problems of which some fields are held: the others are drawn until the primitive takes them all.
 * `limit`: operations that a problem may cost. */
#ifndef TESTS_VERIFIER_VERIFY_COVER_FIND_H
#define TESTS_VERIFIER_VERIFY_COVER_FIND_H

#include "kernels/core/problem.h"

struct draw;

/* Does the primitive take it, and is it affordable? */
bool cover_fits(const struct problem *problem, double limit);
/* The defaults, or the least of everything. */
struct problem cover_start(struct draw *d, const struct primitive *primitive, double limit);
/* Every field that is not held gets a value of any class, if it may. */
void cover_vary(struct draw *d, struct problem *problem, const bool *held, double limit);
/* The fields `held` as they are in `wanted`, the others as it goes. False: none was found. */
bool cover_find(struct draw *d, const struct problem *wanted, const bool *held, double limit,
                struct problem *found);

#endif
