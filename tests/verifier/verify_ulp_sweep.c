/* One group's inputs, block by block, shared out among threads. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernels/core/memory.h"
#include "reference/judge.h"
#include "tests/verifier/verify_ulp.h"

enum { LANES_MAX = 256 };

struct sweep {
    struct ulp_group *group;
    const struct ulp_plan *plan;
    uint64_t inputs, blocks;
    _Atomic uint64_t next, done; /* blocks */
    _Atomic bool stopped[ULP_SUBJECTS_MAX];
    _Atomic int lanes; /* threads at work */
    _Atomic bool replayed;
    pthread_mutex_t lock; /* of the subjects' results, and: */
    bool failed;
    struct error error;
};

/* What one thread needs. */
struct lane {
    struct sweep *sweep;
    struct ulp_block block;
    float *x, *got, *nearest;
    uint32_t *exact;
    double *value, *sum, *local;
    struct host host;
    struct trial trial;
    struct ulp_tally tally[ULP_SUBJECTS_MAX], replayed[ULP_SUBJECTS_MAX];
};

static void lane_fail(struct lane *lane, const struct error *error) {
    struct sweep *sweep = lane->sweep;
    pthread_mutex_lock(&sweep->lock);
    if (!sweep->failed) sweep->error = *error;
    sweep->failed = true;
    pthread_mutex_unlock(&sweep->lock);
}

static void lane_close(struct lane *lane) {
    void *const blocks[] = {lane->got,   lane->nearest, lane->exact,
                            lane->value, lane->sum,     lane->local};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) memory_free(blocks[i]);
    if (!lane->sweep->group->oracle) memory_free(lane->x);
    trial_close(&lane->trial);
    if (lane->host.page) host_close(&lane->host);
}

static bool lane_open(struct lane *lane) {
    const struct ulp_group *group = lane->sweep->group;
    const struct ulp_plan *plan = lane->sweep->plan;
    struct error error = {"no memory for the inputs"};
    lane->got = memory_allocate(ULP_BLOCK * sizeof *lane->got);
    lane->value = memory_allocate(ULP_BLOCK * sizeof(double));
    lane->nearest = memory_allocate(ULP_BLOCK * sizeof *lane->nearest);
    lane->exact = memory_allocate(ULP_BLOCK * sizeof *lane->exact);
    lane->sum = memory_allocate(ULP_BLOCK * sizeof(double));
    lane->local = memory_allocate(ULP_BLOCK * sizeof(double));
    if (group->oracle) {
        enum status status = host_open(&lane->host, plan->worker, plan->timeout, &error);
        if (!status) status = trial_open(&lane->trial, &group->problem, &error);
        lane->x = status ? NULL : lane->trial.input[group->input];
        float *factor = status || group->factor < 0 ? NULL : lane->trial.input[group->factor];
        for (int i = 0; factor && i < ULP_BLOCK; i++) factor[i] = 1;
    } else {
        lane->x = memory_allocate(ULP_BLOCK * sizeof *lane->x);
    }
    if (lane->x && lane->got && lane->nearest && lane->exact && lane->value && lane->sum &&
        lane->local) {
        lane->block = (struct ulp_block){.x = lane->x,
                                         .value = lane->value,
                                         .nearest = lane->nearest,
                                         .exact = lane->exact,
                                         .sum = group->oracle ? lane->sum : NULL,
                                         .local = group->oracle ? lane->local : NULL};
        return true;
    }
    lane_fail(lane, &error);
    return false;
}

/* ---- one block --------------------------------------------------------------------------------
 */

static float float_of(uint64_t bits) {
    const uint32_t word = (uint32_t)bits;
    float x;
    memcpy(&x, &word, sizeof x);
    return x;
}

/* A whole block is filled whatever is counted of it: what lies behind the last input is one of the
 * first again. */
static void fill_inputs(struct lane *lane, uint64_t block) {
    const struct sweep *sweep = lane->sweep;
    const uint64_t first = block * ULP_BLOCK, left = sweep->inputs - first;
    lane->block.count = left < ULP_BLOCK ? (int)left : ULP_BLOCK;
    for (uint64_t i = 0; i < ULP_BLOCK; i++)
        lane->x[i] = float_of(sweep->plan->offset + (first + i) * sweep->plan->stride);
}

/* The recorded inputs over and over, shifted by one each time, so that each meets every lane.
 * False when there are none. */
static bool fill_recorded(struct lane *lane) {
    const struct worst_list *worst = lane->sweep->plan->worst;
    int count = 0;
    for (int i = 0; i < worst->count && count < ULP_BLOCK / 2; i++)
        if (strcmp(worst->item[i].function, lane->sweep->group->function) == 0)
            lane->x[count++] = worst->item[i].x;
    for (int i = count; i < ULP_BLOCK && count; i++) lane->x[i] = lane->x[(i + i / count) % count];
    lane->block.count = ULP_BLOCK;
    return count > 0;
}

static void evaluate(struct lane *lane) {
    const struct ulp_group *group = lane->sweep->group;
    if (group->truth) {
        for (int i = 0; i < lane->block.count; i++)
            lane->value[i] = group->truth((double)lane->x[i]);
    } else {
        const void *operand[OPERANDS_MAX] = {NULL};
        struct expectation expected[OPERANDS_MAX] = {{NULL, NULL, NULL}};
        operand[group->input] = lane->x;
        if (group->factor >= 0) operand[group->factor] = lane->trial.input[group->factor];
        expected[group->output] = (struct expectation){lane->value, lane->sum, lane->local};
        const struct oracle_call call = {group->problem.value, operand, 0, expected, NULL};
        for (int64_t unit = 0; unit < oracle_units(group->oracle, &group->problem); unit++)
            oracle_evaluate(group->oracle, &group->problem, &call, unit);
    }
    ulp_round(lane->value, lane->nearest, lane->exact, lane->block.count);
}

/* A vector function is asked for what it is meant for, and NaN: the rest is left out. */
static void count_vector(struct lane *lane, const struct ulp_subject *subject,
                         struct ulp_tally *tally) {
    const struct vmath_function *f = subject->vector;
    f->apply(lane->x, lane->got, ULP_BLOCK);
    int first = 0;
    for (int i = 0; i <= lane->block.count; i++) {
        const bool end = i == lane->block.count;
        if (!end && !(lane->x[i] < f->lowest) && !(lane->x[i] > f->highest)) continue;
        const struct ulp_block part = {.count = i - first,
                                       .x = lane->x + first,
                                       .value = lane->value + first,
                                       .nearest = lane->nearest + first,
                                       .exact = lane->exact + first};
        ulp_count(tally, &part, lane->got + first, &subject->rule);
        first = i + 1;
    }
}

static void stop(struct lane *lane, int index, const struct finding *finding) {
    struct sweep *sweep = lane->sweep;
    pthread_mutex_lock(&sweep->lock);
    struct ulp_subject *subject = &sweep->group->subject[index];
    if (subject->finding.verdict == VERDICT_PASS) subject->finding = *finding;
    sweep->stopped[index] = true;
    pthread_mutex_unlock(&sweep->lock);
}

static void count_implementation(struct lane *lane, int index, struct ulp_tally *tally) {
    const struct ulp_subject *subject = &lane->sweep->group->subject[index];
    const struct run_plan plan = {LAYOUT_END, POISON_NAN, lane->sweep->plan->threads};
    struct capture capture;
    struct finding finding = {.verdict = VERDICT_PASS};
    if (trial_run(&lane->host, &lane->trial, subject->implementation, plan, &capture, &finding))
        ulp_count(tally, &lane->block,
                  (const float *)(const void *)capture.output[lane->sweep->group->output],
                  &subject->rule);
    else
        stop(lane, index, &finding);
    capture_free(&capture);
}

static void count_all(struct lane *lane, struct ulp_tally *tally) {
    struct sweep *sweep = lane->sweep;
    evaluate(lane);
    for (int i = 0; i < sweep->group->count; i++) {
        const struct ulp_subject *subject = &sweep->group->subject[i];
        if (subject->unavailable || sweep->stopped[i]) continue;
        if (subject->vector)
            count_vector(lane, subject, &tally[i]);
        else
            count_implementation(lane, i, &tally[i]);
    }
}

/* ---- threads ----------------------------------------------------------------------------------
 */

static void work(struct lane *lane, bool replays) {
    struct sweep *sweep = lane->sweep;
    if (replays && fill_recorded(lane)) count_all(lane, lane->replayed);
    for (uint64_t block; (block = sweep->next++) < sweep->blocks && !sweep->failed;) {
        fill_inputs(lane, block);
        count_all(lane, lane->tally);
        sweep->done++;
    }
    pthread_mutex_lock(&sweep->lock);
    for (int i = 0; i < sweep->group->count; i++) {
        ulp_merge(&sweep->group->subject[i].tally, &lane->replayed[i], false);
        ulp_merge(&sweep->group->subject[i].tally, &lane->tally[i], true);
    }
    pthread_mutex_unlock(&sweep->lock);
}

static void *lane_main(void *argument) {
    struct sweep *sweep = argument;
    struct lane *lane = memory_allocate(sizeof *lane);
    const bool first = !atomic_exchange(&sweep->replayed, true);
    if (lane) {
        memset(lane, 0, sizeof *lane);
        lane->sweep = sweep;
        if (lane_open(lane)) work(lane, first);
        lane_close(lane);
        memory_free(lane);
    }
    sweep->lanes--;
    return NULL;
}

static void watch(struct sweep *sweep) {
    const struct timespec pause = {0, 50000000};
    while (sweep->done < sweep->blocks && sweep->lanes > 0) {
        nanosleep(&pause, NULL);
        sweep->plan->progress(sweep->plan->context, (double)sweep->done / (double)sweep->blocks);
    }
}

enum status ulp_sweep(struct ulp_group *group, const struct ulp_plan *plan, struct error *error) {
    struct sweep sweep = {.group = group, .plan = plan, .lock = PTHREAD_MUTEX_INITIALIZER};
    const uint64_t floats = UINT64_C(1) << 32;
    sweep.inputs = (floats - plan->offset + plan->stride - 1) / plan->stride;
    sweep.blocks = (sweep.inputs + ULP_BLOCK - 1) / ULP_BLOCK;
    pthread_t thread[LANES_MAX];
    int started = 0;
    const int wanted = plan->threads < LANES_MAX ? plan->threads : LANES_MAX;
    sweep.lanes = wanted;
    while (started < wanted && pthread_create(&thread[started], NULL, lane_main, &sweep) == 0)
        started++;
    sweep.lanes -= wanted - started;
    if (!started) return fail(error, STATUS_NO_MEMORY, "cannot start a thread");
    if (plan->progress) watch(&sweep);
    for (int i = 0; i < started; i++) pthread_join(thread[i], NULL);
    pthread_mutex_destroy(&sweep.lock);
    if (sweep.failed) return fail(error, STATUS_NO_MEMORY, "%s", sweep.error.text);
    if (sweep.done < sweep.blocks) return fail(error, STATUS_NO_MEMORY, "out of memory");
    return STATUS_OK;
}
