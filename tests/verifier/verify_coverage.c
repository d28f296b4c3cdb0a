/* assay verify --coverage: what of each primitive's fields is covered, and by how many problems. */
#include <stdio.h>
#include <string.h>

#include "kernels/core/filter.h"
#include "kernels/core/registry.h"
#include "tests/verifier/verify_cover.h"
#include "tests/verifier/verify_results.h"
#include "tests/verifier/verify_run.h"

static const char *const part_words[COVER_PARTS] = {
    [COVER_PAIRS] = "every two fields in every two classes of value, with every flag",
    [COVER_EDGES] = "every extent at powers of two from 8 to 4096, one less, one more",
    [COVER_FAR] = "every extent at 2^16 + 1, 2^20 + 1 and 2^21 - 1",
    [COVER_EQUAL] = "every two extents equal",
    [COVER_ENDS] = "every field at both ends of its range",
    [COVER_ALONE] = "every extent as large as is affordable, and all together",
    [COVER_BENCH] = "every problem of [bench]",
};

static json_t *parts_json(const struct cover *cover) {
    json_t *parts = json_object();
    for (int part = 0; part < COVER_PARTS; part++) {
        int problems = 0;
        for (int i = 0; i < cover->list.count; i++) problems += (int)cover->part[i] == part;
        json_object_set_new(parts, cover_part_names[part],
                            json_pack("{s:i, s:i, s:i}", "asked", cover->asked[part], "found",
                                      cover->asked[part] - cover->missed[part], "problems",
                                      problems));
    }
    return parts;
}

static json_t *fills_json(const struct cover *cover) {
    int count[FILL_STYLES] = {0};
    json_t *fills = json_object();
    for (int i = 0; i < cover->list.count; i++) count[cover->list.item[i].fill]++;
    for (int i = 0; i < FILL_STYLES; i++)
        if (count[i]) json_object_set_new(fills, fill_name((enum fill)i), json_integer(count[i]));
    return fills;
}

/* Cases of the case files, by section. */
static enum status listed_json(const struct primitive *primitive, json_t *listed,
                               struct error *error) {
    for (int i = 0; case_sections[i]; i++) {
        struct case_list list = {NULL, 0};
        const enum status status = cases_exist(primitive)
                                       ? cases_of(&list, primitive, case_sections[i], error)
                                       : STATUS_OK;
        if (status) return status;
        if (list.count) json_object_set_new(listed, case_sections[i], json_integer(list.count));
        cases_free(&list);
    }
    return STATUS_OK;
}

static enum status coverage_of(const struct options *options, const struct primitive *primitive,
                               json_t **found, struct error *error) {
    struct cover cover, exact;
    const int threads = threads_to_verify(options);
    enum status status = cover_make(&cover, primitive, options->seed, threads, error);
    if (status) return status;
    status = cover_make_exact(&exact, primitive, options->seed, threads, error);
    json_t *listed = json_object();
    if (!status) status = listed_json(primitive, listed, error);
    *found = json_pack("{s:s, s:i, s:i, s:o, s:o, s:o}", "primitive", primitive->name, "problems",
                       cover.list.count, "exact_problems", status ? 0 : exact.list.count, "parts",
                       parts_json(&cover), "fills", fills_json(&cover), "cases", listed);
    cover_free(&cover);
    cover_free(&exact);
    return status;
}

static int number(const json_t *object, const char *key) {
    return (int)json_integer_value(json_object_get(object, key));
}

static void print_counts(const char *title, json_t *counts) {
    const char *name;
    json_t *count;
    int column = printf("  %-6s", title);
    json_object_foreach(counts, name, count) {
        if (column > 100) column = printf("\n        ") - 1;
        column += printf(" %s %lld", name, (long long)json_integer_value(count));
    }
    putchar('\n');
}

static void print(const json_t *found) {
    printf("%s: %d problems, and %d with sums that float32 holds exactly\n",
           json_string_value(json_object_get(found, "primitive")), number(found, "problems"),
           number(found, "exact_problems"));
    for (int i = 0; i < COVER_PARTS; i++) {
        const json_t *part = json_object_get(json_object_get(found, "parts"), cover_part_names[i]);
        const int asked = number(part, "asked");
        printf("  %-6s %5d of %5d in %3d problems  %s\n", cover_part_names[i],
               number(part, "found"), asked, number(part, "problems"), part_words[i]);
    }
    print_counts("fills", json_object_get(found, "fills"));
    print_counts("cases", json_object_get(found, "cases"));
}

int run_coverage(const struct options *options) {
    const struct filters filters = filters_of(options->filters, options->filter_count);
    struct error error;
    FILE *file = options->json ? json_open(options, &error) : NULL;
    enum status status = options->json && !file ? STATUS_IO : STATUS_OK;
    const bool text = !options->json || strcmp(options->json, "-") != 0;
    json_t *every = json_array();
    const struct primitive *primitive;
    for (int i = 0; !status && (primitive = registry_primitive(i)); i++) {
        json_t *found = NULL;
        if (!filters_match(&filters, primitive->name, NULL, NULL)) continue;
        status = coverage_of(options, primitive, &found, &error);
        if (status) break;
        if (text) print(found);
        json_array_append_new(every, found);
    }
    const bool none = !json_array_size(every);
    if (text && !status && !none)
        printf("What was not found the primitive refuses, or it costs too much. Seed %llu.\n",
               (unsigned long long)options->seed);
    json_t *root = json_pack("{s:s, s:I, s:o}", "schema", "assay-coverage", "seed",
                             (json_int_t)options->seed, "primitives", every);
    if (!status && file)
        status = json_close(file, root, &error);
    else
        json_decref(root);
    if (status) {
        fprintf(stderr, "assay-verify: %s\n", error.text);
        return EXIT_BAD_INPUT;
    }
    return none ? EXIT_NOTHING_RAN : EXIT_PASSED;
}
