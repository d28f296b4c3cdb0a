/* What a run left in its outputs: written at all, the same in both runs, and, where it is wrong, in
 * words. The verifier and the benchmark judge a run by these. No I/O, no processes. */
#ifndef REFERENCE_INSPECT_H
#define REFERENCE_INSPECT_H

#include "kernels/host/protocol.h"
#include "reference/judge.h"

/* Elements of `unit` bytes that hold POISON_NAN in the one run and POISON_FINITE in the other. Of a
 * run that had POISON_FINITE and stands alone (`nan` NULL), those that hold it: enough for floats.
 * *first: the first of them; unchanged when there is none. */
int64_t inspect_unwritten(const unsigned char *nan, const unsigned char *finite, int64_t elements,
                          size_t unit, int64_t *first);

/* The first element that is not the same, bit for bit; -1: none. */
int64_t inspect_difference(const unsigned char *a, const unsigned char *b, int64_t elements,
                           size_t unit);

/* NaN without its sign, which no printf agrees on. */
double inspect_number(double value);

/* The first wrong element that judge_compare found: "y[0,3]: expected 1, got 2 (bound ...". Returns
 * buffer. */
char *inspect_describe(const struct judge *judge, int operand, const void *got,
                       const struct tolerance *tolerance, const struct comparison *found,
                       char *buffer, size_t bytes);

#endif
