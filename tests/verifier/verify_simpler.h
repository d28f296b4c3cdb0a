/* Simpler values: what a shrinking step may try in place of what it has. */
#ifndef TESTS_VERIFIER_VERIFY_SIMPLER_H
#define TESTS_VERIFIER_VERIFY_SIMPLER_H

#include "kernels/core/fill.h"

enum { SIMPLER_MAX = 24 };

/* Values of this field that are simpler than `now`, simplest first; returns how many. Repeating the
 * step with what was found comes to an end. */
int simpler_values(const struct field *field, union field_value now,
                   union field_value simpler[SIMPLER_MAX]);
/* Fills that are easier to read than `now`, easiest first; for exact cases integers only. */
int simpler_fills(enum fill now, bool exact, enum fill simpler[FILL_STYLES]);

#endif
