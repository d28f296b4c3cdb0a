/* Results for programs. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/verifier/verify_results.h"

/* JSON has no NaN and no infinities: they become strings. */
static json_t *number(double value) {
    if (isfinite(value)) return json_real(value);
    return json_string(isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
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
    if (object && finding->operand) {
        json_object_set_new(object, "operand", json_string(finding->operand));
        json_object_set_new(object, "index", json_string(finding->index));
    }
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

static json_t *row_json(const struct options *options, const struct row *row) {
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "primitive", row->primitive,
                               "variant", row->variant, "kind", case_kinds[row->kind], "verdict",
                               verdict_name(row->verdict), "cases", row->cases, "passed",
                               row->passed, "skipped", row->skipped);
    if (!object) return NULL;
    if (*row->reason) json_object_set_new(object, "reason", json_string(row->reason));
    if (row->judged) {
        json_object_set_new(object, "worst_ratio", number(row->worst_ratio));
        json_object_set_new(object, "worst_ulp", number(row->worst_ulp));
    }
    json_t *failures = json_array();
    for (const struct failure *f = row->failures; f; f = f->next)
        json_array_append_new(failures, failure_json(options, row, f));
    json_object_set_new(object, "failures", failures);
    return object;
}

FILE *json_open(const struct options *options, struct error *error) {
    FILE *file = strcmp(options->json, "-") == 0 ? stdout : fopen(options->json, "w");
    if (!file) fail(error, STATUS_IO, "--json %.300s: %s", options->json, strerror(errno));
    return file;
}

enum status json_write(FILE *file, const struct options *options, const struct results *results,
                       struct error *error) {
    json_t *rows = json_array();
    for (const struct row *row = results->first; row; row = row->next)
        json_array_append_new(rows, row_json(options, row));
    json_t *root = json_pack("{s:s, s:i, s:s, s:s, s:i, s:o}", "schema", "assay-verify", "version",
                             1, "assay_version", ASSAY_VERSION, "isa", isa_name(isa_best()),
                             "exit_code", (int)results_exit_code(results), "results", rows);
    if (root && options->seed_given)
        json_object_set_new(root, "seed", json_integer((json_int_t)options->seed));
    bool good = root && !json_dumpf(root, file, JSON_INDENT(2)) && putc('\n', file) != EOF;
    json_decref(root);
    good = (file == stdout ? fflush(file) : fclose(file)) == 0 && good;
    if (good) return STATUS_OK;
    return fail(error, STATUS_IO, "--json %.300s: %s", options->json, strerror(errno));
}
