/* assay verify: every selected implementation through every kind of check. */
#include "tests/verifier/verify_run.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/filter.h"
#include "kernels/core/registry.h"
#include "kernels/core/threads.h"
#include "tests/verifier/verify_cases.h"
#include "tests/verifier/verify_shrink.h"

enum { IMPLEMENTATIONS_MAX = 256 };

struct session {
    const struct options *options;
    struct filters filters;
    struct hosts hosts;
    struct results results;
    struct text_output text;
    int threads, primitives; /* primitives: how many take part */
    struct error error;
};

/* Implementations of one primitive, and their rows of one kind. */
struct group {
    const struct primitive *primitive;
    const struct implementation *implementation[IMPLEMENTATIONS_MAX];
    struct row *row[IMPLEMENTATIONS_MAX];
    bool failed[IMPLEMENTATIONS_MAX]; /* in some kind */
    int order[IMPLEMENTATIONS_MAX];   /* in which they run: those with the same gauge together */
    int count;
};

static void gather(const struct session *session, const struct primitive *primitive,
                   struct group *group) {
    *group = (struct group){.primitive = primitive};
    const struct implementation *i;
    for (int at = 0; (i = registry_implementation(at)) && group->count < IMPLEMENTATIONS_MAX; at++)
        if (strcmp(i->primitive, primitive->name) == 0 && filters_want(&session->filters, i, NULL))
            group->implementation[group->count++] = i;
    for (int next = 0; next < group->count; next++) { /* stable insertion */
        int at = next;
        for (; at && subject_order(group->implementation[group->order[at - 1]],
                                   group->implementation[next]) > 0;
             at--)
            group->order[at] = group->order[at - 1];
        group->order[at] = next;
    }
}

static bool wanted(const struct session *session, const struct implementation *implementation,
                   const struct problem *problem) {
    char text[PROBLEM_MAX_TEXT];
    problem_print(problem, text, sizeof text);
    return filters_want(&session->filters, implementation, text);
}

static bool make_row(struct session *session, struct group *group, int i, enum kind kind) {
    if (!group->row[i])
        group->row[i] = results_add(&session->results, group->primitive->name,
                                    group->implementation[i]->variant, kind);
    return group->row[i] != NULL;
}

/* The first failure of each row that says something is worth a smaller problem. */
static void shrink_first(struct session *session, struct group *group, int i) {
    enum { SECONDS = 10 };
    struct failure *first = group->row[i]->failures;
    while (first && first->finding.verdict == VERDICT_MISTRUSTED) first = first->next;
    const bool asked =
        session->options->shrink || session->options->fuzz || session->options->cover;
    if (!asked || session->options->later > 0) return; /* a smaller one is not waited for */
    if (!first || first->smallest || first->not_alone || first->next) return;
    first->smallest = shrink(hosts_for(&session->hosts, group->implementation[i]),
                             group->implementation[i], first, SECONDS, &session->text);
    first->not_alone = !first->smallest && first->kind != KIND_GOLDEN;
}

/* Random problems find a common mistake again and again, and a hang takes its time. Who refuses
 * many problems is drawn more, until as many ran as were asked for. */
static bool fuzzed_enough(const struct session *session, const struct row *row) {
    enum { FAILURES = 3 };
    const struct options *options = session->options;
    if ((!options->fuzz && !options->cover) || !row) return false;
    const int ran = row->cases - row->skipped;
    return (options->fuzz && ran >= options->fuzz) || ran - row->passed >= FAILURES;
}

static enum status run_case(struct session *session, struct group *group,
                            const struct case_source *source, int index) {
    const struct problem_case *item = &source->list.item[index];
    bool any = false, want[IMPLEMENTATIONS_MAX];
    for (int i = 0; i < group->count; i++) {
        const bool over = session->options->fail_fast && group->failed[i];
        any |= want[i] = !over && !fuzzed_enough(session, group->row[i]) &&
                         wanted(session, group->implementation[i], &item->problem);
    }
    if (!any) return STATUS_OK;
    struct subject subject;
    struct golden_case golden;
    enum status status = case_source_subject(source, index, &subject, &golden, &session->error);
    if (status) return status;
    for (int at = 0; at < group->count && !status; at++) {
        const int i = group->order[at];
        if (!want[i]) continue;
        const struct implementation *implementation = group->implementation[i];
        text_progress(&session->text, implementation->primitive, implementation->variant,
                      source->kind, source->of ? source->drawn - 1 : index,
                      source->of ? source->of : source->list.count);
        const struct verdict_of verdict =
            check(hosts_for(&session->hosts, implementation), &subject, implementation,
                  item->threads ? item->threads : session->threads);
        if (!make_row(session, group, i, source->kind) || !row_add(group->row[i], item, &verdict))
            status = fail(&session->error, STATUS_NO_MEMORY, "out of memory");
        else
            text_case(&session->text, group->row[i], item, &verdict);
        if (!status) shrink_first(session, group, i);
        if (!status) group->failed[i] |= group->row[i]->failures != NULL;
    }
    subject_close(&subject);
    golden_release(&golden);
    return status;
}

/* Golden cases are promised and their file is not there. */
static enum status mistrust_all(struct session *session, struct group *group, enum kind kind,
                                const char *reason) {
    struct verdict_of verdict = {.finding.verdict = VERDICT_PASS};
    struct problem_case item = {.seed = 1};
    problem_init(&item.problem, group->primitive);
    finding_set(&verdict.finding, VERDICT_MISTRUSTED, "%s", reason);
    for (int i = 0; i < group->count; i++)
        if (!make_row(session, group, i, kind) || !row_add(group->row[i], &item, &verdict))
            return fail(&session->error, STATUS_NO_MEMORY, "out of memory");
    return STATUS_OK;
}

/* Lines of registry.def that this build left out. */
static enum status report_missing(struct session *session, const struct primitive *primitive,
                                  enum kind kind) {
    const struct missing_implementation *missing;
    for (int i = 0; (missing = registry_missing(i)); i++) {
        if (strcmp(missing->primitive, primitive->name) ||
            !filters_match(&session->filters, missing->primitive, missing->variant, NULL))
            continue;
        struct row *row =
            results_add(&session->results, missing->primitive, missing->variant, kind);
        if (!row) return fail(&session->error, STATUS_NO_MEMORY, "out of memory");
        snprintf(row->reason, sizeof row->reason, "%s", missing->reason);
        results_close_row(&session->results, row);
        text_row(&session->text, row);
    }
    return STATUS_OK;
}

/* A run of random problems most of which cannot fail says little. */
static bool mistrust_vacuous(struct row *row, const struct problem_case *last) {
    enum { TOO_FEW_TO_TELL = 50 };
    const int ran = row->cases - row->skipped;
    if (ran < TOO_FEW_TO_TELL || row->vacuous * 2 <= ran) return true;
    struct verdict_of verdict = {.finding.verdict = VERDICT_PASS};
    finding_set(&verdict.finding, VERDICT_MISTRUSTED,
                "%d of %d random problems could not have failed", row->vacuous, ran);
    if (!row_add(row, last, &verdict)) return false;
    struct failure *own = row->failures;
    while (own->next) own = own->next;
    own->whole_run = true;
    return true;
}

/* After as many problems as were asked for: does somebody who took some still lack others? */
static bool lacking(const struct session *session, const struct group *group) {
    for (int i = 0; i < group->count; i++) {
        const struct row *row = group->row[i];
        if (row && row->cases > row->skipped && !fuzzed_enough(session, row)) return true;
    }
    return false;
}

/* --fuzz: until everybody has had enough, or this primitive's share of the time is over. */
static enum status run_drawn(struct session *session, struct group *group,
                             struct case_source *source) {
    const double seconds = session->options->minutes * 60 / session->primitives;
    const double started = text_clock();
    enum { PATIENCE = 10 }; /* times what was asked for */
    const int most = source->of < INT_MAX / PATIENCE ? PATIENCE * source->of : INT_MAX;
    enum status status = STATUS_OK;
    while (!status && (!(seconds > 0) || text_clock() - started < seconds) &&
           (source->drawn < source->of || (source->drawn < most && lacking(session, group)))) {
        case_source_draw(source, session->options, session->threads);
        status = run_case(session, group, source, 0);
    }
    for (int i = 0; i < group->count && !status; i++)
        if (group->row[i] && !mistrust_vacuous(group->row[i], source->list.item))
            status = fail(&session->error, STATUS_NO_MEMORY, "out of memory");
    return status;
}

static enum status run_kind(struct session *session, struct group *group, enum kind kind) {
    struct case_source source;
    enum status status =
        case_source_open(&source, session->options, group->primitive, kind, &session->error);
    if (status) return status;
    memset(group->row, 0, sizeof group->row);
    if (*source.missing) status = mistrust_all(session, group, kind, source.missing);
    if (source.of && !status) status = run_drawn(session, group, &source);
    for (int i = 0; i < source.list.count && !status && !source.of; i++)
        status = run_case(session, group, &source, i);
    for (int i = 0; i < group->count; i++) {
        if (!group->row[i]) continue;
        results_close_row(&session->results, group->row[i]);
        text_row(&session->text, group->row[i]);
    }
    if (!status && (source.list.count || *source.missing))
        status = report_missing(session, group->primitive, kind);
    case_source_close(&source);
    return status;
}

/* --problem on its own means the kinds that need nothing but a problem. */
static bool kind_wanted(const struct options *options, enum kind kind) {
    if (options->golden) return kind == KIND_GOLDEN;
    if (options->cover && options->kind < 0) return kind_is(kind, KIND_DRAWN | KIND_EXACTLY);
    if (options->fuzz) return kind_is(kind, KIND_DRAWN);
    if (options->kind >= 0) return (int)kind == options->kind;
    if (!options->problem && options->fill < 0) return true;
    return kind_is(kind, KIND_ALONE);
}

static bool primitive_wanted(const struct session *session, const struct primitive *primitive,
                             struct group *group) {
    gather(session, primitive, group);
    if (group->count) return true;
    const struct missing_implementation *missing;
    for (int i = 0; (missing = registry_missing(i)); i++)
        if (strcmp(missing->primitive, primitive->name) == 0 &&
            filters_match(&session->filters, missing->primitive, missing->variant, NULL))
            return true;
    return false;
}

static enum status run_all(struct session *session) {
    struct group group;
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        if (!primitive_wanted(session, primitive, &group)) continue;
        for (int kind = 0; kind < KINDS; kind++) {
            if (!kind_wanted(session->options, (enum kind)kind)) continue;
            if (!kind_asked((enum kind)kind, primitive)) continue;
            const enum status status = run_kind(session, &group, (enum kind)kind);
            if (status) return status;
        }
    }
    return STATUS_OK;
}

/* What must be right before anything runs. */
static enum status check_usage(struct session *session, struct error *error) {
    const struct options *options = session->options;
    if (options->golden && options->kind >= 0 && options->kind != KIND_GOLDEN)
        return fail(error, STATUS_BAD_INPUT, "--golden FILE goes with --kind golden alone");
    if (options->fuzz && (options->golden || options->problem ||
                          (options->kind >= 0 && !kind_is((enum kind)options->kind, KIND_DRAWN))))
        return fail(error, STATUS_BAD_INPUT,
                    "--fuzz draws its own problems: no --problem, --golden or other --kind");
    if (options->cover &&
        (options->golden || options->problem || options->fuzz ||
         (options->kind >= 0 && !kind_is((enum kind)options->kind, KIND_DRAWN | KIND_EXACTLY))))
        return fail(error, STATUS_BAD_INPUT,
                    "--cover makes its own problems: no --problem, --golden or --fuzz, and of the "
                    "kinds random and exact");
    if (options->later > 0 && options->kind != KIND_USE)
        return fail(error, STATUS_BAD_INPUT, "--later goes with --kind use alone");
    int primitives = 0;
    struct group group;
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)); i++)
        primitives += primitive_wanted(session, primitive, &group);
    session->primitives = primitives;
    if (options->problem && primitives > 1)
        return fail(error, STATUS_BAD_INPUT,
                    "--problem needs a FILTER that names one primitive; %d match", primitives);
    return STATUS_OK;
}

static enum status run_session(struct session *session, char *program) {
    const struct options *options = session->options;
    char **arguments = worker_arguments(options, program, NULL, 0);
    if (!arguments) return fail(&session->error, STATUS_NO_MEMORY, "out of memory");
    enum status status = check_usage(session, &session->error);
    if (!status) status = hosts_open(&session->hosts, arguments, options->timeout, &session->error);
    if (!status) {
        session->text = text_open(options);
        status = run_all(session);
        hosts_close(&session->hosts);
    }
    free(arguments);
    return status;
}

char **worker_arguments(const struct options *options, char *program, char *const *more,
                        int more_count) {
    return host_arguments(program, options->plugins, options->plugin_count, more, more_count);
}

/* More threads than processors are slow but no less telling: how work is shared out is wrong or
 * right by the count alone. */
int threads_to_verify(const struct options *options) {
    const int available = threads_available();
    if (options->threads) return options->threads;
    return available < 4 ? 4 : available;
}

int run_verify(const struct options *options, char *program) {
    struct session session = {
        .options = options,
        .filters = filters_of(options->filters, options->filter_count),
        .threads = threads_to_verify(options),
    };
    FILE *json = options->json ? json_open(options, &session.error) : NULL;
    enum status status = options->json && !json ? STATUS_IO : run_session(&session, program);
    if (!status) text_summary(&session.text, &session.results);
    if (!status && json) status = json_write(json, options, &session.results, &session.error);
    int code = (int)results_exit_code(&session.results);
    if (status) {
        fprintf(stderr, "assay-verify: %s\n", session.error.text);
        code = status == STATUS_BAD_INPUT || status == STATUS_IO ? EXIT_BAD_INPUT : EXIT_FAILED;
    } else if (!session.results.first) {
        fprintf(stderr, "assay-verify: nothing matched: no case of that filter, kind and problem "
                        "(assay list shows what there is)\n");
    }
    results_free(&session.results);
    return code;
}
