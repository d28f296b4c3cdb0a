#include "tests/verifier/verify_results.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/registry.h"
#include "tests/verifier/verify_shrink.h"

struct row *results_add(struct results *results, const char *primitive, const char *variant,
                        enum kind kind) {
    struct row *row = calloc(1, sizeof *row);
    if (!row) return NULL;
    row->primitive = primitive;
    row->variant = variant;
    row->kind = kind;
    row->verdict = VERDICT_SKIP;
    if (results->last)
        results->last->next = row;
    else
        results->first = row;
    results->last = row;
    return row;
}

struct failure failure_of(enum kind kind, const struct problem_case *item,
                          const struct finding *finding) {
    struct failure failure = {
        .kind = kind, .finding = *finding, .fill = item->fill, .seed = item->seed};
    problem_print(&item->problem, failure.problem, sizeof failure.problem);
    memcpy(failure.name, item->name, sizeof failure.name);
    return failure;
}

static bool keep_failure(struct row *row, const struct problem_case *item,
                         const struct finding *finding) {
    struct failure *failure = calloc(1, sizeof *failure), **end = &row->failures;
    if (!failure) return false;
    *failure = failure_of(row->kind, item, finding);
    while (*end) end = &(*end)->next;
    *end = failure;
    return true;
}

static void count_skip(struct row *row, const struct finding *finding) {
    if (!row->skipped++) snprintf(row->reason, sizeof row->reason, "%.255s", finding->message);
    int at = 0;
    while (at < row->reasons &&
           strncmp(row->skips[at].reason, finding->message, sizeof row->skips[at].reason - 1))
        at++;
    if (at == SKIPS_MAX) at--;
    struct skips *skips = &row->skips[at];
    if (at == row->reasons) {
        row->reasons++;
        snprintf(skips->reason, sizeof skips->reason, "%.255s", finding->message);
        skips->refused = !finding->not_asked;
    }
    skips->cases++;
}

bool row_add(struct row *row, const struct problem_case *item, const struct verdict_of *result) {
    const enum verdict verdict = result->finding.verdict;
    row->cases++;
    if (verdict == VERDICT_SKIP) {
        count_skip(row, &result->finding);
        return true;
    }
    row->directions += result->directions;
    row->kinks += result->kinks;
    if (result->judged > 0) {
        if (!row->judged || !(result->worst_ratio <= row->worst_ratio)) {
            row->worst_ratio = result->worst_ratio;
            row->worst_ulp = result->worst_ulp;
        }
        row->judged = true;
    }
    if (verdict == VERDICT_PASS) {
        row->passed++;
        row->vacuous += result->vacuous;
        if (row->verdict == VERDICT_SKIP) row->verdict = VERDICT_PASS;
        return true;
    }
    /* the enumeration is in order of gravity */
    if (row->verdict == VERDICT_SKIP || verdict > row->verdict) row->verdict = verdict;
    return keep_failure(row, item, &result->finding);
}

void results_close_row(struct results *results, struct row *row) {
    results->verdicts[row->verdict]++;
}

void results_free(struct results *results) {
    for (struct row *row = results->first, *next; row; row = next) {
        next = row->next;
        for (struct failure *f = row->failures, *after; f; f = after) {
            after = f->next;
            smallest_free(f->smallest);
            free(f);
        }
        free(row);
    }
    *results = (struct results){0};
}

enum exit_code results_exit_code(const struct results *results) {
    for (int verdict = 0; verdict < VERDICTS; verdict++)
        if (verdict != VERDICT_PASS && verdict != VERDICT_SKIP && results->verdicts[verdict])
            return EXIT_FAILED;
    return results->verdicts[VERDICT_PASS] ? EXIT_PASSED : EXIT_NOTHING_RAN;
}

struct line {
    char *at;
    size_t room;
};

static void put(struct line *line, const char *flag, const char *value) {
    const int used = snprintf(line->at, line->room, "%s%s", flag, value);
    const size_t step = used < 0 ? 0 : (size_t)used < line->room ? (size_t)used : line->room - 1;
    line->at += step;
    line->room -= step;
}

/* In single quotes, with ' as '\''. */
static void put_quoted(struct line *line, const char *flag, const char *value) {
    put(line, flag, "'");
    for (; *value; value++) {
        const char one[2] = {*value, 0};
        put(line, "", *value == '\'' ? "'\\''" : one);
    }
    put(line, "", "'");
}

static void put_run_options(struct line *line, const struct options *options) {
    if (options->isa) put(line, " --isa ", options->isa);
    for (int i = 0; i < options->plugin_count; i++)
        put_quoted(line, " --plugin ", options->plugins[i]);
}

void repro_print(const struct options *options, const struct row *row,
                 const struct failure *failure, char *buffer, size_t bytes) {
    struct line line = {buffer, bytes};
    char number[32];
    put(&line, "assay verify ", row->primitive);
    put(&line, "/", row->variant);
    if (options->fuzz && (failure->not_alone || failure->whole_run)) { /* all that came before */
        snprintf(number, sizeof number, "%d --seed %llu", options->fuzz,
                 (unsigned long long)options->seed);
        put(&line, " --fuzz ", number);
        put_run_options(&line, options);
        return;
    }
    if (options->cover && failure->not_alone) {
        put(&line, " --cover", "");
        put_run_options(&line, options);
        return;
    }
    put(&line, " --kind ", kind_rules[failure->kind].name);
    if (failure->not_alone && !options->problem) { /* with the cases before it */
        put_run_options(&line, options);
        return;
    }
    if (options->later > 0) {
        snprintf(number, sizeof number, "%g", options->later);
        put(&line, " --later ", number);
    }
    put_quoted(&line, " --problem ", failure->problem);
    if (failure->kind == KIND_GOLDEN) {
        if (options->golden) put_quoted(&line, " --golden ", options->golden);
    } else {
        put(&line, " --fill ", fill_name(failure->fill));
        snprintf(number, sizeof number, "%llu", (unsigned long long)failure->seed);
        put(&line, " --seed ", number);
    }
    const struct implementation *implementation =
        registry_find_implementation(row->primitive, row->variant);
    if (failure->finding.threads > 0 && implementation && implementation->uses_threads) {
        snprintf(number, sizeof number, "%d", failure->finding.threads);
        put(&line, " --threads ", number);
    }
    put_run_options(&line, options);
}
