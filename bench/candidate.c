#include "bench/candidate.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/clock.h"
#include "bench/confine.h"
#include "kernels/core/memory.h"
#include "kernels/core/threads.h"
#include "reference/inspect.h"

static const double batch_seconds = 50e-6;

static volatile sig_atomic_t stopped;
void candidates_stop(void) { stopped = 1; }
bool candidates_stopped(void) { return stopped; }

static void stand(struct candidate *c, enum standing standing, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void stand(struct candidate *c, enum standing standing, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int used = snprintf(c->reason, sizeof c->reason, "%s",
                              standing == STANDING_FAILED ? "FAIL: " : "SKIP: ");
    vsnprintf(c->reason + used, sizeof c->reason - (size_t)used, format, arguments);
    va_end(arguments);
    c->standing = standing;
}

void candidate_init(struct candidate *c, const struct implementation *implementation,
                    struct workload *workload, int threads) {
    char problem[PROBLEM_MAX_TEXT];
    *c = (struct candidate){.implementation = implementation,
                            .workload = workload,
                            .threads = implementation->uses_threads ? threads : 1,
                            .prepare_seconds = -1};
    problem_print(&workload->item.problem, problem, sizeof problem);
    const int used = snprintf(c->name, sizeof c->name, "%s/%s/%s", implementation->primitive,
                              implementation->variant, problem);
    if (c->threads > 1)
        snprintf(c->name + used, sizeof c->name - (size_t)used, "/threads:%d", c->threads);
}

void candidate_give_up(struct candidate *c, double longest_call) {
    if (c->standing != STANDING_READY) return;
    c->too_slow = true;
    stand(c, STANDING_SKIPPED, "one call would take longer than %g s, going by a smaller problem",
          longest_call);
}

void candidate_verify(struct candidate *c, struct host *host, double longest_call) {
    const double start_seconds = 1; /* a worker's, and mapping large operands */
    if (c->standing != STANDING_READY) return;
    host->timeout = longest_call + start_seconds;
    host->seconds = 0;
    const struct verdict_of verdict =
        check(host, &c->workload->subject, c->implementation, c->threads);
    const char *message = verdict.finding.message;
    c->call_seconds = host->seconds;
    c->error_ratio = verdict.worst_ratio;
    c->judged = verdict.elements ? (double)verdict.judged / (double)verdict.elements : 1;
    switch (verdict.finding.verdict) {
    case VERDICT_PASS:
        c->too_slow = c->call_seconds > longest_call;
        c->output_sum = workload_worker_sum(c->workload, host);
        break;
    case VERDICT_TIMEOUT: c->too_slow = true; break;
    case VERDICT_SKIP: stand(c, STANDING_SKIPPED, "%s", message); break;
    default: stand(c, STANDING_FAILED, "%s", message);
    }
    if (c->too_slow) stand(c, STANDING_SKIPPED, "one call takes longer than %g s", longest_call);
}

/* ---- running ----------------------------------------------------------------------------------
 */

static void turn_of(const struct candidate *c) {
    confine_running(c->name);
    threads_set(c->threads);
}

static void call_on(const struct candidate *c, void *const *operand) {
    implementation_run(c->implementation, &c->workload->item.problem, operand, c->prepared,
                       c->workspace);
}

static void call_once(const struct candidate *c) {
    void *operand[OPERANDS_MAX];
    workload_operands(c->workload, 0, operand);
    call_on(c, operand);
}

/* `count` calls on the sets from *set on, round and round; seconds they took. */
static double run_batch(const struct candidate *c, int64_t count, int64_t *set) {
    const struct workload *w = c->workload;
    void *operand[OPERANDS_MAX];
    workload_operands(w, *set, operand);
    const double start = seconds_now();
    for (int64_t i = 0; i < count; i++) {
        call_on(c, operand);
        if (w->sets == 1) continue;
        *set = *set + 1 < w->sets ? *set + 1 : 0;
        workload_operands(w, *set, operand);
    }
    return seconds_now() - start;
}

static bool allocate(struct candidate *c) {
    const struct problem *problem = &c->workload->item.problem;
    const size_t scratch = implementation_workspace_bytes(c->implementation, problem);
    const size_t prepared = implementation_prepared_bytes(c->implementation, problem);
    if (scratch) c->workspace = memory_allocate(scratch);
    if (prepared) c->prepared = memory_allocate(prepared);
    if (c->prepared) poison_fill(c->prepared, prepared, POISON_NAN);
    return (!scratch || c->workspace) && (!prepared || c->prepared);
}

/* Median of a few: the first one pays for its pages. */
static void prepare(struct candidate *c) {
    enum { MOST = 5 };
    double taken[MOST];
    int count = 0;
    void *operand[OPERANDS_MAX];
    if (!c->prepared || !c->implementation->prepare) return;
    workload_operands(c->workload, 0, operand);
    const double begin = seconds_now();
    while (count < MOST && (count < 2 || seconds_now() - begin < 0.05)) {
        const double start = seconds_now();
        c->implementation->prepare(c->workload->item.problem.value, operand, c->prepared);
        taken[count++] = seconds_now() - start;
    }
    for (int i = 1; i < count; i++) /* insertion sort */
        for (int j = i; j > 0 && taken[j] < taken[j - 1]; j--) {
            const double swap = taken[j];
            taken[j] = taken[j - 1];
            taken[j - 1] = swap;
        }
    c->prepare_seconds = taken[count / 2];
}

/* ---- still right? -----------------------------------------------------------------------------
 */

/* Outputs of `set` after one call on pristine data, in this process, where the worker's have other
 * bits. False: it now stands FAILED. */
static bool approve(struct candidate *c, int64_t set) {
    const struct capture outputs = workload_outputs(c->workload, set);
    const int unwritten = workload_unwritten(c->workload, set);
    struct verdict_of verdict;
    if (!subject_approves(&c->workload->subject, c->implementation, &outputs, &verdict))
        stand(c, STANDING_FAILED, "%s, in a timed run", verdict.finding.message);
    else if (unwritten >= 0)
        stand(c, STANDING_FAILED, "elements of %s were not written, in a timed run",
              c->workload->item.problem.primitive->operands[unwritten].name);
    c->error_ratio = fmax(c->error_ratio, verdict.worst_ratio);
    return c->standing == STANDING_READY;
}

static void surroundings_intact(struct candidate *c) {
    const struct operand *operands = c->workload->item.problem.primitive->operands;
    const int damaged = workload_damaged(c->workload), overrun = workload_overrun(c->workload);
    if (damaged >= 0)
        stand(c, STANDING_FAILED, "wrote to its input %s", operands[damaged].name);
    else if (overrun >= 0)
        stand(c, STANDING_FAILED, "wrote outside %s", operands[overrun].name);
}

/* ---- planning ---------------------------------------------------------------------------------
 */

static int64_t clamp(double value, int64_t low, int64_t high) {
    return value > (double)high ? high : value < (double)low ? low : (int64_t)value;
}

/* In place from pristine values, twice as many calls each time, while the values stay normal and
 * until a batch is long enough for the clock. */
static int64_t longest_drift(const struct candidate *c) {
    const int64_t most = 1 << 16;
    int64_t good = 1;
    for (int64_t count = 2; count <= most; count *= 2) {
        int64_t set = 0;
        workload_restore(c->workload, 0, 1);
        const double taken = run_batch(c, count, &set);
        if (workload_degenerate(c->workload, 0)) break;
        good = count;
        if (taken > 2 * batch_seconds) break;
    }
    return good;
}

/* Seconds per call, warm: batches twice as long each time until one lasts a millisecond. */
static void calibrate(struct candidate *c) {
    const double enough = 1e-3;
    int64_t set = 0;
    for (int64_t count = 1;; count *= 2) {
        if (count > c->max_batch) count = c->max_batch;
        workload_restore(c->workload, 0, c->workload->sets);
        const double taken = run_batch(c, count, &set);
        c->call_seconds = fmax(taken / (double)count, 1e-9);
        if (taken > enough || count == c->max_batch) return;
    }
}

/* One call here is as in the worker; a batch of them is then what others are held to. */
static void remember_batch(struct candidate *c) {
    if (!workload_drifts(c->workload) || c->workload->sets > 1) return;
    int64_t set = 0;
    workload_poison(c->workload, POISON_FINITE);
    call_once(c);
    if (workload_output_sum(c->workload, 0) != c->output_sum && !approve(c, 0)) return;
    workload_restore(c->workload, 0, 1);
    run_batch(c, c->batch, &set);
    c->output_sum = workload_output_sum(c->workload, 0);
}

/* What the timed calls need. False: it now stands SKIPPED. */
static bool set_up(struct candidate *c) {
    const char *reason = implementation_unsupported(c->implementation, &c->workload->item.problem);
    if (!reason && !allocate(c)) reason = "no memory for its workspace";
    if (reason) stand(c, STANDING_SKIPPED, "%s", reason);
    if (!reason) prepare(c);
    return !reason;
}

void candidate_plan(struct candidate *c, const struct pace *pace) {
    const int64_t most = (int64_t)1 << 20;
    if (c->standing != STANDING_READY) return;
    turn_of(c);
    if (!set_up(c)) return;
    const bool drifts = workload_drifts(c->workload), cold = c->workload->sets > 1;
    c->max_batch = !drifts ? most : cold ? c->workload->sets : 1;
    /* a library's first call may compile its kernel: only a long one is believed */
    if (c->call_seconds < fmax(pace->repetition_seconds, 1)) {
        calibrate(c);
        if (drifts && !cold && c->call_seconds < batch_seconds) {
            c->max_batch = longest_drift(c);
            calibrate(c);
        }
    }
    /* Too long to be run again, and long enough to hide first touches: the worker's call is it. */
    c->timed_already = !pace->repetitions_fixed && !pace->iterations && !c->prepared &&
                       c->call_seconds > 1 && c->call_seconds > pace->allowance_seconds;
    c->batch = clamp(ceil(batch_seconds / c->call_seconds), 1, c->max_batch);
    if (cold && drifts) c->batch = c->workload->sets;
    const double wanted =
        pace->iterations ? (double)pace->iterations : pace->repetition_seconds / c->call_seconds;
    const int64_t batches = clamp(ceil(wanted / (double)c->batch), 1, INT64_C(1) << 40);
    const double all = (double)batches * (double)c->batch * c->call_seconds;
    c->plan =
        (struct gb_plan){.iterations = pace->iterations ? pace->iterations : batches * c->batch,
                         .repetitions = pace->repetitions,
                         .process_time = c->threads > 1};
    if (!pace->repetitions_fixed) { /* three make a median; a slow kernel's noise matters less */
        const int fewest = c->call_seconds < 0.4 ? 3 : 1;
        c->plan.repetitions = (int)clamp(pace->allowance_seconds / all, fewest, pace->repetitions);
    }
    if (!c->timed_already) remember_batch(c);
}

/* ---- timing -----------------------------------------------------------------------------------
 */

static void report(struct candidate *c, struct gb_state *state, double seconds) {
    const struct workload *w = c->workload;
    const double fraction = c->bound_seconds / seconds;
    gb_counter(state, "flops", w->flops);
    gb_counter(state, "bytes", w->bytes);
    gb_counter(state, "flops_per_second", w->flops / seconds);
    gb_counter(state, "bytes_per_second", w->bytes / seconds);
    gb_counter(state, "roofline", fraction);
    gb_counter(state, "threads", c->threads);
    gb_counter(state, "peer", c->implementation->peer);
    gb_counter(state, "prepare_ns", c->prepare_seconds > 0 ? c->prepare_seconds * 1e9 : 0);
    gb_counter(state, "error_ratio", c->error_ratio);
    gb_counter(state, "judged", c->judged);
    gb_label(state, roofline_beaten(seconds, &c->least, c->again, c) ? "IMPOSSIBLE" : "PASS");
    if (c->timed < CANDIDATE_REPETITIONS) c->seconds[c->timed++] = seconds;
}

/* Same bits as the verified ones, or else within the bound again: of the timed outputs themselves,
 * or, where in-out operands have drifted, of a fresh call. */
static void recheck(struct candidate *c, int64_t used) {
    struct workload *w = c->workload;
    const bool drifted = workload_drifts(w) && w->sets == 1;
    for (int64_t set = 0; set < used && c->standing == STANDING_READY; set++) {
        if (workload_output_sum(w, set) == c->output_sum) continue;
        if (drifted) {
            workload_poison(w, POISON_FINITE);
            call_once(c);
        }
        if (approve(c, set) && !drifted)
            c->output_sum = workload_output_sum(w, set); /* not to be looked at again */
    }
    if (c->standing == STANDING_READY) surroundings_intact(c);
}

/* As many batches as Google Benchmark wants; seconds per call. */
static double time_batches(struct candidate *c, struct gb_state *state) {
    struct workload *w = c->workload;
    const bool drifts = workload_drifts(w);
    int64_t set = 0, calls = 0;
    double total = 0;
    workload_poison(w, POISON_FINITE);
    if (w->sets == 1 && c->call_seconds < 0.02) { /* another kernel ran since: warm up */
        run_batch(c, c->batch, &set);
        workload_poison(w, POISON_FINITE);
    }
    while (gb_keep(state, c->batch)) {
        if (drifts && calls) {
            gb_pause(state);
            workload_restore(w, 0, w->sets);
            gb_resume(state);
        }
        const double taken = run_batch(c, c->batch, &set);
        gb_time(state, taken);
        total += taken;
        calls += c->batch;
    }
    recheck(c, calls < w->sets ? calls : w->sets);
    return total / (double)calls;
}

static void time_repetition(struct gb_state *state, void *user) {
    struct candidate *c = user;
    double seconds = c->call_seconds;
    turn_of(c);
    /* Google Benchmark takes all repetitions or none */
    if (stopped && c->standing == STANDING_READY && !c->begun)
        stand(c, STANDING_SKIPPED, "interrupted");
    c->begun = true;
    if (c->standing == STANDING_READY) {
        if (!c->timed_already) seconds = time_batches(c, state);
        while (c->timed_already && gb_keep(state, 1)) gb_time(state, seconds);
    }
    if (c->standing == STANDING_READY)
        report(c, state, seconds);
    else
        gb_skip(state, c->reason);
    if (c->after) c->after(c);
}

/* ---- the rest ---------------------------------------------------------------------------------
 */

void candidate_register(struct candidate *c) {
    if (c->standing != STANDING_READY) c->plan = (struct gb_plan){1, 1, false};
    gb_register(c->name, &c->plan, time_repetition, c);
}

void candidate_close(struct candidate *c) {
    confine_running(NULL);
    memory_free(c->prepared);
    memory_free(c->workspace);
    c->prepared = c->workspace = NULL;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Linear interpolation between order statistics. */
static double quantile(const struct candidate *c, double q) {
    double sorted[CANDIDATE_REPETITIONS];
    if (!c->timed) return NAN;
    memcpy(sorted, c->seconds, (size_t)c->timed * sizeof *sorted);
    qsort(sorted, (size_t)c->timed, sizeof *sorted, ascending);
    const double at = q * (c->timed - 1);
    const int below = (int)at, above = below + 1 < c->timed ? below + 1 : below;
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

bool candidate_impossible(const struct candidate *c) {
    struct floor_time least = c->least;
    return roofline_beaten(candidate_median(c), &least, NULL, NULL);
}

double candidate_median(const struct candidate *c) { return quantile(c, 0.5); }

double candidate_spread(const struct candidate *c) {
    return (quantile(c, 0.75) - quantile(c, 0.25)) / 2 / quantile(c, 0.5);
}
