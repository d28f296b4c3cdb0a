/* Filters of the command line: which implementations and problems are meant. The same everywhere.
 *
 *     conv2d                     every implementation
 *     conv2d/avx512              one
 *     conv2d/wino*               globs in each part: * ? [...]
 *     gemm/avx512/m=32,n=32      problems too: the canonical text up to any comma
 *
 * A part that is left out or empty matches everything. A filter that matches no implementation as
 * it stands is read as the beginning of names: `conv` finds conv2d, `conv2d/wino` its Winograds. */
#ifndef KERNELS_CORE_FILTER_H
#define KERNELS_CORE_FILTER_H

#include <stdbool.h>

struct implementation;

enum { FILTERS_MAX = 64 };

/* No filters match everything. The texts are not copied. */
struct filters {
    const char *const *item;
    int count;
    bool prefix[FILTERS_MAX]; /* read as a beginning */
};

/* Reads the registry (plugins must be loaded). At most FILTERS_MAX are used; the rest is ignored,
 * so callers refuse more. */
struct filters filters_of(const char *const *item, int count);

/* `variant` or `problem` NULL: not asked. */
bool filters_match(const struct filters *filters, const char *primitive, const char *variant,
                   const char *problem);

/* Is this implementation asked for? One that is wrong on purpose only by its full name, never by a
 * pattern. `problem` NULL: not asked. */
bool filters_want(const struct filters *filters, const struct implementation *implementation,
                  const char *problem);

/* The first filter that no primitive and variant of the registry, built or not, matches; or NULL.
 */
const char *filters_stray(const struct filters *filters);

#endif
