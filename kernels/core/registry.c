#include "kernels/core/registry.h"

#include <stdlib.h>
#include <string.h>

/* registry_built.def is registry.def as CMake found it buildable here: PRIMITIVE, BUILT, MISSING.
 */
#define PRIMITIVE(name) extern const struct primitive primitive_##name;
#define BUILT(primitive, variant) extern const struct implementation impl_##primitive##_##variant;
#define MISSING(primitive, variant, reason)
#include "registry_built.def"
#undef PRIMITIVE
#undef BUILT
#undef MISSING

#define PRIMITIVE(name) &primitive_##name,
#define BUILT(primitive, variant)
#define MISSING(primitive, variant, reason)
static const struct primitive *const built_primitives[] = {
#include "registry_built.def"
    NULL};
#undef PRIMITIVE
#undef BUILT

#define PRIMITIVE(name)
#ifdef ASSAY_REGISTRY_PRIMITIVES_ONLY /* assay-worker */
#define BUILT(primitive, variant)
#else
#define BUILT(primitive, variant) &impl_##primitive##_##variant,
#endif
static const struct implementation *const built_implementations[] = {
#include "registry_built.def"
    NULL};
#undef BUILT
#undef MISSING

#define BUILT(primitive, variant)
#define MISSING(primitive, variant, reason) {#primitive, #variant, reason},
static const struct missing_implementation missing[] = {
#include "registry_built.def"
    {NULL, NULL, NULL}};

/* Built-in entries first, then those added. */
struct list {
    const void *const *built;
    int built_count, added_count;
    const void **added;
};

static struct list primitives = {
    (const void *const *)built_primitives,
    sizeof built_primitives / sizeof built_primitives[0] - 1,
    0,
    NULL,
};
static struct list implementations = {
    (const void *const *)built_implementations,
    sizeof built_implementations / sizeof built_implementations[0] - 1,
    0,
    NULL,
};

static const void *list_at(const struct list *list, int index) {
    if (index < 0) return NULL;
    if (index < list->built_count) return list->built[index];
    index -= list->built_count;
    return index < list->added_count ? list->added[index] : NULL;
}

static enum status list_add(struct list *list, const void *entry, struct error *error) {
    const void **grown =
        realloc(list->added, ((size_t)list->added_count + 1) * sizeof *list->added);
    if (!grown) return fail(error, STATUS_NO_MEMORY, "out of memory");
    list->added = grown;
    list->added[list->added_count++] = entry;
    return STATUS_OK;
}

const struct primitive *registry_primitive(int index) { return list_at(&primitives, index); }

const struct implementation *registry_implementation(int index) {
    return list_at(&implementations, index);
}

const struct missing_implementation *registry_missing(int index) {
    const int count = sizeof missing / sizeof missing[0] - 1;
    return index >= 0 && index < count ? &missing[index] : NULL;
}

const struct primitive *registry_find_primitive(const char *name) {
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)); i++)
        if (strcmp(primitive->name, name) == 0) return primitive;
    return NULL;
}

const struct implementation *registry_find_implementation(const char *primitive,
                                                          const char *variant) {
    const struct implementation *implementation;
    for (int i = 0; (implementation = registry_implementation(i)); i++)
        if (strcmp(implementation->primitive, primitive) == 0 &&
            strcmp(implementation->variant, variant) == 0)
            return implementation;
    return NULL;
}

enum status registry_add_primitive(const struct primitive *primitive, struct error *error) {
    if (registry_find_primitive(primitive->name))
        return fail(error, STATUS_BAD_INPUT, "primitive %s exists already", primitive->name);
    return list_add(&primitives, primitive, error);
}

enum status registry_add_implementation(const struct implementation *implementation,
                                        struct error *error) {
    const char *primitive = implementation->primitive, *variant = implementation->variant;
    if (!registry_find_primitive(primitive))
        return fail(error, STATUS_BAD_INPUT, "%s/%s: there is no primitive %s", primitive, variant,
                    primitive);
    if (registry_find_implementation(primitive, variant))
        return fail(error, STATUS_BAD_INPUT, "%s/%s exists already", primitive, variant);
    return list_add(&implementations, implementation, error);
}

struct registry_mark registry_mark(void) {
    return (struct registry_mark){primitives.added_count, implementations.added_count};
}

static void list_forget(struct list *list, int count, void (*release)(const void *)) {
    while (list->added_count > count) {
        const void *entry = list->added[--list->added_count];
        if (release) release(entry);
    }
}

void registry_forget(struct registry_mark mark, void (*release)(const void *)) {
    list_forget(&implementations, mark.implementations, release);
    list_forget(&primitives, mark.primitives, release);
}
