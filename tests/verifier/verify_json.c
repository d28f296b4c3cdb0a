/* Results for programs. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/core/output.h"
#include "tests/verifier/verify_shrink.h"

/* JSON has no NaN and no infinities: they become strings. */
static json_t *number(double value) {
    if (isfinite(value)) return json_real(value);
    return json_string(isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

static void set_numbers(json_t *object, const char *name, const double *value, int64_t count) {
    if (!value) return;
    json_t *array = json_array();
    for (int64_t i = 0; i < count; i++)
        json_array_append_new(array, isfinite(value[i]) ? json_real(value[i])
                                     : isnan(value[i])  ? json_string("nan")
                                     : value[i] > 0     ? json_string("inf")
                                                        : json_string("-inf"));
    json_object_set_new(object, name, array);
}

static json_t *shown_json(const struct shown_operand *shown) {
    static const char *const roles[] = {
        [ROLE_IN] = "in", [ROLE_OUT] = "out", [ROLE_INOUT] = "inout"};
    json_t *object =
        json_pack("{s:s, s:s, s:s}", "name", shown->operand->name, "role",
                  roles[shown->operand->role], "dtype", dtype_name(shown->operand->dtype));
    json_t *shape = json_array();
    for (int i = 0; i < shown->shape.rank; i++)
        json_array_append_new(shape, json_integer((json_int_t)shown->shape.dim[i]));
    json_object_set_new(object, "shape", shape);
    const int64_t elements = shape_elements(&shown->shape);
    set_numbers(object, "values", shown->values, elements);
    set_numbers(object, "expected", shown->expected, elements);
    set_numbers(object, "got", shown->got, elements);
    set_numbers(object, "bound", shown->bound, elements);
    return object;
}

static json_t *smallest_json(const struct options *options, const struct row *row,
                             const struct smallest *smallest) {
    const struct failure *failure = &smallest->failure;
    char repro[2 * PROBLEM_MAX_TEXT];
    repro_print(options, row, failure, repro, sizeof repro);
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:I, s:i, s:s, s:s, s:s, s:i, s:b}", "kind",
                  kind_rules[failure->kind].name, "problem", failure->problem, "fill",
                  fill_name(failure->fill), "seed", (json_int_t)failure->seed, "threads",
                  failure->finding.threads, "verdict", verdict_name(failure->finding.verdict),
                  "message", failure->finding.message, "repro", repro, "tried", smallest->tried,
                  "timed_out", smallest->timed_out);
    json_t *operands = json_array();
    for (int i = 0; i < OPERANDS_MAX; i++)
        if (smallest->shown[i].operand)
            json_array_append_new(operands, shown_json(&smallest->shown[i]));
    json_object_set_new(object, "operands", operands);
    return object;
}

static json_t *failure_json(const struct options *options, const struct row *row,
                            const struct failure *failure) {
    const struct finding *finding = &failure->finding;
    char repro[2 * PROBLEM_MAX_TEXT];
    repro_print(options, row, failure, repro, sizeof repro);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:I, s:i, s:s, s:s}", "verdict", verdict_name(finding->verdict), "problem",
        failure->problem, "fill", fill_name(failure->fill), "seed", (json_int_t)failure->seed,
        "threads", finding->threads, "message", finding->message, "repro", repro);
    if (object && *failure->name) json_object_set_new(object, "case", json_string(failure->name));
    if (object && failure->not_alone) json_object_set_new(object, "passes_alone", json_true());
    if (object && failure->smallest)
        json_object_set_new(object, "smallest", smallest_json(options, row, failure->smallest));
    if (object && finding->operand) {
        json_object_set_new(object, "operand", json_string(finding->operand));
        json_object_set_new(object, "index", json_string(finding->index));
    }
    if (object && finding->law) json_object_set_new(object, "law", json_string(finding->law));
    if (object && finding->compared) {
        json_object_set_new(object, "expected", number(finding->expected));
        json_object_set_new(object, "got", number(finding->got));
        json_object_set_new(object, "bound", number(finding->bound));
        json_object_set_new(object, "ulp", number(finding->ulp));
        json_object_set_new(object, "wrong", json_integer(finding->wrong));
        json_object_set_new(object, "judged", json_integer(finding->judged));
    }
    return object;
}

static json_t *skips_json(const struct row *row) {
    json_t *array = json_array();
    for (int i = 0; i < row->reasons; i++)
        json_array_append_new(array,
                              json_pack("{s:s, s:i, s:b}", "reason", row->skips[i].reason, "cases",
                                        row->skips[i].cases, "refused", row->skips[i].refused));
    return array;
}

static json_t *row_json(const struct options *options, const struct row *row) {
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "primitive", row->primitive,
                               "variant", row->variant, "kind", kind_rules[row->kind].name,
                               "verdict", verdict_name(row->verdict), "cases", row->cases, "passed",
                               row->passed, "skipped", row->skipped);
    if (!object) return NULL;
    if (*row->reason) json_object_set_new(object, "reason", json_string(row->reason));
    json_object_set_new(object, "skips", skips_json(row));
    if (kind_is(row->kind, KIND_DRAWN))
        json_object_set_new(object, "vacuous", json_integer(row->vacuous));
    if (row->judged) {
        json_object_set_new(object, "worst_ratio", number(row->worst_ratio));
        if (!isnan(row->worst_ulp))
            json_object_set_new(object, "worst_ulp", number(row->worst_ulp));
    }
    if (kind_is(row->kind, KIND_SMOOTH)) {
        json_object_set_new(object, "directions", json_integer(row->directions));
        json_object_set_new(object, "kinks", json_integer(row->kinks));
    }
    json_t *failures = json_array();
    for (const struct failure *f = row->failures; f; f = f->next)
        json_array_append_new(failures, failure_json(options, row, f));
    json_object_set_new(object, "failures", failures);
    return object;
}

FILE *json_open(const struct options *options, struct error *error) {
    FILE *file;
    struct error inner;
    if (!output_open(&file, options->json, &inner)) return file;
    fail(error, STATUS_IO, "--json %.450s", inner.text);
    return NULL;
}

enum status json_close(FILE *file, json_t *root, struct error *error) {
    struct error inner;
    const bool good = root && !json_dumpf(root, file, JSON_INDENT(2)) && putc('\n', file) != EOF;
    const bool complete = root != NULL;
    json_decref(root);
    const enum status status = output_close(file, good, &inner);
    if (status) return fail(error, status, "--json %.450s", inner.text);
    return complete ? STATUS_OK : fail(error, STATUS_NO_MEMORY, "out of memory");
}

enum status json_write(FILE *file, const struct options *options, const struct results *results,
                       struct error *error) {
    json_t *rows = json_array();
    for (const struct row *row = results->first; row; row = row->next)
        json_array_append_new(rows, row_json(options, row));
    json_t *root = json_pack("{s:s, s:i, s:s, s:s, s:i, s:o}", "schema", "assay-verify", "version",
                             1, "assay_version", ASSAY_VERSION, "isa", isa_best_name(), "exit_code",
                             (int)results_exit_code(results), "results", rows);
    if (root && (options->seed_given || options->fuzz || options->cover))
        json_object_set_new(root, "seed", json_integer((json_int_t)options->seed));
    return json_close(file, root, error);
}
