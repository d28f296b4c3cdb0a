#include "kernels/core/plugin.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/callback.h"
#include "kernels/core/descriptor.h"
#include "kernels/core/registry.h"

/* A full-size copy of a size-stamped descriptor; members it does not have are zero, and so is one
 * that the stamp cuts in two. */
static void *copy_stamped(const void *descriptor, uint32_t size, size_t full) {
    void *copy = calloc(1, full);
    size -= size % (uint32_t)sizeof(void *);
    if (copy) memcpy(copy, descriptor, size < full ? size : full);
    return copy;
}

enum { /* the ends of the structs of ABI 1: shorter ones were never compiled against it */
       PLUGIN_V1 = offsetof(struct assay_plugin, oracles) + sizeof(void *),
       PRIMITIVE_V1 = offsetof(struct primitive, call) + sizeof(void *),
       IMPLEMENTATION_V1 = offsetof(struct implementation, no_special) + sizeof(void *),
};

static enum status add_primitive(const char *path, const struct primitive *given,
                                 struct error *error) {
    if (given->size < PRIMITIVE_V1 || !name_is_good(given->name))
        return fail(error, STATUS_BAD_INPUT, "%.300s: a primitive has a bad size or name '%.60s'",
                    path, given->size < PRIMITIVE_V1 || !given->name ? "" : given->name);
    struct primitive *copy = copy_stamped(given, given->size, sizeof *copy);
    if (!copy) return fail(error, STATUS_NO_MEMORY, "out of memory");
    copy->size = sizeof *copy;
    copy->plugin = path;
    struct error inner;
    const char *wrong = primitive_wrong(copy);
    enum status status = wrong
                             ? fail(&inner, STATUS_BAD_INPUT, "primitive %s: %s", copy->name, wrong)
                             : registry_add_primitive(copy, &inner);
    if (!status) return STATUS_OK;
    free(copy);
    return fail(error, status, "%.300s: %.200s", path, inner.text);
}

static enum status add_implementation(const char *path, const struct implementation *given,
                                      struct error *error) {
    if (given->size < IMPLEMENTATION_V1 || !name_is_good(given->primitive) ||
        !name_is_good(given->variant))
        return fail(error, STATUS_BAD_INPUT,
                    "%.300s: an implementation has a bad size or name '%.60s'", path,
                    given->size < IMPLEMENTATION_V1 || !given->variant ? "" : given->variant);
    struct implementation *copy = copy_stamped(given, given->size, sizeof *copy);
    if (!copy) return fail(error, STATUS_NO_MEMORY, "out of memory");
    copy->size = sizeof *copy;
    struct error inner;
    const char *wrong = implementation_wrong(copy);
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

/* Plugins compiled before `generate` was appended end before it. */
static enum status add_generated(const char *path, const struct assay_plugin *plugin,
                                 struct error *error) {
    if (plugin->size < sizeof *plugin || !plugin->generate) return STATUS_OK;
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
    *plugin = dlsym(library, "assay_plugin_v1");
    if (*plugin) return STATUS_OK;
    return fail(error, STATUS_BAD_INPUT, "%.300s: does not export assay_plugin_v1", path);
}

static enum status check_plugin(const struct assay_plugin *plugin, const char *path,
                                struct error *error) {
    const bool has_abi = plugin->size >= offsetof(struct assay_plugin, name);
    if (has_abi && plugin->abi != ASSAY_PLUGIN_ABI)
        return fail(error, STATUS_BAD_INPUT, "%.300s: has plugin ABI %u, this program has %d", path,
                    (unsigned)plugin->abi, ASSAY_PLUGIN_ABI);
    if (plugin->size < PLUGIN_V1)
        return fail(error, STATUS_BAD_INPUT,
                    "%.300s: its assay_plugin_v1 has %u bytes, at least %d are needed", path,
                    (unsigned)plugin->size, (int)PLUGIN_V1);
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

enum status plugin_load(const char *path, plugin_oracle_fn *add_oracle, struct error *error) {
    const struct assay_plugin *plugin = NULL;
    const bool begun = callback_begin(path, NULL, "is loaded");
    enum status status = open_plugin(path, &plugin, error);
    if (!status) status = plugin_register(plugin, path, add_oracle, error);
    callback_end(begun);
    return status;
}
