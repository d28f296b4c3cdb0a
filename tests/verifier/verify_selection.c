#include "tests/verifier/verify_selection.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "kernels/core/registry.h"

/* Does the next part of the filter (up to a slash, or all the rest for the last part) match? */
static bool part_matches(const char **filter, const char *text, bool last, bool prefix) {
    char part[PROBLEM_MAX_TEXT + 2];
    const size_t length = last ? strlen(*filter) : strcspn(*filter, "/");
    if (length + 2 > sizeof part) return false;
    memcpy(part, *filter, length);
    part[length] = 0;
    *filter += length;
    const bool ends = **filter == 0;
    if (!ends) ++*filter;
    if (ends && prefix) strcat(part, "*");
    return fnmatch(part, text, 0) == 0;
}

/* Parts that the filter does not have match everything. `problem` NULL: not asked. */
static bool matches(const char *filter, const char *primitive, const char *variant,
                    const char *problem, bool prefix) {
    if (!part_matches(&filter, primitive, false, prefix)) return false;
    if (*filter && !part_matches(&filter, variant, false, prefix)) return false;
    return !*filter || !problem || part_matches(&filter, problem, true, prefix);
}

bool selection_has_problem(const struct selection *selection, const char *primitive,
                           const char *variant, const char *problem) {
    for (int i = 0; i < selection->count; i++)
        if (matches(selection->filters[i], primitive, variant, problem, selection->prefix))
            return true;
    return selection->count == 0;
}

bool selection_has(const struct selection *selection, const char *primitive, const char *variant) {
    return selection_has_problem(selection, primitive, variant, NULL);
}

struct selection selection_of(const struct options *options) {
    struct selection selection = {options->filters, options->filter_count, false};
    const struct implementation *implementation;
    for (int i = 0; (implementation = registry_implementation(i)); i++)
        if (selection_has(&selection, implementation->primitive, implementation->variant))
            return selection;
    const struct missing_implementation *missing;
    for (int i = 0; (missing = registry_missing(i)); i++)
        if (selection_has(&selection, missing->primitive, missing->variant)) return selection;
    selection.prefix = true;
    return selection;
}
