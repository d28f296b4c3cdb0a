#include "kernels/core/filter.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "kernels/core/primitive.h"
#include "kernels/core/registry.h"

enum { PART_MAX = PROBLEM_MAX_TEXT + 2 };

/* Does the glob match the text up to its end, or up to one of its commas? */
static bool glob_matches(const char *glob, const char *text, bool commas) {
    if (fnmatch(glob, text, 0) == 0) return true;
    char beginning[PART_MAX];
    for (const char *comma = text; commas && (comma = strchr(comma, ',')); comma++) {
        snprintf(beginning, sizeof beginning, "%.*s", (int)(comma - text), text);
        if (fnmatch(glob, beginning, 0) == 0) return true;
    }
    return false;
}

/* Does the next part of the filter (up to a slash, or all the rest for the problem) match? */
static bool part_matches(const char **filter, const char *text, bool problem, bool prefix) {
    char part[PART_MAX];
    const size_t length = problem ? strlen(*filter) : strcspn(*filter, "/");
    if (length + 2 > sizeof part) return false;
    memcpy(part, *filter, length);
    part[length] = 0;
    *filter += length;
    const bool ends = **filter == 0;
    if (!ends) ++*filter;
    if (length == 0 || !text) return true;
    if (ends && prefix) strcat(part, "*");
    return glob_matches(part, text, problem);
}

static bool matches(const char *filter, bool prefix, const char *primitive, const char *variant,
                    const char *problem) {
    return part_matches(&filter, primitive, false, prefix) &&
           part_matches(&filter, variant, false, prefix) &&
           part_matches(&filter, problem, true, prefix);
}

static bool names_something(const char *filter, bool prefix) {
    const struct implementation *built;
    const struct missing_implementation *missing;
    for (int i = 0; (built = registry_implementation(i)); i++)
        if (matches(filter, prefix, built->primitive, built->variant, NULL)) return true;
    for (int i = 0; (missing = registry_missing(i)); i++)
        if (matches(filter, prefix, missing->primitive, missing->variant, NULL)) return true;
    return false;
}

struct filters filters_of(const char *const *item, int count) {
    struct filters filters = {item, count < FILTERS_MAX ? count : FILTERS_MAX, {false}};
    for (int i = 0; i < filters.count; i++) filters.prefix[i] = !names_something(item[i], false);
    return filters;
}

bool filters_match(const struct filters *filters, const char *primitive, const char *variant,
                   const char *problem) {
    for (int i = 0; i < filters->count; i++)
        if (matches(filters->item[i], filters->prefix[i], primitive, variant, problem)) return true;
    return filters->count == 0;
}

static bool names(const char *filter, const char *primitive, const char *variant) {
    char id[128];
    const int length = snprintf(id, sizeof id, "%s/%s", primitive, variant);
    return strncmp(filter, id, (size_t)length) == 0 && (!filter[length] || filter[length] == '/');
}

bool filters_want(const struct filters *filters, const struct implementation *i,
                  const char *problem) {
    if (!i->defect) return filters_match(filters, i->primitive, i->variant, problem);
    for (int at = 0; at < filters->count; at++)
        if (names(filters->item[at], i->primitive, i->variant) &&
            matches(filters->item[at], filters->prefix[at], i->primitive, i->variant, problem))
            return true;
    return false;
}

const char *filters_stray(const struct filters *filters) {
    for (int i = 0; i < filters->count; i++)
        if (!names_something(filters->item[i], filters->prefix[i])) return filters->item[i];
    return NULL;
}
