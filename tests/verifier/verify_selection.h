/* Which implementations and cases the filters mean. */
#ifndef TESTS_VERIFIER_VERIFY_SELECTION_H
#define TESTS_VERIFIER_VERIFY_SELECTION_H

#include <stdbool.h>

#include "tests/verifier/verify_options.h"

struct selection {
    const char *const *filters;
    int count;
    bool prefix; /* filters are beginnings of names */
};

/* Filters that match nothing as they stand are read as beginnings of names. */
struct selection selection_of(const struct options *options);

bool selection_has(const struct selection *selection, const char *primitive, const char *variant);
bool selection_has_problem(const struct selection *selection, const char *primitive,
                           const char *variant, const char *problem);

#endif
