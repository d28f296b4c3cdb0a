/* Is a descriptor fit for use? Asked of those that plugins bring, which anybody may have written.
 */
#ifndef KERNELS_CORE_DESCRIPTOR_H
#define KERNELS_CORE_DESCRIPTOR_H

#include "kernels/core/primitive.h"

/* [a-z][a-z0-9_]*, below 48 characters: what can stand in an id, a file name and a command line
 * without quoting. NULL is no good name. */
bool name_is_good(const char *name);

/* What is wrong with a full-size descriptor ("shape is NULL"), or NULL. No callback is called. */
const char *primitive_wrong(const struct primitive *primitive);
const char *implementation_wrong(const struct implementation *implementation);

#endif
