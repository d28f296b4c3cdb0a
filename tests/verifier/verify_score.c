/* assay verify --mutants and --exploits: does the verifier catch every kernel that is wrong on purpose, and for
 * the reason that the kernel states? The kinds of check go from cheap to dear, the cases of each
 * from small to large, all small ones before the first large one, and every mutant leaves at the
 * first that catches it. A catch counts only where the primitive's right kernel passes the same
 * check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/filter.h"
#include "kernels/core/registry.h"
#include "tests/verifier/verify_cases.h"
#include "tests/verifier/verify_mutants.h"
#include "tests/verifier/verify_run.h"
#include "tests/verifier/verify_score.h"

enum {
    HANG_MILLISECONDS = 500, /* for a mutant that says TIMEOUT */
    PATIENCE_SECONDS = 10,   /* for all others */
};

struct scoring {
    const struct options *options;
    const struct mutants *mutants;
    struct filters filters;
    struct hosts hosts;
    struct text_output text;
    int threads;
    struct error error;
};

static const double large = 1e5; /* operations and bytes of a case */

static const enum kind order[] = {KIND_ORACLE, KIND_SPECIAL, KIND_EXACT,
                                  KIND_MEMORY, KIND_REPEAT,  KIND_GOLDEN};

/* ---- who is looked for ------------------------------------------------------------------------
 */

/* --stride N: every Nth mutant of a primitive, from the seed's remainder on. */
static bool drawn(const struct options *options, uint64_t place) {
    return (place + options->stride - options->seed % options->stride) % options->stride == 0;
}

static bool gather(struct scoring *scoring, const struct primitive *primitive,
                   struct lineup *lineup) {
    *lineup = (struct lineup){.primitive = primitive};
    const struct implementation *i;
    uint64_t place = 0;
    for (int at = 0; (i = registry_implementation(at)); at++) {
        if (strcmp(i->primitive, primitive->name)) continue;
        if (!lineup->right && !i->defect) lineup->right = i;
        if (!i->defect && strcmp(i->variant, "naive") == 0) lineup->right = i;
        if (!i->defect || !filters_match(&scoring->filters, i->primitive, i->variant, NULL))
            continue;
        if (!drawn(scoring->options, place++)) continue;
        struct suspect *grown =
            realloc(lineup->suspect, ((size_t)lineup->count + 1) * sizeof *grown);
        if (!grown) return false;
        lineup->suspect = grown;
        grown[lineup->count++] =
            (struct suspect){.implementation = i, .plugin = mutants_path(scoring->mutants, at)};
    }
    lineup->loose = lineup->count;
    return true;
}

/* ---- one case ---------------------------------------------------------------------------------
 */

static double patience(const struct scoring *scoring, const struct suspect *suspect) {
    const double most = scoring->options->timeout;
    const char *caught = suspect->implementation->caught;
    const double wanted =
        caught && strstr(caught, "TIMEOUT") ? HANG_MILLISECONDS * 1e-3 : PATIENCE_SECONDS;
    return wanted < most ? wanted : most;
}

/* Asked once for each case, and only when something was caught there. */
static bool right_kernel_passes(struct scoring *scoring, struct subject *subject,
                                const struct implementation *right, int *known) {
    if (*known < 0) {
        struct host *host = hosts_for(&scoring->hosts, right);
        host->timeout = scoring->options->timeout;
        *known =
            right && check(host, subject, right, scoring->threads).finding.verdict == VERDICT_PASS;
    }
    return *known;
}

static void catch_it(struct scoring *scoring, struct lineup *lineup, struct suspect *suspect,
                     struct subject *subject, const struct finding *finding, int *right) {
    const struct implementation *i = suspect->implementation;
    suspect->failure = failure_of(subject->kind, &subject->item, finding);
    lineup->loose--;
    if (!right_kernel_passes(scoring, subject, lineup->right, right))
        suspect->fate = FATE_UNPROVEN;
    else if (mutants_caught_as(i->caught, verdict_name(finding->verdict), finding->message))
        suspect->fate = FATE_CAUGHT;
    else
        suspect->fate = FATE_MISNAMED;
}

static enum status try_case(struct scoring *scoring, struct lineup *lineup,
                            const struct case_source *source, int index) {
    struct subject subject;
    struct golden_case golden;
    int right = -1;
    const enum status status =
        case_source_subject(source, index, &subject, &golden, &scoring->error);
    if (status) return status;
    for (int i = 0; i < lineup->count; i++) {
        struct suspect *suspect = &lineup->suspect[i];
        if (suspect->fate != FATE_LOOSE) continue;
        const struct implementation *implementation = suspect->implementation;
        text_progress(&scoring->text, implementation->primitive, implementation->variant,
                      source->kind, index, source->list.count);
        struct host *host = hosts_for(&scoring->hosts, implementation);
        host->timeout = patience(scoring, suspect);
        const struct verdict_of verdict = check(host, &subject, implementation, scoring->threads);
        if (verdict.finding.verdict == VERDICT_PASS)
            suspect->passed++;
        else if (verdict.finding.verdict == VERDICT_SKIP)
            snprintf(suspect->reason, sizeof suspect->reason, "%.255s", verdict.finding.message);
        else
            catch_it(scoring, lineup, suspect, &subject, &verdict.finding, &right);
    }
    subject_close(&subject);
    golden_release(&golden);
    return STATUS_OK;
}

/* ---- all cases, small ones first --------------------------------------------------------------
 */

struct place {
    double cost;
    int index;
};

static int by_cost(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
    return x->index - y->index;
}

/* The cases of one kind that are large, or those that are not. */
static enum status try_kind(struct scoring *scoring, struct lineup *lineup, enum kind kind,
                            bool dear) {
    struct case_source source;
    enum status status =
        case_source_open(&source, scoring->options, lineup->primitive, kind, &scoring->error);
    if (status) return status;
    struct place *place = calloc((size_t)source.list.count + 1, sizeof *place);
    if (!place) status = fail(&scoring->error, STATUS_NO_MEMORY, "out of memory");
    int count = 0;
    for (int i = 0; i < source.list.count && place; i++) {
        const struct problem *problem = &source.list.item[i].problem;
        const double cost = problem_flops(problem) + problem_bytes(problem);
        if ((cost > large) == dear) place[count++] = (struct place){cost, i};
    }
    if (place) qsort(place, (size_t)count, sizeof *place, by_cost);
    for (int i = 0; i < count && !status && lineup->loose; i++)
        status = try_case(scoring, lineup, &source, place[i].index);
    free(place);
    case_source_close(&source);
    return status;
}

static bool kind_wanted(const struct scoring *scoring, enum kind kind) {
    return scoring->options->kind < 0 || scoring->options->kind == (int)kind;
}

/* Those of `order`, then the others. */
static enum status try_kinds(struct scoring *scoring, struct lineup *lineup, bool dear) {
    bool tried[KINDS] = {false};
    enum status status = STATUS_OK;
    const int first = sizeof order / sizeof *order;
    for (int i = 0; i < first + KINDS && !status && lineup->loose; i++) {
        const enum kind kind = i < first ? order[i] : (enum kind)(i - first);
        if (!tried[kind] && kind_wanted(scoring, kind))
            status = try_kind(scoring, lineup, kind, dear);
        tried[kind] = true;
    }
    return status;
}

/* Those that no case file's problem shows: the problems of --cover, as `assay judge` asks them. */
static enum status try_cover(struct scoring *scoring, struct lineup *lineup) {
    static const enum kind drawn_kinds[] = {KIND_RANDOM, KIND_EXACT};
    const struct options *given = scoring->options;
    struct options covering = *given;
    covering.cover = true;
    covering.stride = 1;
    if (!covering.seed_given) covering.seed = 1;
    scoring->options = &covering;
    enum status status = STATUS_OK;
    for (int i = 0; i < 4 && !status && lineup->loose; i++) /* small ones, then large ones */
        if (kind_wanted(scoring, drawn_kinds[i % 2]))
            status = try_kind(scoring, lineup, drawn_kinds[i % 2], i >= 2);
    scoring->options = given;
    return status;
}

static enum status try_all(struct scoring *scoring, struct lineup *lineup) {
    enum status status = try_kinds(scoring, lineup, false);
    if (!status) status = try_kinds(scoring, lineup, true);
    if (!status && lineup->loose) status = try_cover(scoring, lineup);
    for (int i = 0; i < lineup->count; i++) {
        struct suspect *suspect = &lineup->suspect[i];
        if (suspect->fate == FATE_LOOSE && !suspect->passed && *suspect->reason)
            suspect->fate = FATE_ABSENT;
    }
    return status;
}

static enum status score(struct scoring *scoring, struct score *total) {
    const struct primitive *primitive;
    enum status status = STATUS_OK;
    for (int i = 0; (primitive = registry_primitive(i)) && !status; i++) {
        struct lineup lineup;
        if (!gather(scoring, primitive, &lineup))
            status = fail(&scoring->error, STATUS_NO_MEMORY, "out of memory");
        if (!status && lineup.count) status = try_all(scoring, &lineup);
        if (!status && lineup.count) score_report(total, &scoring->text, &lineup);
        free(lineup.suspect);
    }
    return status;
}

int run_mutants(const struct options *options, const struct mutants *mutants, char *program) {
    struct scoring scoring = {.options = options,
                              .mutants = mutants,
                              .filters = filters_of(options->filters, options->filter_count),
                              .threads = threads_to_verify(options)};
    struct score total = {.options = options};
    char **arguments = worker_arguments(options, program, mutants->path, mutants->count);
    FILE *json = options->json ? json_open(options, &scoring.error) : NULL;
    enum status status = options->json && !json ? STATUS_IO : STATUS_OK;
    if (!arguments) status = fail(&scoring.error, STATUS_NO_MEMORY, "out of memory");
    if (!status) status = hosts_open(&scoring.hosts, arguments, options->timeout, &scoring.error);
    if (!status) {
        scoring.hosts.strangers.all_strangers = options->exploits;
        scoring.text = text_open(options);
        status = score(&scoring, &total);
        hosts_close(&scoring.hosts);
    }
    if (!status) status = score_finish(&total, &scoring.text, json, &scoring.error);
    free(arguments);
    if (!status) return score_exit_code(&total);
    fprintf(stderr, "assay-verify: %s\n", scoring.error.text);
    return status == STATUS_BAD_INPUT || status == STATUS_IO ? EXIT_BAD_INPUT : EXIT_FAILED;
}
