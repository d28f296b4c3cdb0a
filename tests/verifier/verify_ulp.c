/* assay verify --ulp: the command. */
#include "tests/verifier/verify_ulp.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernels/core/random.h"
#include "kernels/core/threads.h"
#include "tests/verifier/verify_results.h"
#include "tests/verifier/verify_run.h"

struct run {
    const struct options *options;
    struct ulp_groups groups;
    struct worst_list worst;
    int at; /* the group being swept */
    double started;
    int verdicts[VERDICTS];
    json_t *rows; /* NULL: not asked for */
    bool text, colour, bar, bar_shown;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- progress ---------------------------------------------------------------------------------
 */

/* A group costs its reference, about three times as much as a subject. */
static double cost(const struct ulp_group *group) { return 3 + group->count; }

static void clear_bar(struct run *run) {
    if (run->bar_shown) fputs("\r\033[K", stderr);
    run->bar_shown = false;
}

static void progress(void *context, double part) {
    enum { WIDTH = 30 };
    struct run *run = context;
    const double elapsed = now() - run->started;
    if (!run->bar || elapsed < 1) return;
    double done = 0, all = 0;
    for (int i = 0; i < run->groups.count; i++) {
        all += cost(&run->groups.item[i]);
        done += cost(&run->groups.item[i]) * (i < run->at ? 1 : i == run->at ? part : 0);
    }
    char bar[WIDTH + 1] = "";
    for (int i = 0; i < WIDTH; i++) bar[i] = (i + 0.5) / WIDTH < done / all ? '#' : '.';
    fprintf(stderr, "\r\033[K%-10s [%s] %3.0f %%", run->groups.item[run->at].function, bar,
            100 * done / all);
    if (done > 0.02 * all) {
        const int left = (int)(elapsed * (all - done) / done);
        fprintf(stderr, ", %d:%02d left", left / 60, left % 60);
    }
    fflush(stderr);
    run->bar_shown = true;
}

/* ---- results ----------------------------------------------------------------------------------
 */

static enum verdict verdict_of(const struct ulp_subject *subject) {
    if (subject->unavailable) return VERDICT_SKIP;
    if (subject->finding.verdict != VERDICT_PASS) return subject->finding.verdict;
    if (subject->tally.wrong) return VERDICT_FAIL;
    return subject->tally.judged ? VERDICT_PASS : VERDICT_MISTRUSTED;
}

static enum status take_worst(struct run *run, const struct ulp_group *group, struct error *error) {
    for (int s = 0; s < group->count; s++)
        for (int i = 0; i < ULP_WORST; i++) {
            const struct ulp_worst *worst = &group->subject[s].tally.worst[i];
            if (!(worst->error > 0)) continue;
            double largest = worst->error;
            for (int other = 0; other < s; other++)
                for (int k = 0; k < ULP_WORST; k++)
                    if (memcmp(&group->subject[other].tally.worst[k].x, &worst->x,
                               sizeof worst->x) == 0)
                        largest = fmax(largest, group->subject[other].tally.worst[k].error);
            const enum status status =
                worst_add(&run->worst, group->function, worst->x, largest, error);
            if (status) return status;
        }
    return STATUS_OK;
}

static enum status report(struct run *run, const struct ulp_group *group, struct error *error) {
    clear_bar(run);
    for (int i = 0; i < group->count; i++) {
        const struct ulp_subject *subject = &group->subject[i];
        const enum verdict verdict = verdict_of(subject);
        run->verdicts[verdict]++;
        if (run->text && (verdict != VERDICT_PASS || run->options->verbosity != QUIET))
            ulp_print(subject, verdict, run->colour);
        if (run->rows) json_array_append_new(run->rows, ulp_json(group, subject, verdict));
    }
    fflush(stdout);
    return run->options->record ? take_worst(run, group, error) : STATUS_OK;
}

static int exit_code(const struct run *run) {
    int ran = 0;
    for (int verdict = 0; verdict < VERDICTS; verdict++)
        if (verdict != VERDICT_SKIP) ran += run->verdicts[verdict];
    if (!ran) return EXIT_NOTHING_RAN;
    return run->verdicts[VERDICT_PASS] == ran ? EXIT_PASSED : EXIT_FAILED;
}

static void summary(const struct run *run) {
    if (!run->text) return;
    const char *separator = ":";
    if (run->options->stride == 1)
        printf("all floats");
    else
        printf("one float in %llu", (unsigned long long)run->options->stride);
    for (int verdict = 0; verdict < VERDICTS; verdict++) {
        if (!run->verdicts[verdict]) continue;
        printf("%s %d %s", separator, run->verdicts[verdict], verdict_name((enum verdict)verdict));
        separator = ",";
    }
    printf(", %.1f s\n", now() - run->started);
}

static enum status write_json(const struct run *run, FILE *file, const struct ulp_plan *plan,
                              struct error *error) {
    json_t *root = json_pack("{s:s, s:i, s:s, s:s, s:I, s:I, s:i, s:O}", "schema", "assay-ulp",
                             "version", 1, "assay_version", ASSAY_VERSION, "isa", isa_best_name(),
                             "stride", (json_int_t)plan->stride, "offset", (json_int_t)plan->offset,
                             "exit_code", exit_code(run), "results", run->rows);
    return json_close(file, root, error);
}

/* ---- the command ------------------------------------------------------------------------------
 */

/* A filter that selects nothing is a slip of the pen, even beside others that mean something. */
static const char *stray(const struct options *options) {
    for (int i = 0; i < options->filter_count; i++) {
        const struct filters one = filters_of(&options->filters[i], 1);
        struct ulp_groups groups = {NULL, 0};
        const bool empty = ulp_gather(&groups, &one, NULL) == STATUS_OK && !groups.count;
        free(groups.item);
        if (empty) return options->filters[i];
    }
    return NULL;
}

static enum status check_usage(const struct options *options, struct error *error) {
    if (options->golden || options->problem || options->kind >= 0 || options->fill >= 0)
        return fail(error, STATUS_BAD_INPUT,
                    "--ulp takes all floats: --kind, --problem, --fill and --golden have no part "
                    "in it");
    return STATUS_OK;
}

static enum status sweep_all(struct run *run, const struct ulp_plan *plan, struct error *error) {
    enum status status = STATUS_OK;
    for (run->at = 0; run->at < run->groups.count && !status; run->at++) {
        struct ulp_group *group = &run->groups.item[run->at];
        status = ulp_sweep(group, plan, error);
        if (!status) status = report(run, group, error);
    }
    clear_bar(run);
    return status;
}

static enum status start(struct run *run, const struct ulp_plan *plan, FILE **json,
                         struct error *error) {
    const struct options *options = run->options;
    const struct filters filters = filters_of(options->filters, options->filter_count);
    char path[1024];
    enum status status = check_usage(options, error);
    if (!status) status = worst_read(&run->worst, worst_path(path, sizeof path), error);
    if (!status) status = ulp_gather(&run->groups, &filters, error);
    if (!status && options->json && !(*json = json_open(options, error))) status = STATUS_IO;
    if (!status && *json && !(run->rows = json_array()))
        status = fail(error, STATUS_NO_MEMORY, "out of memory");
    if (!status) status = sweep_all(run, plan, error);
    if (!status && options->record) status = worst_write(&run->worst, path, error);
    if (!status) summary(run);
    if (!status && *json) status = write_json(run, *json, plan, error);
    return status;
}

int run_ulp(const struct options *options, char *program) {
    const char *nothing = stray(options), *plain = getenv("NO_COLOR");
    if (nothing) {
        fprintf(stderr,
                "assay-verify: nothing matched '%s' among vmath, the univariate primitives and "
                "their gradients, which --ulp sweeps\n",
                nothing);
        return EXIT_NOTHING_RAN;
    }
    char **worker = worker_arguments(options, program, NULL, 0);
    struct run run = {
        .options = options,
        .started = now(),
        .text = !options->json || strcmp(options->json, "-") != 0,
        .colour = isatty(STDOUT_FILENO) && !(plain && *plain),
        .bar = isatty(STDERR_FILENO),
    };
    const struct ulp_plan plan = {
        .stride = options->stride,
        .offset = options->seed_given ? options->seed % options->stride : 0,
        .threads = options->threads ? options->threads : threads_available(),
        .timeout = options->timeout,
        .worker = worker,
        .worst = &run.worst,
        .progress = run.bar ? progress : NULL,
        .context = &run,
    };
    struct error error = {"out of memory"};
    FILE *json = NULL;
    const enum status status = worker ? start(&run, &plan, &json, &error) : STATUS_NO_MEMORY;
    int code = exit_code(&run);
    if (status) {
        fprintf(stderr, "assay-verify: %s\n", error.text);
        code = status == STATUS_BAD_INPUT || status == STATUS_IO ? EXIT_BAD_INPUT : EXIT_FAILED;
    }
    json_decref(run.rows);
    worst_free(&run.worst);
    free(run.groups.item);
    free(worker);
    return code;
}
