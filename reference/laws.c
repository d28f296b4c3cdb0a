#include "reference/laws.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/callback.h"
#include "kernels/core/domain.h"
#include "kernels/core/memory.h"
#include "kernels/core/registry.h"

/* Floats round to infinity from here on (reference/compare.c). */
static const double overflow_threshold = 0x1.ffffffp127;

/* Elements of a run beyond which a law is not looked at, and its arithmetic: the oracle judges
 * every element of every run. */
static const double most_elements = 0x1p25, most_flops = 1e9;

struct examination {
    const struct property *law;
    const struct problem_case *item;
    const struct implementation *implementation;
    law_runner *runner;
    void *context;
    struct law_call call; /* over what stands below */
    const struct law_run *run_at[LAW_RUNS];
    struct law_run run[LAW_RUNS];
    struct problem problem[LAW_RUNS];
    void *in[LAW_RUNS][OPERANDS_MAX];
    void *out[LAW_RUNS][OPERANDS_MAX];
    double *bound[LAW_RUNS][OPERANDS_MAX];
    double floor[LAW_RUNS][OPERANDS_MAX];
};

static void wire(struct examination *e) {
    for (int run = 0; run < LAW_RUNS; run++) {
        e->run[run] = (struct law_run){
            sizeof(struct law_run),
            &e->problem[run],
            e->in[run],
            (const void *const *)e->out[run],
            (const double *const *)e->bound[run],
            e->floor[run],
        };
        e->run_at[run] = &e->run[run];
    }
    e->call = (struct law_call){
        .size = sizeof e->call,
        .runs = e->law->runs,
        .fill = e->item->fill,
        .seed = e->item->seed,
        .run = e->run_at,
    };
}

static int64_t elements_of(const struct problem *problem, int operand) {
    const struct shape shape = problem_shape(problem, operand);
    return shape_elements(&shape);
}

static size_t bytes_of(const struct problem *problem, int operand) {
    return (size_t)elements_of(problem, operand) *
           dtype_bytes(problem->primitive->operands[operand].dtype);
}

static bool present(const struct problem *problem, int operand) {
    const struct shape shape = problem_shape(problem, operand);
    return shape_present(&shape);
}

static enum law_verdict say(struct law_result *result, enum law_verdict verdict,
                            const char *reason) {
    snprintf(result->reason, sizeof result->reason, "%s", reason);
    return result->verdict = verdict;
}

static bool enter(const struct examination *e, const char *callback) {
    const struct primitive *primitive = e->item->problem.primitive;
    return callback_begin(primitive->plugin, primitive->name, callback);
}

static void compare_with(const struct examination *e, struct breach *breach) {
    const bool begun = enter(e, "compare of a law");
    law_compare(e->law, &e->call, breach);
    callback_end(begun);
}

/* ---- inputs -----------------------------------------------------------------------------------
 */

/* As run 0's where the shapes agree, else freshly filled. */
static void begin_operand(struct examination *e, int run, int operand) {
    const struct law_run *first = &e->run[0], *r = &e->run[run];
    const struct shape here = problem_shape(r->problem, operand),
                       there = problem_shape(first->problem, operand);
    if (run && r->problem->primitive == first->problem->primitive && first->in[operand] &&
        shape_equal(&here, &there) && problem_reads(first->problem, operand))
        memcpy(r->in[operand], first->in[operand], bytes_of(r->problem, operand));
    else
        fill_operand(r->problem, operand, e->call.fill, e->call.seed + (uint64_t)run,
                     r->in[operand]);
}

static enum status vary_problem(struct examination *e, int run, struct error *error) {
    struct problem *problem = &e->problem[run];
    *problem = e->item->problem;
    const bool begun = enter(e, "vary of a law");
    if (e->law->vary) e->law->vary(problem, run);
    callback_end(begun);
    struct error inner;
    if (!problem_check(problem, &inner)) return STATUS_OK;
    return fail(error, STATUS_BAD_INPUT, "%s makes a problem that is refused: %.300s", e->law->name,
                inner.text);
}

static bool too_large(const struct problem *problem) {
    double elements = 0;
    for (int o = 0; o < problem->primitive->operand_count; o++)
        elements += (double)elements_of(problem, o);
    return elements > most_elements || problem_flops(problem) > most_flops;
}

/* What a law makes of inputs must still be inputs. */
static enum status check_domains(const struct examination *e, int run, struct error *error) {
    const struct problem *problem = &e->problem[run];
    for (int o = 0; o < problem->primitive->operand_count; o++) {
        const struct tensor tensor = {problem->primitive->operands[o].dtype,
                                      problem_shape(problem, o), e->in[run][o]};
        struct error inner;
        if (tensor.data && domain_check(problem, o, &tensor, &inner))
            return fail(error, STATUS_BAD_INPUT, "%s makes an input that is refused: %.300s",
                        e->law->name, inner.text);
    }
    return STATUS_OK;
}

static enum status begin_run(struct examination *e, int run, struct error *error) {
    const struct problem *problem = &e->problem[run];
    void **in = e->in[run];
    const struct primitive *primitive = problem->primitive;
    for (int o = 0; o < primitive->operand_count; o++) {
        const struct operand *operand = &primitive->operands[o];
        if (!present(problem, o)) continue;
        const size_t bytes = bytes_of(problem, o);
        const size_t doubles = (size_t)elements_of(problem, o) * sizeof(double);
        if (operand_is_output(operand)) {
            e->out[run][o] = memory_allocate(bytes);
            e->bound[run][o] = memory_allocate(doubles);
        }
        if (operand_is_input(operand)) in[o] = memory_allocate(bytes);
        if ((operand_is_output(operand) && (!e->out[run][o] || !e->bound[run][o])) ||
            (operand_is_input(operand) && !in[o]))
            return fail(error, STATUS_NO_MEMORY, "no memory for the runs of %s", e->law->name);
    }
    for (int o = 0; o < primitive->operand_count; o++)
        if (in[o]) begin_operand(e, run, o);
    const bool begun = enter(e, "prepare of a law");
    law_prepare(e->law, &e->call, run);
    callback_end(begun);
    for (int o = 0; o < primitive->operand_count; o++)
        if (in[o] && !problem_reads(problem, o)) fill_operand(problem, o, FILL_NAN, 0, in[o]);
    return check_domains(e, run, error);
}

/* A law whose runs are all the same compares a run with itself. */
static bool all_alike(const struct examination *e) {
    const struct law_run *first = &e->run[0];
    for (int run = 1; run < e->law->runs; run++) {
        const struct law_run *r = &e->run[run];
        if (r->problem->primitive != first->problem->primitive ||
            memcmp(r->problem->value, first->problem->value, sizeof r->problem->value))
            return false;
        for (int o = 0; o < first->problem->primitive->operand_count; o++)
            if (r->in[o] && memcmp(r->in[o], first->in[o], bytes_of(r->problem, o))) return false;
    }
    return e->law->runs > 1;
}

/* ---- bounds -----------------------------------------------------------------------------------
 */

const struct implementation *law_kernel(const struct implementation *examined,
                                        const struct primitive *own,
                                        const struct primitive *wanted) {
    return own == wanted ? examined : registry_find_implementation(wanted->name, "naive");
}

static enum status find_bounds(struct examination *e, int run, struct error *error) {
    const struct problem *problem = &e->problem[run];
    const struct implementation *kernel =
        law_kernel(e->implementation, e->item->problem.primitive, problem->primitive);
    struct judge judge;
    if (!kernel)
        return fail(error, STATUS_UNAVAILABLE, "%s needs %s, which has no naive implementation",
                    e->law->name, problem->primitive->name);
    const enum status status = judge_open(&judge, problem, (const void *const *)e->in[run],
                                          kernel->accumulation.halo, -1, e->call.seed, error);
    if (status) return status;
    for (int o = 0; o < problem->primitive->operand_count; o++) {
        if (!e->bound[run][o]) continue;
        const struct expectation *expected = &judge.expected[o];
        const struct tolerance tolerance = judge_tolerance(&judge, kernel, o, false);
        e->floor[run][o] = tolerance.exact ? 0 : tolerance.floor;
        for (int64_t i = 0; i < elements_of(problem, o); i++) {
            const double value = expected->value[i];
            const double bound =
                tolerance_bound(&tolerance, value, expected->sum[i], expected->local[i]);
            const bool open = !expectation_written(expected, i) || expects_anything(expected, i) ||
                              !isfinite(value) || fabs(value) + bound >= overflow_threshold;
            e->bound[run][o][i] = open ? INFINITY : bound;
        }
    }
    judge_close(&judge);
    return STATUS_OK;
}

/* ---- could it have failed? --------------------------------------------------------------------
 */

/* A quarter of the spread of an output, as the vacuity check of single runs has it (judge.h). */
static double nudge_of(const struct examination *e, int run, int operand) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < elements_of(&e->problem[run], operand); i++) {
        const double value = law_out(&e->call, run, operand, i);
        if (!isfinite(value)) continue;
        low = fmin(low, value);
        high = fmax(high, value);
    }
    if (!(low <= high)) return 1;
    return low < high ? (high - low) / 4 : fmax(fabs(low), 1);
}

/* Does the law notice when one element of this output is off by that much? */
static bool notices(struct examination *e, int run, int operand, int64_t index, double nudge) {
    float *element = (float *)e->out[run][operand] + index, kept = *element;
    struct breach breach = {0};
    *element = (float)(kept + nudge);
    if (*element != kept) compare_with(e, &breach);
    *element = kept;
    return breach.wrong > 0;
}

static bool sensitive(struct examination *e) {
    enum { PLACES = 4 };
    for (int run = 0; run < e->law->runs; run++) {
        const struct primitive *primitive = e->problem[run].primitive;
        for (int o = 0; o < primitive->operand_count; o++) {
            const int64_t count = elements_of(&e->problem[run], o);
            if (!e->out[run][o] || !count || primitive->operands[o].dtype != DTYPE_F32) continue;
            const double nudge = nudge_of(e, run, o);
            for (int64_t place = 0; place < PLACES && place < count; place++) {
                const int64_t index = place * (count - 1) / (PLACES - 1);
                if (notices(e, run, o, index, nudge) || notices(e, run, o, index, -nudge))
                    return true;
            }
        }
    }
    return false;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static enum status run_all(struct examination *e, struct law_result *result, struct error *error) {
    for (int run = 0; run < e->law->runs; run++) {
        enum status status = vary_problem(e, run, error);
        if (!status && too_large(&e->problem[run])) {
            say(result, LAW_SKIPPED, "too large: the oracle would take long");
            return STATUS_OK;
        }
        if (!status) status = begin_run(e, run, error);
        if (!status) status = find_bounds(e, run, error);
        if (status) return status;
        result->verdict = e->runner(e->context, &e->problem[run], e->in[run], e->out[run],
                                    result->reason, sizeof result->reason);
        if (result->verdict != LAW_HOLDS) return STATUS_OK;
    }
    return STATUS_OK;
}

static void compare_runs(struct examination *e, struct law_result *result) {
    compare_with(e, &result->breach);
    const struct breach *breach = &result->breach;
    if (breach->wrong) {
        const struct shape shape = problem_shape(&e->problem[breach->run], breach->operand);
        result->verdict = LAW_BROKEN;
        result->operand = e->problem[breach->run].primitive->operands[breach->operand].name;
        shape_print_index(&shape, breach->index, result->index, sizeof result->index);
    } else if (!sensitive(e)) {
        say(result, LAW_VACUOUS,
            "moving its outputs by a quarter of their spread breaks nothing here");
    }
}

enum status law_examine(struct law_result *result, const struct property *law,
                        const struct problem_case *item,
                        const struct implementation *implementation, law_runner *runner,
                        void *context, struct error *error) {
    *result = (struct law_result){.verdict = LAW_HOLDS};
    struct examination *e = calloc(1, sizeof *e);
    if (!e) return fail(error, STATUS_NO_MEMORY, "out of memory");
    e->law = law;
    e->item = item;
    const bool begun = enter(e, "applies of a law");
    const char *reason = law->applies ? law->applies(&item->problem) : NULL;
    callback_end(begun);
    if (reason) {
        say(result, LAW_SKIPPED, reason);
        free(e);
        return STATUS_OK;
    }
    e->implementation = implementation;
    e->runner = runner;
    e->context = context;
    wire(e);
    const enum status status = run_all(e, result, error);
    if (!status && result->verdict == LAW_HOLDS) {
        if (all_alike(e))
            say(result, LAW_SKIPPED, "its runs are all alike here");
        else
            compare_runs(e, result);
    }
    for (int run = 0; run < LAW_RUNS; run++)
        for (int o = 0; o < OPERANDS_MAX; o++) {
            memory_free(e->out[run][o]);
            memory_free(e->bound[run][o]);
            memory_free(e->in[run][o]);
        }
    free(e);
    return status;
}
