#include "reference/oracle.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/callback.h"

#define BUILT(primitive, variant)
#define MISSING(primitive, variant, reason)
#define PRIMITIVE(name) extern const struct oracle oracle_##name;
#include "registry_built.def"
#undef PRIMITIVE
#define PRIMITIVE(name) &oracle_##name,
static const struct oracle *const built[] = {
#include "registry_built.def"
    NULL};

static const struct oracle **added;
static int added_count;

const struct oracle *oracle_find(const char *primitive) {
    for (int i = 0; built[i]; i++)
        if (strcmp(built[i]->primitive, primitive) == 0) return built[i];
    for (int i = 0; i < added_count; i++)
        if (strcmp(added[i]->primitive, primitive) == 0) return added[i];
    return NULL;
}

enum status oracle_add(const struct oracle *oracle, struct error *error) {
    const size_t least = offsetof(struct oracle, evaluate) + sizeof oracle->evaluate;
    if (oracle->size < least || !oracle->primitive)
        return fail(error, STATUS_BAD_INPUT, "an oracle has a bad size or no name");
    if (!oracle->units || !oracle->evaluate)
        return fail(error, STATUS_BAD_INPUT, "the oracle of %.60s lacks a callback",
                    oracle->primitive);
    if (oracle_find(oracle->primitive))
        return fail(error, STATUS_BAD_INPUT, "%.60s has an oracle already", oracle->primitive);
    const struct oracle **grown = realloc(added, ((size_t)added_count + 1) * sizeof *added);
    if (grown) added = grown;
    struct oracle *copy = calloc(1, sizeof *copy);
    if (!grown || !copy) {
        free(copy);
        return fail(error, STATUS_NO_MEMORY, "out of memory");
    }
    /* a plugin's descriptor may be older and shorter, or newer and longer */
    memcpy(copy, oracle, oracle->size < sizeof *copy ? oracle->size : sizeof *copy);
    copy->size = sizeof *copy;
    added[added_count++] = copy;
    return STATUS_OK;
}

int64_t oracle_units(const struct oracle *oracle, const struct problem *problem) {
    const struct primitive *primitive = problem->primitive;
    const bool begun = callback_begin(primitive->plugin, primitive->name, "units");
    const int64_t units = oracle->units(problem->value);
    callback_end(begun);
    return units;
}

void oracle_evaluate(const struct oracle *oracle, const struct problem *problem,
                     const struct oracle_call *call, int64_t unit) {
    const struct primitive *primitive = problem->primitive;
    const bool begun = callback_begin(primitive->plugin, primitive->name, "evaluate");
    oracle->evaluate(call, unit);
    callback_end(begun);
}

int oracle_added(void) { return added_count; }

void oracle_forget(int count) {
    while (added_count > count) free((void *)added[--added_count]);
}
