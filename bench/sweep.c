#include "bench/sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/clock.h"
#include "bench/confine.h"
#include "bench/roofline.h"
#include "kernels/core/registry.h"

enum { REPETITIONS = 5, LONG_SWEEP = 40 };

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

int sweep_count(const struct sweep *sweep) {
    int count = 0;
    for (int i = 0; i < sweep->selection.count; i++)
        count += each_candidate(sweep->options, &sweep->selection.item[i].problem, NULL, NULL);
    return count;
}

static void add_candidate(const struct implementation *implementation, int threads, void *user) {
    struct group *group = user;
    struct candidate *c = &group->candidate[group->count];
    candidate_init(c, implementation, &group->workload, threads);
    group->order[group->count++] = c;
}

static void after_repetition(struct candidate *candidate) {
    struct sweep *sweep = candidate->sweep;
    progress_show(&sweep->progress, "timing", candidate->name);
}

/* An equal share of what is left of the budget; part of it goes into data and verification. */
static struct pace pace_now(const struct sweep *sweep) {
    const struct options *o = sweep->options;
    const double elapsed = seconds_now() - sweep->progress.started;
    const int left = sweep->progress.total - sweep->progress.done;
    double share = 0.6 * (o->budget_seconds - elapsed) / (left ? left : 1);
    if (share < 0.05) share = 0.05;
    if (share > 1) share = 1;
    struct pace pace = {.repetitions = o->repetitions ? o->repetitions : REPETITIONS,
                        .repetitions_fixed = o->repetitions > 0,
                        .iterations = o->iterations,
                        .longest_call = o->longest_call > 0                  ? o->longest_call
                                        : sweep->progress.total < LONG_SWEEP ? 10
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
    if (sweep->slow_count == SWEEP_SLOW_MAX || (!c->too_slow && c->call_seconds < slow)) return;
    sweep->slow[sweep->slow_count].implementation = c->implementation;
    sweep->slow[sweep->slow_count].flops = c->workload->flops;
    sweep->slow[sweep->slow_count++].seconds = c->too_slow ? 5 * longest_call : c->call_seconds;
}

static void set_bounds(const struct sweep *sweep, struct candidate *c) {
    const size_t footprint = sweep->cold_bytes ? SIZE_MAX : c->workload->footprint;
    const double promised =
        implementation_for(c->implementation, &c->workload->item.problem).saving;
    const double saving = promised > 1 ? promised : 1;
    c->bound_seconds =
        roofline_seconds(&sweep->machine, &c->workload->item.problem, footprint, c->threads, 1);
    c->least.seconds = roofline_seconds(&sweep->machine, &c->workload->item.problem, footprint,
                                        c->threads, saving);
    c->least.spread = machine_spread(&sweep->machine, footprint, c->threads);
}

/* Below the floor: is that the candidate's doing, or were the ceilings measured low? */
static void measure_again(struct floor_time *least, void *candidate) {
    struct candidate *c = candidate;
    struct sweep *sweep = c->sweep;
    struct error error;
    progress_show(&sweep->progress, "measuring the ceilings again", c->name);
    const size_t footprint = sweep->cold_bytes ? SIZE_MAX : c->workload->footprint;
    if (machine_measure_again(&sweep->machine, footprint, c->threads, &error)) return;
    if (!sweep->options->sandbox) machine_remember(&sweep->machine);
    set_bounds(sweep, c);
    (void)least; /* is c->least */
}

static int by_order(const void *a, const void *b) {
    return subject_order((*(struct candidate *const *)a)->implementation,
                         (*(struct candidate *const *)b)->implementation);
}

/* In the sandbox a forbidden call ends the run, as it does when it is timed. */
static enum status stopped(const struct sweep *sweep, const struct candidate *c,
                           struct error *error) {
    const struct worker_fault *fault = &sweep->host.page->answer.fault;
    if (!sweep->options->sandbox || c->standing != STANDING_FAILED || fault->signal != SIGSYS)
        return STATUS_OK;
    return fail(error, STATUS_UNAVAILABLE, "%.300s: %.200s", c->name, strchr(c->reason, ' ') + 1);
}

static enum status verify_group(struct sweep *sweep, struct group *group, struct error *error) {
    const struct pace pace = pace_now(sweep);
    progress_show(&sweep->progress, "filling", group->workload.item.problem.primitive->name);
    enum status status = workload_fill(&group->workload, error);
    qsort(group->order, (size_t)group->count, sizeof *group->order, by_order);
    for (int i = 0; i < group->count && !status; i++) {
        struct candidate *c = group->order[i];
        progress_show(&sweep->progress, "verifying", c->name);
        if (hopeless(sweep, c, pace.longest_call)) candidate_give_up(c, pace.longest_call);
        candidate_verify(c, &sweep->host, pace.longest_call);
        remember_slow(sweep, c, pace.longest_call);
        status = stopped(sweep, c, error);
    }
    return status;
}

static void take_stock(struct sweep *sweep, struct group *group) {
    for (int i = 0; i < group->count; i++) {
        struct candidate *c = &group->candidate[i];
        sweep->timed += c->standing == STANDING_READY;
        sweep->failed += c->standing == STANDING_FAILED;
        sweep->skipped += c->standing == STANDING_SKIPPED;
        if (c->standing == STANDING_FAILED) {
            progress_hide(&sweep->progress);
            fprintf(stderr, "assay-bench: %s: %s\n", c->name, c->reason);
        }
    }
    sweep->progress.done += group->count;
    progress_hide(&sweep->progress);
    if (!sweep->options->format) table_print(group->candidate, group->count);
}

static enum status time_group(struct sweep *sweep, struct group *group, struct error *error) {
    const struct pace pace = pace_now(sweep);
    const enum status status = workload_place(&group->workload, sweep->cold_bytes, error);
    if (status) return status;
    for (int i = 0; i < group->count; i++) {
        struct candidate *c = &group->candidate[i];
        progress_show(&sweep->progress, "planning", c->name);
        c->after = after_repetition;
        c->sweep = sweep;
        /* of ceilings in a file nobody knows where they were measured */
        c->again = sweep->options->machine_file ? NULL : measure_again;
        candidate_plan(c, &pace);
        set_bounds(sweep, c);
        candidate_register(c);
    }
    gb_run();
    take_stock(sweep, group);
    for (int i = 0; i < group->count; i++) candidate_close(&group->candidate[i]);
    workload_close(&group->workload);
    return STATUS_OK;
}

/* ---- all of them --------------------------------------------------------------------------------
 */

/* Twice the last-level cache, at most 1 GiB: a virtual machine may show the host's. */
static size_t cold_bytes(const struct cpu *cpu) {
    long largest = 0;
    for (int level = 1; level < CACHE_LEVELS; level++)
        if (cpu->cache_bytes[level] > largest) largest = cpu->cache_bytes[level];
    const size_t wanted = 2 * (size_t)largest, most = (size_t)1 << 30;
    return wanted < most ? wanted : most;
}

static enum status open_groups(struct sweep *sweep, struct error *error) {
    const struct selection *selection = &sweep->selection;
    sweep->group = calloc((size_t)selection->count, sizeof *sweep->group);
    bool good = sweep->group;
    for (int i = 0; i < selection->count && good; i++) {
        struct group *group = &sweep->group[i];
        const struct problem *problem = &selection->item[i].problem;
        const int count = each_candidate(sweep->options, problem, NULL, NULL);
        workload_init(&group->workload, &selection->item[i], sweep->options->seed);
        group->candidate = calloc((size_t)count + 1, sizeof *group->candidate);
        group->order = calloc((size_t)count + 1, sizeof(struct candidate *));
        good = group->candidate && group->order;
        if (good) each_candidate(sweep->options, problem, add_candidate, group);
    }
    return good ? STATUS_OK : fail(error, STATUS_NO_MEMORY, "out of memory");
}

static void close_groups(struct sweep *sweep) {
    for (int i = 0; i < sweep->selection.count && sweep->group; i++) {
        workload_close(&sweep->group[i].workload);
        free(sweep->group[i].candidate);
        free(sweep->group[i].order);
    }
    free(sweep->group);
    sweep->group = NULL;
}

/* From the sandbox no worker can be started: all is verified before. */
static enum status verify_all(struct sweep *sweep, struct error *error) {
    enum status status = STATUS_OK;
    for (int i = 0; i < sweep->selection.count && !status && !candidates_stopped(); i++) {
        if (sweep->group[i].count) status = verify_group(sweep, &sweep->group[i], error);
        workload_close(&sweep->group[i].workload);
    }
    return status;
}

static enum status time_all(struct sweep *sweep, bool verify, struct error *error) {
    enum status status = STATUS_OK;
    for (int i = 0; i < sweep->selection.count && !status && !candidates_stopped(); i++) {
        struct group *group = &sweep->group[i];
        if (!group->count) continue;
        if (verify) status = verify_group(sweep, group, error);
        if (!status && !candidates_stopped()) status = time_group(sweep, group, error);
    }
    return status;
}

static enum status run_groups(struct sweep *sweep, struct error *error) {
    const struct options *o = sweep->options;
    char **arguments = host_arguments(sweep->program, o->plugins.item, o->plugins.count, NULL, 0);
    if (!arguments) return fail(error, STATUS_NO_MEMORY, "out of memory");
    enum status status = host_open(&sweep->host, arguments, 0, error);
    if (!status) {
        status = o->sandbox ? verify_all(sweep, error) : time_all(sweep, true, error);
        host_close(&sweep->host);
    }
    free(arguments);
    if (status || !o->sandbox) return status;
    confine();
    return time_all(sweep, false, error);
}

enum status sweep_run(struct sweep *sweep, struct error *error) {
    if (sweep->options->cold) sweep->cold_bytes = cold_bytes(&sweep->machine.cpu);
    progress_start(&sweep->progress, sweep_count(sweep), sweep->options->budget_seconds);
    enum status status = open_groups(sweep, error);
    if (!status) status = run_groups(sweep, error);
    progress_hide(&sweep->progress);
    close_groups(sweep);
    return status;
}
