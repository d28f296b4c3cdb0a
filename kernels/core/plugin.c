#include "kernels/core/plugin.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/property.h"
#include "kernels/core/registry.h"

/* [a-z][a-z0-9_]*: what can stand in an id, a file name and a command line without quoting. */
static bool good_name(const char *name) {
    if (!name || *name < 'a' || *name > 'z') return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) &&
           strlen(name) < 48;
}

/* A full-size copy of a size-stamped descriptor; members it does not have are zero. */
static void *copy_stamped(const void *descriptor, uint32_t size, size_t full) {
    void *copy = calloc(1, full);
    if (copy) memcpy(copy, descriptor, size < full ? size : full);
    return copy;
}

static const char *fields_wrong(const struct primitive *p) {
    if (p->field_count < 0 || p->field_count > PROBLEM_MAX_FIELDS) return "field_count";
    if (p->field_count && !p->fields) return "fields is NULL";
    for (int i = 0; i < p->field_count; i++) {
        const struct field *field = &p->fields[i];
        if (!good_name(field->name) || !field->help) return "a field's name or help";
        if (field->offset != (size_t)i * sizeof(union field_value)) return "a field's offset";
        if ((field->kind == FIELD_CHOICE) != (field->choices != NULL)) return "a field's choices";
    }
    return NULL;
}

static const char *operands_wrong(const struct primitive *p) {
    if (p->operand_count < 1 || p->operand_count > OPERANDS_MAX) return "operand_count";
    if (!p->operands) return "operands is NULL";
    bool output = false;
    for (int i = 0; i < p->operand_count; i++) {
        if (!good_name(p->operands[i].name)) return "an operand's name";
        output = output || operand_is_output(&p->operands[i]);
    }
    return output ? NULL : "no operand is an output";
}

static const char *properties_wrong(const struct primitive *p) {
    if (p->property_count < 0 || (p->property_count && !p->properties)) return "property_count";
    for (int i = 0; i < p->property_count; i++) {
        const struct property *law = &p->properties[i];
        if (!good_name(law->name) || !law->statement) return "a law's name or statement";
        if (law->runs < 1 || law->runs > LAW_RUNS) return "a law's runs";
        if (!law->compare) return "a law's compare is NULL";
    }
    if (p->gradient_of && !good_name(p->gradient_of)) return "gradient_of";
    return NULL;
}

/* What is wrong with a primitive's descriptor, a full-size copy, or NULL. */
static const char *primitive_wrong(const struct primitive *p) {
    if (!p->summary) return "summary is NULL";
    if (!p->formula) return "formula is NULL";
    if (!p->shape) return "shape is NULL";
    if (!p->flops) return "flops is NULL";
    if (!p->terms) return "terms is NULL";
    if (!p->call) return "call is NULL";
    const char *wrong = fields_wrong(p);
    if (!wrong) wrong = operands_wrong(p);
    return wrong ? wrong : properties_wrong(p);
}

/* `i` is a full-size copy. */
static const char *implementation_wrong(const struct implementation *i) {
    if (!i->technique) return "technique is NULL";
    if (!i->kernel && !i->run) return "kernel is NULL";
    if ((int)i->isa < 0 || i->isa >= ISA_LEVELS) return "isa";
    if (!i->prepared_bytes != !i->prepare) return "prepare and prepared_bytes come together";
    return NULL;
}

enum { /* the ends of the structs of ABI 1: shorter ones were never compiled against it */
       PLUGIN_V1 = offsetof(struct assay_plugin, oracles) + sizeof(void *),
       PRIMITIVE_V1 = offsetof(struct primitive, call) + sizeof(void *),
       IMPLEMENTATION_V1 = offsetof(struct implementation, no_special) + sizeof(void *),
};

static enum status add_primitive(const char *path, const struct primitive *given,
                                 struct error *error) {
    if (given->size < PRIMITIVE_V1 || !good_name(given->name))
        return fail(error, STATUS_BAD_INPUT, "%s: a primitive has a bad size or name '%.60s'", path,
                    given->size < PRIMITIVE_V1 || !given->name ? "" : given->name);
    struct primitive *copy = copy_stamped(given, given->size, sizeof *copy);
    if (!copy) return fail(error, STATUS_NO_MEMORY, "out of memory");
    const char *wrong = primitive_wrong(copy);
    if (wrong) {
        free(copy);
        return fail(error, STATUS_BAD_INPUT, "%s: primitive %s: %s", path, given->name, wrong);
    }
    copy->size = sizeof *copy;
    struct error inner;
    const enum status status = registry_add_primitive(copy, &inner);
    return status ? fail(error, status, "%s: %.300s", path, inner.text) : STATUS_OK;
}

static enum status add_implementation(const char *path, const struct implementation *given,
                                      struct error *error) {
    if (given->size < IMPLEMENTATION_V1 || !good_name(given->primitive) ||
        !good_name(given->variant))
        return fail(error, STATUS_BAD_INPUT, "%s: an implementation has a bad size or name '%.60s'",
                    path, given->size < IMPLEMENTATION_V1 || !given->variant ? "" : given->variant);
    struct implementation *copy = copy_stamped(given, given->size, sizeof *copy);
    if (!copy) return fail(error, STATUS_NO_MEMORY, "out of memory");
    const char *wrong = implementation_wrong(copy);
    if (wrong) {
        free(copy);
        return fail(error, STATUS_BAD_INPUT, "%s: implementation %s/%s: %s", path, given->primitive,
                    given->variant, wrong);
    }
    copy->size = sizeof *copy;
    struct error inner;
    const enum status status = registry_add_implementation(copy, &inner);
    return status ? fail(error, status, "%s: %.300s", path, inner.text) : STATUS_OK;
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
    if (!list) return fail(error, STATUS_NO_MEMORY, "%s: out of memory", path);
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
    if (!library) return fail(error, STATUS_BAD_INPUT, "cannot load plugin %.400s", dlerror());
    *plugin = dlsym(library, "assay_plugin_v1");
    if (!*plugin) return fail(error, STATUS_BAD_INPUT, "%s: does not export assay_plugin_v1", path);
    if ((*plugin)->abi != ASSAY_PLUGIN_ABI)
        return fail(error, STATUS_BAD_INPUT, "%s: has plugin ABI %u, this program has %d", path,
                    (unsigned)(*plugin)->abi, ASSAY_PLUGIN_ABI);
    if ((*plugin)->size < PLUGIN_V1)
        return fail(error, STATUS_BAD_INPUT,
                    "%s: its assay_plugin_v1 has %u bytes, at least %d "
                    "are needed",
                    path, (unsigned)(*plugin)->size, (int)PLUGIN_V1);
    return STATUS_OK;
}

enum status plugin_load(const char *path, plugin_oracle_fn *add_oracle, struct error *error) {
    const struct assay_plugin *plugin = NULL;
    enum status status = open_plugin(path, &plugin, error);
    if (status) return status;
    if (!good_name(plugin->name))
        return fail(error, STATUS_BAD_INPUT, "%s: bad plugin name '%.60s'", path,
                    plugin->name ? plugin->name : "");
    for (int i = 0; !status && plugin->primitives && plugin->primitives[i]; i++)
        status = add_primitive(path, plugin->primitives[i], error);
    for (int i = 0; !status && add_oracle && plugin->oracles && plugin->oracles[i]; i++) {
        struct error inner;
        status = add_oracle(plugin->oracles[i], &inner);
        if (status) fail(error, status, "%s: %.300s", path, inner.text);
    }
    if (!status) status = add_implementations(path, plugin->implementations, error);
    if (!status) status = add_generated(path, plugin, error);
    return status;
}
