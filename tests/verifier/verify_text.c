/* Results for people. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/verifier/verify_shrink.h"

double text_clock(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

struct text_output text_open(const struct options *options) {
    const char *plain = getenv("NO_COLOR");
    return (struct text_output){
        .options = options,
        .enabled = !options->json || options->json[0] != '-' || options->json[1],
        .colour = isatty(STDOUT_FILENO) && !(plain && *plain),
        .progress = isatty(STDERR_FILENO) && options->verbosity != VERBOSE,
        .started = text_clock(),
    };
}

void text_clear_progress(struct text_output *text) {
    if (text->progress_shown) fputs("\r\033[K", stderr);
    text->progress_shown = false;
}

double text_seconds(const struct text_output *text) { return text_clock() - text->started; }

void text_progress(struct text_output *text, const char *primitive, const char *variant,
                   enum kind kind, int done, int count) {
    if (!text->progress || text_seconds(text) < 2) return;
    fprintf(stderr, "\r\033[K%s/%s %s, case %d of %d", primitive, variant, kind_rules[kind].name,
            done + 1, count);
    fflush(stderr);
    text->progress_shown = true;
}

void text_shrinking(struct text_output *text, const struct implementation *implementation,
                    int tried) {
    if (!text->progress || text_clock() - text->started < 2 || tried % 16) return;
    fprintf(stderr, "\r\033[K%s/%s fails; looking for a smaller problem, %d tried",
            implementation->primitive, implementation->variant, tried);
    fflush(stderr);
    text->progress_shown = true;
}

/* "SKIPPED" in full: CTest looks for it at the beginning of a line. */
static const char *label(enum verdict verdict) {
    return verdict == VERDICT_SKIP ? "SKIPPED" : verdict_name(verdict);
}

static const char *colour_of(const struct text_output *text, enum verdict verdict) {
    if (!text->colour) return "";
    return verdict == VERDICT_PASS ? "\033[32m" : verdict == VERDICT_SKIP ? "\033[33m" : "\033[31m";
}

static void print_worst(double ratio, double ulp) {
    if (isinf(ratio))
        printf(", worst error beyond any bound");
    else
        printf(", worst error %.3g of its bound", ratio);
    if (isfinite(ratio) && !isnan(ulp)) printf(" (%.3g ulp)", ulp);
}

static void print_directions(int directions, int kinks) {
    if (directions + kinks) printf(", %d directions", directions);
    if (kinks) printf(" and %d skipped at kinks", kinks);
}

void text_case(struct text_output *text, const struct row *row, const struct problem_case *item,
               const struct verdict_of *result) {
    if (!text->enabled || text->options->verbosity != VERBOSE) return;
    char problem[PROBLEM_MAX_TEXT];
    problem_print(&item->problem, problem, sizeof problem);
    printf("  %-10s %s/%s/%s %s fill=%s seed=%llu", verdict_name(result->finding.verdict),
           row->primitive, row->variant, problem, kind_rules[row->kind].name, fill_name(item->fill),
           (unsigned long long)item->seed);
    if (result->finding.verdict == VERDICT_SKIP)
        printf(": %s", result->finding.message);
    else if (result->judged)
        print_worst(result->worst_ratio, result->worst_ulp);
    else
        printf(", ran without touching anything");
    print_directions(result->directions, result->kinks);
    if (*item->name) printf(", case '%s'", item->name);
    if (*result->note) printf(": %s", result->note);
    putchar('\n');
}

static void print_failure(const struct text_output *text, const struct row *row,
                          const struct failure *failure) {
    char repro[2 * PROBLEM_MAX_TEXT];
    printf("    %s/%s/%s", row->primitive, row->variant, failure->problem);
    if (*failure->name) printf(", case '%s'", failure->name);
    printf("\n      %s: %s\n", verdict_name(failure->finding.verdict), failure->finding.message);
    repro_print(text->options, row, failure, repro, sizeof repro);
    printf("      %s\n", repro);
    if (failure->not_alone)
        printf("      run alone it passes: what ran before it matters, or chance\n");
    if (!failure->smallest) return;
    const struct failure *smallest = &failure->smallest->failure;
    printf("    smallest, of %d problems tried%s\n      %s: %s\n", failure->smallest->tried,
           failure->smallest->timed_out ? " before time was up" : "",
           verdict_name(smallest->finding.verdict), smallest->finding.message);
    repro_print(text->options, row, smallest, repro, sizeof repro);
    printf("      %s\n", repro);
}

static void print_counts(const struct row *row) {
    const int ran = row->cases - row->skipped, failed = ran - row->passed;
    if (row->verdict == VERDICT_SKIP) {
        printf("%s", row->reason);
        return;
    }
    if (failed) printf("%d of ", failed);
    printf("%d case%s", ran, ran == 1 ? "" : "s");
    if (row->judged) print_worst(row->worst_ratio, row->worst_ulp);
    print_directions(row->directions, row->kinks);
    if (row->vacuous) printf(", %d could not have failed", row->vacuous);
    if (row->skipped) printf(", %d skipped: %s", row->skipped, row->reason);
}

void text_row(struct text_output *text, const struct row *row) {
    enum { FAILURES_SHOWN = 5 };
    text_clear_progress(text);
    if (!text->enabled) return;
    if (text->options->verbosity == QUIET && row->verdict == VERDICT_PASS) return;
    char id[128];
    snprintf(id, sizeof id, "%s/%s", row->primitive, row->variant);
    printf("%s%-10s%s %-28s %-8s ", colour_of(text, row->verdict), label(row->verdict),
           text->colour ? "\033[0m" : "", id, kind_rules[row->kind].name);
    print_counts(row);
    putchar('\n');
    int shown = 0;
    for (const struct failure *f = row->failures; f; f = f->next, shown++)
        if (shown < FAILURES_SHOWN || text->options->verbosity == VERBOSE)
            print_failure(text, row, f);
    if (shown > FAILURES_SHOWN && text->options->verbosity != VERBOSE)
        printf("    and %d more (--verbose shows all)\n", shown - FAILURES_SHOWN);
    fflush(stdout);
}

/* So that whoever sees a failure in a log can have the same problems. */
static void print_seed(const struct options *options) {
    if (options->fuzz || options->cover)
        printf("random problems of seed %llu\n", (unsigned long long)options->seed);
}

void text_summary(struct text_output *text, const struct results *results) {
    text_clear_progress(text);
    if (!text->enabled) return;
    print_seed(text->options);
    if (strcmp(isa_best_name(), isa_name(isa_best())) != 0)
        printf("instructions: %s\n", isa_best_name());
    int rows = 0;
    for (int verdict = 0; verdict < VERDICTS; verdict++) rows += results->verdicts[verdict];
    if (rows < 2 && text->options->verbosity != QUIET) return;
    printf("%d check%s:", rows, rows == 1 ? "" : "s");
    const char *separator = " ";
    for (int verdict = 0; verdict < VERDICTS; verdict++) {
        if (!results->verdicts[verdict]) continue;
        printf("%s%d %s", separator, results->verdicts[verdict],
               verdict_name((enum verdict)verdict));
        separator = ", ";
    }
    printf(", %.1f s\n", text_seconds(text));
}
