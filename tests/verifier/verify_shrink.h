/* From a failure to the smallest problem that fails in the same way. */
#ifndef TESTS_VERIFIER_VERIFY_SHRINK_H
#define TESTS_VERIFIER_VERIFY_SHRINK_H

#include "tests/verifier/verify_results.h"

/* An operand of the smallest problem, flat and row-major; arrays are NULL where there is nothing to
 * show. */
struct shown_operand {
    const struct operand *operand; /* NULL: absent from the problem */
    struct shape shape;
    double *values;                 /* inputs as given */
    double *expected, *got, *bound; /* outputs; `bound` -1 where anything is right */
};

struct smallest {
    struct failure failure; /* with a kind of its own: what golden files hold cannot be shrunk */
    struct shown_operand shown[OPERANDS_MAX];
    int tried;      /* problems */
    bool timed_out; /* patience ended before the ideas did */
};

/* Operands of more elements are not shown. */
enum { SHOWN_MAX = 4096 };

/* Looks for at most `seconds`. Fields go towards their lowest values, real numbers towards their
 * defaults and then round ones, fills towards small integers, threads towards one, the seed towards
 * 1; what still fails with the same verdict, and by a wrong value if it did so before, is smaller.
 * NULL: the failure does not show when its problem is run alone, or memory ran out. */
struct smallest *shrink(struct host *host, const struct implementation *implementation,
                        const struct failure *failure, double seconds, struct text_output *text);
void smallest_free(struct smallest *smallest);

#endif
