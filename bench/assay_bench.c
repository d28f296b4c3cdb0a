/* assay-bench: verified, then timed. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/candidate.h"
#include "bench/clock.h"
#include "bench/confine.h"
#include "bench/context.h"
#include "bench/deadline.h"
#include "bench/display.h"
#include "bench/options.h"
#include "bench/roofline.h"
#include "bench/selection.h"
#include "kernels/core/output.h"
#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"
#include "kernels/core/threads.h"

enum { REPETITIONS = 5, LONG_SWEEP = 40, SLOW_MAX = 256 };

static struct progress progress;

struct sweep {
    const struct options *options;
    struct selection selection;
    struct machine machine;
    size_t cold_bytes;
    struct {
        const struct implementation *implementation;
        double flops, seconds; /* of its slowest call so far */
    } slow[SLOW_MAX];
    int slow_count;
    int timed, failed, skipped;
};

static int refuse(enum status status, const struct error *error) {
    fprintf(stderr, "assay-bench: %s\n", error->text);
    return status == STATUS_BAD_INPUT ? EXIT_BAD_INPUT : EXIT_FAILED;
}

/* ---- one problem ------------------------------------------------------------------------------
 */

/* Call visit(implementation, threads) for every candidate of `problem`; returns how many. */
static int each_candidate(const struct options *o, const struct problem *problem,
                          void (*visit)(const struct implementation *, int threads, void *user),
                          void *user) {
    const struct implementation *implementation;
    char name[CANDIDATE_NAME], text[PROBLEM_MAX_TEXT];
    int count = 0;
    problem_print(problem, text, sizeof text);
    for (int i = 0; (implementation = registry_implementation(i)); i++) {
        int threads[2];
        if (!selection_wants(o, implementation, problem)) continue;
        const int kinds = selection_threads(o, implementation, threads);
        for (int k = 0; k < kinds; k++) {
            const int used = snprintf(name, sizeof name, "%s/%s/%s", implementation->primitive,
                                      implementation->variant, text);
            if (threads[k] > 1)
                snprintf(name + used, sizeof name - (size_t)used, "/threads:%d", threads[k]);
            if (!gb_selected(name)) continue;
            if (visit) visit(implementation, threads[k], user);
            count++;
        }
    }
    return count;
}

static int count_candidates(const struct sweep *sweep) {
    int count = 0;
    for (int i = 0; i < sweep->selection.count; i++)
        count += each_candidate(sweep->options, &sweep->selection.item[i].problem, NULL, NULL);
    return count;
}

struct group {
    struct workload workload;
    struct candidate *candidate;
    int count;
};

static void add_candidate(const struct implementation *implementation, int threads, void *user) {
    struct group *group = user;
    candidate_init(&group->candidate[group->count++], implementation, &group->workload, threads);
}

static void after_repetition(struct candidate *candidate) {
    progress_show(&progress, "timing", candidate->name);
}

/* An equal share of what is left of the budget; part of it goes into data and verification. */
static struct pace pace_now(const struct sweep *sweep) {
    const struct options *o = sweep->options;
    const double elapsed = seconds_now() - progress.started;
    const int left = progress.total - progress.done;
    double share = 0.6 * (o->budget_seconds - elapsed) / (left ? left : 1);
    if (share < 0.05) share = 0.05;
    if (share > 1) share = 1;
    struct pace pace = {.repetitions = o->repetitions ? o->repetitions : REPETITIONS,
                        .repetitions_fixed = o->repetitions > 0,
                        .iterations = o->iterations,
                        .longest_call = o->longest_call > 0           ? o->longest_call
                                        : progress.total < LONG_SWEEP ? 10
                                                                      : 5};
    pace.repetition_seconds = o->min_time > 0 ? o->min_time : share / pace.repetitions;
    pace.allowance_seconds = pace.repetition_seconds * pace.repetitions * 1.2;
    return pace;
}

/* An implementation that was slow on a smaller problem need not be tried: going by its arithmetic
 * it would take several times too long (or it took too long then). */
static bool hopeless(const struct sweep *sweep, const struct candidate *c, double longest_call) {
    for (int i = 0; i < sweep->slow_count; i++)
        if (sweep->slow[i].implementation == c->implementation &&
            sweep->slow[i].flops <= c->workload->flops &&
            sweep->slow[i].seconds * c->workload->flops > 4 * longest_call * sweep->slow[i].flops)
            return true;
    return false;
}

static void remember_slow(struct sweep *sweep, const struct candidate *c, double longest_call) {
    const double slow = 0.1;
    if (sweep->slow_count == SLOW_MAX || (!c->too_slow && c->call_seconds < slow)) return;
    sweep->slow[sweep->slow_count].implementation = c->implementation;
    sweep->slow[sweep->slow_count].flops = c->workload->flops;
    sweep->slow[sweep->slow_count++].seconds = c->too_slow ? 5 * longest_call : c->call_seconds;
}

static void set_bounds(const struct sweep *sweep, struct candidate *c) {
    const size_t footprint = sweep->cold_bytes ? SIZE_MAX : c->workload->footprint;
    const double saving = c->implementation->saving > 1 ? c->implementation->saving : 1;
    c->bound_seconds =
        roofline_seconds(&sweep->machine, &c->workload->problem, footprint, c->threads, 1);
    c->least.seconds =
        roofline_seconds(&sweep->machine, &c->workload->problem, footprint, c->threads, saving);
    c->least.spread = machine_spread(&sweep->machine, footprint, c->threads);
}

/* Below the floor: is that the candidate's doing, or were the ceilings measured low? */
static void measure_again(struct floor_time *least, void *candidate) {
    struct candidate *c = candidate;
    struct sweep *sweep = c->sweep;
    struct error error;
    progress_show(&progress, "measuring the ceilings again", c->name);
    const size_t footprint = sweep->cold_bytes ? SIZE_MAX : c->workload->footprint;
    if (machine_measure_again(&sweep->machine, footprint, c->threads, &error)) return;
    if (!sweep->options->sandbox) machine_remember(&sweep->machine);
    set_bounds(sweep, c);
    (void)least; /* is c->least */
}

static void run_group(struct sweep *sweep, struct group *group) {
    const struct pace pace = pace_now(sweep);
    for (int i = 0; i < group->count; i++) {
        struct candidate *c = &group->candidate[i];
        progress_show(&progress, "verifying", c->name);
        c->after = after_repetition;
        c->sweep = sweep;
        /* of ceilings in a file nobody knows where they were measured */
        c->again = sweep->options->machine_file ? NULL : measure_again;
        if (hopeless(sweep, c, pace.longest_call)) candidate_give_up(c, pace.longest_call);
        candidate_verify(c, pace.longest_call);
        candidate_plan(c, &pace);
        remember_slow(sweep, c, pace.longest_call);
        set_bounds(sweep, c);
        candidate_register(c);
    }
    gb_run();
    for (int i = 0; i < group->count; i++) {
        struct candidate *c = &group->candidate[i];
        sweep->timed += c->standing == STANDING_READY;
        sweep->failed += c->standing == STANDING_FAILED;
        sweep->skipped += c->standing == STANDING_SKIPPED;
        if (c->standing == STANDING_FAILED) {
            progress_hide(&progress);
            fprintf(stderr, "assay-bench: %s: %s\n", c->name, c->reason);
        }
    }
    progress.done += group->count;
    progress_hide(&progress);
    if (!sweep->options->format) table_print(group->candidate, group->count);
}

static enum status run_problem(struct sweep *sweep, const struct problem_case *item,
                               struct error *error) {
    struct group group = {.count = 0};
    const int count = each_candidate(sweep->options, &item->problem, NULL, NULL);
    if (!count) return STATUS_OK;
    progress_show(&progress, "filling", item->problem.primitive->name);
    enum status status = workload_open(&group.workload, &item->problem, item->fill,
                                       sweep->options->seed, sweep->cold_bytes, error);
    if (status) return status;
    group.candidate = calloc((size_t)count, sizeof *group.candidate);
    if (group.candidate) {
        each_candidate(sweep->options, &item->problem, add_candidate, &group);
        run_group(sweep, &group);
    } else {
        status = fail(error, STATUS_NO_MEMORY, "out of memory");
    }
    for (int i = 0; i < group.count; i++) candidate_close(&group.candidate[i]);
    free(group.candidate);
    workload_close(&group.workload);
    return status;
}

/* ---- the sweep --------------------------------------------------------------------------------
 */

/* Twice the last-level cache, at most 1 GiB: a virtual machine may show the host's. */
static size_t cold_bytes(const struct cpu *cpu) {
    long largest = 0;
    for (int level = 1; level < CACHE_LEVELS; level++)
        if (cpu->cache_bytes[level] > largest) largest = cpu->cache_bytes[level];
    const size_t wanted = 2 * (size_t)largest, most = (size_t)1 << 30;
    return wanted < most ? wanted : most;
}

static int list(const struct sweep *sweep) {
    for (int i = 0; i < sweep->selection.count; i++) {
        const struct problem *problem = &sweep->selection.item[i].problem;
        const struct implementation *implementation;
        char text[PROBLEM_MAX_TEXT];
        for (int k = 0; (implementation = registry_implementation(k)); k++)
            if (selection_wants(sweep->options, implementation, problem))
                printf("%s/%s/%s\n", implementation->primitive, implementation->variant,
                       problem_print(problem, text, sizeof text));
    }
    return EXIT_PASSED;
}

/* ---- the machine ------------------------------------------------------------------------------
 */

static void show_measuring(const char *what, double done) {
    static int shown = -1;
    const int tenth = (int)(10 * done);
    if (isatty(STDERR_FILENO) == 1)
        fprintf(stderr, "\r\033[Kmeasuring the machine's ceilings, once: %3.0f%% %s", 100 * done,
                what);
    else if (shown < 0 || tenth / 5 != shown / 5)
        fprintf(stderr, "assay-bench: measuring the machine's ceilings, once: %.0f%%\n",
                100 * done);
    shown = tenth;
}

static enum status get_machine(struct machine *machine, const struct options *o,
                               struct error *error) {
    const struct cpu cpu = cpu_describe();
    if (o->machine_file) return machine_read(machine, o->machine_file, error);
    const enum status status = machine_get(machine, &cpu, o->refresh, show_measuring, error);
    if (isatty(STDERR_FILENO) == 1) fprintf(stderr, "\r\033[K");
    return status;
}

static int machine_command(const struct options *o) {
    struct machine machine;
    struct error error;
    char path[512];
    const enum status status = get_machine(&machine, o, &error);
    if (status) return refuse(status, &error);
    machine_path(&machine.cpu, path, sizeof path);
    if (o->json) {
        char *text = machine_to_json(&machine, true);
        if (text) puts(text);
        free(text);
    } else {
        machine_print(&machine);
        printf("\nremembered in %s; assay machine --refresh measures again\n", path);
    }
    return EXIT_PASSED;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static enum status run_all(struct sweep *sweep, struct error *error) {
    const struct options *o = sweep->options;
    enum status status = o->sandbox ? STATUS_OK : get_machine(&sweep->machine, o, error);
    char *machine = status ? NULL : machine_to_json(&sweep->machine, false);
    if (status || !machine) return status ? status : fail(error, STATUS_NO_MEMORY, "out of memory");
    const struct cpu *cpu = &sweep->machine.cpu;
    context_publish(cpu, o->threads ? o->threads : cpu->processors, machine);
    free(machine);
    if (o->cold) sweep->cold_bytes = cold_bytes(cpu);
    progress_start(&progress, count_candidates(sweep), o->budget_seconds);
    for (int i = 0; i < sweep->selection.count && !status; i++)
        status = run_problem(sweep, &sweep->selection.item[i], error);
    progress_hide(&progress);
    return status;
}

static int run(struct sweep *sweep) {
    const struct options *o = sweep->options;
    struct error error;
    const char *place = NULL;
    if (o->out && output_begin(o->out, &place, &error)) {
        fprintf(stderr, "assay-bench: %s\n", error.text);
        return EXIT_BAD_INPUT;
    }
    const struct gb_output output = {o->format != NULL, o->aggregates_only, place, o->out_format};
    if (!gb_open(&output)) return EXIT_BAD_INPUT;
    enum status status = run_all(sweep, &error);
    if (!gb_close()) {
        fprintf(stderr, "assay-bench: the report could not be written\n");
        return EXIT_FAILED;
    }
    if (place && !status) status = output_end(place, true, &error);
    if (status) return refuse(status, &error);
    fprintf(stderr, "assay-bench: %d timed, %d skipped, %d failed in %.0f s%s%s\n", sweep->timed,
            sweep->skipped, sweep->failed, seconds_now() - progress.started,
            o->out ? "; report: " : "", o->out ? o->out : "");
    if (sweep->failed) return EXIT_FAILED;
    return sweep->timed ? EXIT_PASSED : EXIT_NOTHING_RAN;
}

struct load {
    const char *path;
    enum status status;
    struct error *error;
};

static void load(void *user) {
    struct load *load = user;
    load->status = plugin_load(load->path, oracle_add, load->error);
}

/* Where no child can try it first. */
static enum status load_confined(const char *path, struct error *error) {
    const double patience = 10;
    struct load call = {path, STATUS_OK, error};
    const int number = deadline_run(load, &call, patience);
    if (number == SIGALRM)
        return fail(error, STATUS_BAD_INPUT, "%.400s: hangs when it is loaded", path);
    if (number)
        return fail(error, STATUS_BAD_INPUT, "%.400s: crashes (%s) when it is loaded", path,
                    strsignal(number));
    return call.status;
}

/* In the sandbox no machine can be remembered and no child be started: it comes between. */
static enum status set_up(struct sweep *sweep, struct error *error) {
    const struct options *o = sweep->options;
    enum status status = STATUS_OK;
    if (o->sandbox) {
        if (!o->list_tests) status = get_machine(&sweep->machine, o, error);
        if (!status) confine();
    }
    for (int i = 0; i < o->plugins.count && !status; i++) {
        confine_running(o->plugins.item[i]);
        if (o->sandbox)
            status = load_confined(o->plugins.item[i], error);
        else if (!(status = plugin_probe(o->plugins.item[i], oracle_add, error)))
            status = plugin_load(o->plugins.item[i], oracle_add, error);
    }
    return status;
}

int main(int argc, char **argv) {
    static struct options options; /* what it points to lives as long */
    struct sweep sweep = {.options = &options};
    struct error error;
    output_guard("assay-bench");
    options_parse(&options, argc, argv);
    if (options.machine) return output_leave(machine_command(&options));
    enum status status = set_up(&sweep, &error);
    options.chosen = filters_of(options.filters.item, options.filters.count);
    const char *stray = filters_stray(&options.chosen);
    if (!status && stray) {
        fprintf(stderr, "assay-bench: nothing matched '%s' (assay list shows what there is)\n",
                stray);
        return EXIT_NOTHING_RAN;
    }
    if (!status) status = selection_make(&sweep.selection, &options, &error);
    if (status) return refuse(status, &error);
    int code = EXIT_NOTHING_RAN;
    if (count_candidates(&sweep) == 0)
        fprintf(stderr, "assay-bench: nothing matched\n");
    else
        code = options.list_tests ? list(&sweep) : run(&sweep);
    selection_free(&sweep.selection);
    code = output_leave(code);
    if (options.plugins.count) plugin_exit(code);
    return code;
}
