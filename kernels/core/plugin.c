#include "kernels/core/plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/callback.h"
#include "kernels/core/descriptor.h"
#include "kernels/core/float_control.h"
#include "kernels/core/law.h"
#include "kernels/core/registry.h"

enum { /* the ends of the structs of ABI 2: shorter ones were never compiled against it */
       PLUGIN_V2 = offsetof(struct assay_plugin, generate) + sizeof(void *),
       PRIMITIVE_V2 = offsetof(struct primitive, plugin),
       FIELD_V2 = offsetof(struct field, before) + sizeof(void *),
       OPERAND_V2 = offsetof(struct operand, along) + sizeof(void *),
       PROPERTY_V2 = offsetof(struct property, compare) + sizeof(void *),
       IMPLEMENTATION_V2 = offsetof(struct implementation, caught) + sizeof(void *),
};

/* What a stamp says is there: a member that it cuts in two is not. */
static size_t whole_members(uint32_t size) { return size - size % sizeof(void *); }

static void copy_stamped(void *copy, const void *descriptor, uint32_t size, size_t full) {
    const size_t given = whole_members(size);
    memcpy(copy, descriptor, given < full ? given : full);
}

/* An array that a primitive points to, and the size of an element there and here. */
struct array {
    const void *const *elements;
    const int *count;
    uint32_t *size;
    uint32_t least, full;
};

enum { ARRAYS = 3, ELEMENTS_MOST = 1 << 10 };

static void arrays_of(struct primitive *p, struct array array[ARRAYS]) {
    array[0] = (struct array){(const void *const *)&p->fields, &p->field_count, &p->field_size,
                              FIELD_V2, sizeof(struct field)};
    array[1] = (struct array){(const void *const *)&p->operands, &p->operand_count,
                              &p->operand_size, OPERAND_V2, sizeof(struct operand)};
    array[2] = (struct array){(const void *const *)&p->properties, &p->property_count,
                              &p->property_size, PROPERTY_V2, sizeof(struct property)};
}

/* Bad counts and missing arrays are for primitive_wrong to name. */
static bool array_there(const struct array *a) {
    return *a->elements && *a->count > 0 && *a->count <= ELEMENTS_MOST;
}

/* Full-size copies of the elements, from `room` on. Returns what is behind them. */
static char *copy_array(const struct array *a, char *room) {
    const char *given = *a->elements;
    for (int i = 0; i < *a->count; i++)
        copy_stamped(room + (size_t)i * a->full, given + (size_t)i * *a->size, *a->size, a->full);
    *(const void **)a->elements = room;
    *a->size = a->full;
    return room + (size_t)*a->count * a->full;
}

/* A full-size copy of a primitive with its arrays, in one block; members it does not have are zero.
 * NULL: why not. */
static struct primitive *copy_primitive(const struct primitive *given, const char **why) {
    struct primitive head = {0};
    struct array array[ARRAYS];
    size_t bytes = sizeof head;
    copy_stamped(&head, given, given->size, sizeof head);
    arrays_of(&head, array);
    for (int i = 0; i < ARRAYS; i++) {
        if (!array_there(&array[i])) continue;
        *why = "the size of a field, an operand or a law (FIELDS, OPERANDS, PROPERTIES)";
        if (*array[i].size < array[i].least || *array[i].size % sizeof(void *)) return NULL;
        bytes += (size_t)*array[i].count * array[i].full;
    }
    *why = "out of memory";
    struct primitive *copy = calloc(1, bytes);
    if (!copy) return NULL;
    *copy = head;
    char *room = (char *)(copy + 1);
    arrays_of(copy, array);
    for (int i = 0; i < ARRAYS; i++)
        if (array_there(&array[i])) room = copy_array(&array[i], room);
    copy->size = sizeof *copy;
    return copy;
}

static enum status add_primitive(const char *path, const struct primitive *given,
                                 struct error *error) {
    if (given->size < PRIMITIVE_V2 || !name_is_good(given->name))
        return fail(error, STATUS_BAD_INPUT, "%.300s: a primitive has a bad size or name '%.60s'",
                    path, given->size < PRIMITIVE_V2 || !given->name ? "" : given->name);
    struct error inner;
    const char *wrong;
    struct primitive *copy = copy_primitive(given, &wrong);
    if (copy) {
        copy->plugin = path;
        wrong = primitive_wrong(copy);
    }
    enum status status =
        wrong ? fail(&inner, STATUS_BAD_INPUT, "primitive %s: %s", given->name, wrong)
              : registry_add_primitive(copy, &inner);
    if (!status) return STATUS_OK;
    free(copy);
    return fail(error, status, "%.300s: %.200s", path, inner.text);
}

static enum status add_implementation(const char *path, const struct implementation *given,
                                      struct error *error) {
    if (given->size < IMPLEMENTATION_V2 || !name_is_good(given->primitive) ||
        !name_is_good(given->variant))
        return fail(error, STATUS_BAD_INPUT,
                    "%.300s: an implementation has a bad size or name '%.60s'", path,
                    given->size < IMPLEMENTATION_V2 || !given->variant ? "" : given->variant);
    struct implementation *copy = calloc(1, sizeof *copy);
    if (!copy) return fail(error, STATUS_NO_MEMORY, "out of memory");
    copy_stamped(copy, given, given->size, sizeof *copy);
    copy->size = sizeof *copy;
    copy->plugin = path;
    struct error inner;
    const char *wrong =
        copy->promise ? "promise is for those that are built in" : implementation_wrong(copy);
    enum status status = wrong ? fail(&inner, STATUS_BAD_INPUT, "implementation %s/%s: %s",
                                      copy->primitive, copy->variant, wrong)
                               : registry_add_implementation(copy, &inner);
    if (!status) return STATUS_OK;
    free(copy);
    return fail(error, status, "%.300s: %.200s", path, inner.text);
}

static enum status add_implementations(const char *path, const struct implementation *const *list,
                                       struct error *error) {
    enum status status = STATUS_OK;
    for (int i = 0; !status && list && list[i]; i++)
        status = add_implementation(path, list[i], error);
    return status;
}

static enum status add_generated(const char *path, const struct assay_plugin *plugin,
                                 struct error *error) {
    if (!plugin->generate) return STATUS_OK;
    const struct implementation *const *list = plugin->generate();
    if (!list) return fail(error, STATUS_NO_MEMORY, "%.300s: out of memory", path);
    return add_implementations(path, list, error);
}

static enum status open_plugin(const char *path, const struct assay_plugin **plugin,
                               struct error *error) {
    /* never closed: descriptors live as long as the process; dlopen wants a slash to mean a file */
    char file[4096];
    const char *folder = strchr(path, '/') ? "" : "./";
    if (strlen(path) + 3 > sizeof file)
        return fail(error, STATUS_BAD_INPUT, "--plugin: the path is too long");
    strcpy(file, folder);
    strcat(file, path);
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror(); /* may name a library that the plugin needs, not the plugin */
        const bool named = strncmp(why, file, strlen(file)) == 0;
        return fail(error, STATUS_BAD_INPUT, "cannot load plugin %.200s%s%.200s", named ? "" : file,
                    named ? "" : ": ", why);
    }
    *plugin = dlsym(library, "assay_plugin_v2");
    if (*plugin) return STATUS_OK;
    if (dlsym(library, "assay_plugin_v1"))
        return fail(error, STATUS_BAD_INPUT,
                    "%.300s: is a plugin of ABI 1, this program has %d: compile it against the "
                    "headers of this version",
                    path, ASSAY_PLUGIN_ABI);
    return fail(error, STATUS_BAD_INPUT, "%.300s: does not export assay_plugin_v2", path);
}

static enum status check_plugin(const struct assay_plugin *plugin, const char *path,
                                struct error *error) {
    const bool has_abi = plugin->size >= offsetof(struct assay_plugin, name);
    if (has_abi && plugin->abi != ASSAY_PLUGIN_ABI)
        return fail(error, STATUS_BAD_INPUT, "%.300s: has plugin ABI %u, this program has %d", path,
                    (unsigned)plugin->abi, ASSAY_PLUGIN_ABI);
    if (plugin->size < PLUGIN_V2)
        return fail(error, STATUS_BAD_INPUT,
                    "%.300s: its assay_plugin_v2 has %u bytes, at least %d are needed", path,
                    (unsigned)plugin->size, (int)PLUGIN_V2);
    if (!name_is_good(plugin->name))
        return fail(error, STATUS_BAD_INPUT, "%.300s: bad plugin name '%.60s'", path,
                    plugin->name ? plugin->name : "");
    return STATUS_OK;
}

enum status plugin_register(const struct assay_plugin *plugin, const char *path,
                            plugin_oracle_fn *add_oracle, struct error *error) {
    enum status status = check_plugin(plugin, path, error);
    if (status) return status;
    for (int i = 0; !status && plugin->primitives && plugin->primitives[i]; i++)
        status = add_primitive(path, plugin->primitives[i], error);
    for (int i = 0; !status && add_oracle && plugin->oracles && plugin->oracles[i]; i++) {
        struct error inner;
        status = add_oracle(plugin->oracles[i], &inner);
        if (status) fail(error, status, "%.300s: %.200s", path, inner.text);
    }
    if (!status) status = add_implementations(path, plugin->implementations, error);
    if (!status) status = add_generated(path, plugin, error);
    return status;
}

/* *changed: what was loaded changed the floating-point environment, which is as before again. */
static enum status load(const char *path, plugin_oracle_fn *add_oracle, bool *changed,
                        struct error *error) {
    const struct assay_plugin *plugin = NULL;
    const unsigned control = float_control();
    const bool begun = callback_begin(path, NULL, "is loaded");
    enum status status = open_plugin(path, &plugin, error);
    if (!status) status = plugin_register(plugin, path, add_oracle, error);
    callback_end(begun);
    *changed = float_control() != control;
    if (*changed) float_control_set(control);
    return status;
}

enum status plugin_load(const char *path, plugin_oracle_fn *add_oracle, struct error *error) {
    bool changed;
    return load(path, add_oracle, &changed, error);
}

enum status plugin_load_aloud(const char *program, const char *path, plugin_oracle_fn *add_oracle,
                              struct error *error) {
    bool changed;
    const enum status status = load(path, add_oracle, &changed, error);
    if (changed)
        fprintf(stderr,
                "%s: %s: loading it changed the floating-point control register of the whole "
                "process, as linking with -ffast-math or -Ofast does (denormals become 0, in "
                "everybody's code); undone here\n",
                program, path);
    return status;
}
