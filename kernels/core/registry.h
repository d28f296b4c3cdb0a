/* Everything that can be judged: built in (registry.def) and from plugins. */
#ifndef KERNELS_CORE_REGISTRY_H
#define KERNELS_CORE_REGISTRY_H

#include "kernels/core/primitive.h"

/* A line of registry.def whose file was not built here. */
struct missing_implementation {
    const char *primitive, *variant, *reason;
};

/* Index from 0; NULL past the last. Order: registry.def, then plugins in load order. */
const struct primitive *registry_primitive(int index);
const struct implementation *registry_implementation(int index);
const struct missing_implementation *registry_missing(int index);

const struct primitive *registry_find_primitive(const char *name);
const struct implementation *registry_find_implementation(const char *primitive,
                                                          const char *variant);

/* Add at run time (plugins). The descriptor must live as long as the process. Refused: a name that
 * exists, an implementation whose primitive does not. */
enum status registry_add_primitive(const struct primitive *primitive, struct error *error);
enum status registry_add_implementation(const struct implementation *implementation,
                                        struct error *error);

/* How much was added so far, and back to it: each descriptor added since then is handed to
 * `release` (NULL: nobody). */
struct registry_mark {
    int primitives, implementations;
};
struct registry_mark registry_mark(void);
void registry_forget(struct registry_mark mark, void (*release)(const void *descriptor));

#endif
