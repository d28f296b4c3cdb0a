/* assay list: what there is. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "kernels/core/filter.h"
#include "kernels/core/law.h"
#include "kernels/core/registry.h"
#include "tests/verifier/verify_run.h"

static const char *const roles[] = {"in", "out", "in-out"};
static const char *const kind_rules[] = {"integer", "real", "flag", "choice"};

/* Why it cannot run here, or NULL. */
typedef void visit(void *into, const char *primitive, const char *variant,
                   const struct implementation *implementation, const char *unavailable);

/* Selected implementations of a primitive, built or missing. Returns how many. */
static int each(const struct filters *filters, const struct primitive *primitive, visit *function,
                void *into) {
    int count = 0;
    const struct implementation *built;
    for (int i = 0; (built = registry_implementation(i)); i++) {
        if (strcmp(built->primitive, primitive->name) || !filters_want(filters, built, NULL))
            continue;
        if (function)
            function(into, built->primitive, built->variant, built,
                     implementation_unavailable(built));
        count++;
    }
    const struct missing_implementation *missing;
    for (int i = 0; (missing = registry_missing(i)); i++) {
        if (strcmp(missing->primitive, primitive->name) ||
            !filters_match(filters, missing->primitive, missing->variant, NULL))
            continue;
        if (function) function(into, missing->primitive, missing->variant, NULL, missing->reason);
        count++;
    }
    return count;
}

static void initial_text(const struct primitive *primitive, int field, char *buffer, size_t bytes) {
    struct problem initial;
    problem_init(&initial, primitive);
    problem_print_field(&initial, field, buffer, bytes);
}

/* ---- text -------------------------------------------------------------------------------------
 */

static void show(void *into, const char *primitive, const char *variant,
                 const struct implementation *implementation, const char *unavailable) {
    char id[128];
    (void)into;
    snprintf(id, sizeof id, "%s/%s", primitive, variant);
    if (!implementation) {
        printf("    %-28s not here: %s\n", id, unavailable);
        return;
    }
    printf("    %-28s %-6s %-8s %-5s %s%s%s\n", id, isa_name(implementation->isa),
           implementation->uses_threads ? "threads" : "", implementation->peer ? "peer" : "",
           implementation->technique, unavailable ? "; not here: " : "",
           unavailable ? unavailable : "");
}

/* "    weight       in     float32 [cols]; absent with affine=0" */
static void show_operand(const struct operand *operand) {
    printf("    %-12s %-6s %-7s %s", operand->name, roles[operand->role],
           dtype_name(operand->dtype), operand->shape ? operand->shape : "");
    if (operand->domain != DOMAIN_REAL) printf("; %s", domain_name(operand->domain));
    if (operand->below) printf(" below %s", operand->below);
    if (operand->along) printf(" along %s", operand->along);
    if (operand->absent) printf("; absent with %s", operand->absent);
    putchar('\n');
}

static void show_primitive(const struct filters *filters, const struct primitive *primitive) {
    printf("%s: %s\n    %s\n  fields\n", primitive->name, primitive->summary, primitive->formula);
    for (int i = 0; i < primitive->field_count; i++) {
        char initial[64], range[256];
        initial_text(primitive, i, initial, sizeof initial);
        field_print_range(&primitive->fields[i], range, sizeof range);
        printf("    %-12s = %-8s %-24s %s\n", primitive->fields[i].name, initial, range,
               primitive->fields[i].help);
    }
    printf("  operands\n");
    for (int i = 0; i < primitive->operand_count; i++) {
        show_operand(&primitive->operands[i]);
    }
    if (primitive->gradient_of) printf("  gradient of %s\n", primitive->gradient_of);
    if (primitive->property_count) printf("  laws\n");
    for (int i = 0; i < primitive->property_count; i++)
        printf("    %-28s %s\n", primitive->properties[i].name, primitive->properties[i].statement);
    printf("  implementations\n");
    each(filters, primitive, show, NULL);
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static json_t *value_json(const struct field *field, union field_value value) {
    return field->kind == FIELD_REAL ? json_real(value.r) : json_integer(value.i);
}

static json_t *field_json(const struct primitive *primitive, int index) {
    const struct field *field = &primitive->fields[index];
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s?}", "name", field->name, "kind", kind_rules[field->kind],
                  "help", field->help, "before", field->before);
    if (field->kind != FIELD_CHOICE) {
        json_object_set_new(object, "default", value_json(field, field->initial));
        json_object_set_new(object, "lowest", value_json(field, field->lowest));
        json_object_set_new(object, "highest", value_json(field, field->highest));
        return object;
    }
    char initial[64];
    initial_text(primitive, index, initial, sizeof initial);
    json_object_set_new(object, "default", json_string(initial));
    json_t *choices = json_array();
    for (const char *at = field->choices; *at; at += *at == '|') {
        const size_t length = strcspn(at, "|");
        json_array_append_new(choices, json_stringn(at, length));
        at += length;
    }
    json_object_set_new(object, "choices", choices);
    return object;
}

static void add_json(void *into, const char *primitive, const char *variant,
                     const struct implementation *implementation, const char *unavailable) {
    json_t *object = json_object();
    char id[128];
    snprintf(id, sizeof id, "%s/%s", primitive, variant);
    json_object_set_new(object, "id", json_string(id));
    json_object_set_new(object, "variant", json_string(variant));
    json_object_set_new(object, "available", json_boolean(!unavailable));
    json_object_set_new(object, "built", json_boolean(implementation));
    if (unavailable) json_object_set_new(object, "reason", json_string(unavailable));
    if (implementation) {
        json_object_set_new(object, "technique", json_string(implementation->technique));
        json_object_set_new(object, "isa", json_string(isa_name(implementation->isa)));
        json_object_set_new(object, "threads", json_boolean(implementation->uses_threads));
        json_object_set_new(object, "peer", json_boolean(implementation->peer));
    }
    json_array_append_new(into, object);
}

static json_t *primitive_json(const struct filters *filters, const struct primitive *primitive) {
    json_t *fields = json_array(), *operands = json_array(), *implementations = json_array();
    json_t *properties = json_array();
    for (int i = 0; i < primitive->field_count; i++)
        json_array_append_new(fields, field_json(primitive, i));
    for (int i = 0; i < primitive->operand_count; i++) {
        const struct operand *operand = &primitive->operands[i];
        json_array_append_new(
            operands,
            json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?}", "name", operand->name, "role",
                      roles[operand->role], "dtype", dtype_name(operand->dtype), "domain",
                      domain_name(operand->domain), "below", operand->below, "along",
                      operand->along, "shape", operand->shape, "absent", operand->absent));
    }
    for (int i = 0; i < primitive->property_count; i++)
        json_array_append_new(properties,
                              json_pack("{s:s, s:s}", "name", primitive->properties[i].name,
                                        "statement", primitive->properties[i].statement));
    each(filters, primitive, add_json, implementations);
    return json_pack("{s:s, s:s?, s:s, s:s, s:b, s:b, s:o, s:s?, s:o, s:o, s:o}", "name",
                     primitive->name, "family", primitive->family, "summary", primitive->summary,
                     "formula", primitive->formula, "exact", (int)primitive->exact, "univariate",
                     (int)primitive->univariate, "properties", properties, "gradient_of",
                     primitive->gradient_of, "fields", fields, "operands", operands,
                     "implementations", implementations);
}

int run_list(const struct options *options) {
    const struct filters filters = filters_of(options->filters, options->filter_count);
    const struct primitive *primitive;
    json_t *primitives = json_array();
    int shown = 0;
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        /* a primitive without any implementation is still worth listing when all is */
        if (!each(&filters, primitive, NULL, NULL) && filters.count) continue;
        if (options->json_list)
            json_array_append_new(primitives, primitive_json(&filters, primitive));
        else {
            if (shown) putchar('\n');
            show_primitive(&filters, primitive);
        }
        shown++;
    }
    json_t *root = json_pack("{s:s, s:i, s:s, s:o}", "schema", "assay-list", "version", 1, "isa",
                             isa_best_name(), "primitives", primitives);
    if (options->json_list) {
        json_dumpf(root, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(root);
    if (!shown) fprintf(stderr, "assay-verify: nothing matched\n");
    return shown ? EXIT_PASSED : EXIT_NOTHING_RAN;
}
