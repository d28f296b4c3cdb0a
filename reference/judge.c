#include "reference/judge.h"

#include <math.h>
#include <string.h>

#include "kernels/core/domain.h"
#include "kernels/core/memory.h"
#include "kernels/core/random.h"

static const struct operand *operand_at(const struct judge *judge, int index) {
    return &judge->problem.primitive->operands[index];
}

static int64_t elements_of(const struct judge *judge, int index) {
    const struct shape shape = problem_shape(&judge->problem, index);
    return shape_elements(&shape);
}

static bool allocate(struct expectation *expected, int64_t elements) {
    const size_t bytes = (size_t)elements * sizeof(double);
    expected->value = memory_allocate(bytes);
    expected->sum = memory_allocate(bytes);
    expected->local = memory_allocate(bytes);
    if (!expected->value || !expected->sum || !expected->local) return false;
    expectation_clear(expected, elements);
    return true;
}

static bool is_output(const struct judge *judge, int index) {
    return operand_is_output(operand_at(judge, index)) && elements_of(judge, index) > 0;
}

/* The unit evaluated in place `i`: all in order, or the first, the last, and random ones. */
static int64_t unit_at(const struct judge *judge, int64_t i) {
    if (judge->judged_units == judge->units || i == 0) return i;
    if (i == 1) return judge->units - 1;
    return random_integer(judge->sample_seed, 7, (uint64_t)i, 0, judge->units - 1);
}

static void evaluate(struct judge *judge, int halo, int64_t first, int64_t end) {
    const struct oracle_call call = {judge->problem.value, judge->operand, halo, judge->expected,
                                     NULL};
    for (int64_t i = first; i < end; i++)
        oracle_evaluate(judge->oracle, &judge->problem, &call, unit_at(judge, i));
}

/* judge_open without the evaluation. */
static enum status prepare(struct judge *judge, const struct problem *problem,
                           const void *const *operand, int64_t max_units, uint64_t seed,
                           struct error *error) {
    const struct primitive *primitive = problem->primitive;
    *judge = (struct judge){
        .problem = *problem, .oracle = oracle_find(primitive->name), .sample_seed = seed};
    if (!judge->oracle) return fail(error, STATUS_UNAVAILABLE, "%s has no oracle", primitive->name);
    for (int i = 0; i < primitive->operand_count; i++) {
        if (operand_is_input(&primitive->operands[i])) judge->operand[i] = operand[i];
        if (is_output(judge, i) && !allocate(&judge->expected[i], elements_of(judge, i))) {
            judge_close(judge);
            return fail(error, STATUS_NO_MEMORY, "no memory for the reference of %s",
                        primitive->operands[i].name);
        }
    }
    judge->units = oracle_units(judge->oracle, problem);
    judge->judged_units = max_units >= 0 && max_units < judge->units ? max_units : judge->units;
    return STATUS_OK;
}

enum status judge_open(struct judge *judge, const struct problem *problem,
                       const void *const *operand, int halo, int64_t max_units, uint64_t seed,
                       struct error *error) {
    const enum status status = prepare(judge, problem, operand, max_units, seed, error);
    if (!status) evaluate(judge, halo, 0, judge->judged_units);
    return status;
}

void judge_close(struct judge *judge) {
    for (int i = 0; i < OPERANDS_MAX; i++) {
        memory_free(judge->expected[i].value);
        memory_free(judge->expected[i].sum);
        memory_free(judge->expected[i].local);
        judge->expected[i] = (struct expectation){0};
    }
}

void judge_use_values(struct judge *judge, int operand, const double *value) {
    const struct expectation *expected = &judge->expected[operand];
    const int64_t elements = elements_of(judge, operand);
    for (int64_t i = 0; i < elements; i++)
        if (!expects_anything(expected, i)) expected->value[i] = value[i];
}

struct tolerance judge_tolerance(const struct judge *judge,
                                 const struct implementation *implementation, int operand,
                                 bool exact) {
    const enum dtype dtype = operand_at(judge, operand)->dtype;
    const bool integral = dtype == DTYPE_I64 || dtype == DTYPE_U8;
    const struct accumulation *traits = &implementation->accumulation;
    const double terms = problem_terms(&judge->problem);
    const bool always = integral || judge->problem.primitive->selects;
    struct tolerance tolerance = tolerance_for(terms, traits, exact || always);
    if (!always) tolerance.exact_below = judge->exact_below;
    if (judge->dependent) /* beyond 1/u the bound exceeds the gauge, and says nothing either way */
        tolerance.growth *= fmin(tolerance_worst_growth(terms, traits), 1 / UNIT_ROUNDOFF_F32) /
                            tolerance_growth(terms, traits);
    return tolerance;
}

struct comparison judge_compare(const struct judge *judge, int operand, const void *got,
                                const struct tolerance *tolerance) {
    if (!is_output(judge, operand))
        return (struct comparison){.first_wrong = -1, .worst = -1, .worst_ratio = 0};
    const struct tensor tensor = {operand_at(judge, operand)->dtype,
                                  problem_shape(&judge->problem, operand), (void *)got};
    return compare(&tensor, &judge->expected[operand], tolerance);
}

/* ---- could it have failed? --------------------------------------------------------------------
 */

static double bound_at(const struct judge *judge, int operand, int64_t i,
                       const struct tolerance *tolerance) {
    const struct expectation *e = &judge->expected[operand];
    return tolerance_bound(tolerance, e->value[i], e->sum[i], e->local[i]);
}

static bool judged_finite(const struct judge *judge, int operand, int64_t i) {
    const struct expectation *e = &judge->expected[operand];
    return expectation_written(e, i) && isfinite(e->value[i]);
}

/* Bound against spread, over the finite elements judged: the median is below what more than half of
 * them are below. Equal values have no spread to compare with: whether the inputs move them is
 * asked anyway. */
static enum status bound_is_narrow(const struct judge *judge, int operand,
                                   const struct tolerance *tolerance, struct error *error) {
    const int64_t elements = elements_of(judge, operand);
    int64_t finite = 0, narrow = 0;
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < elements; i++) {
        if (!judged_finite(judge, operand, i)) continue;
        finite++;
        low = fmin(low, judge->expected[operand].value[i]);
        high = fmax(high, judge->expected[operand].value[i]);
    }
    for (int64_t i = 0; i < elements; i++)
        narrow += judged_finite(judge, operand, i) &&
                  bound_at(judge, operand, i, tolerance) * 4 < high - low;
    if (finite < 2 || low == high || narrow > finite / 2) return STATUS_OK;
    return fail(error, STATUS_BAD_INPUT,
                "%s: the median bound is not below a quarter of the spread %.3g of the expected "
                "values (that of %lld of %lld elements is)",
                operand_at(judge, operand)->name, high - low, (long long)narrow, (long long)finite);
}

/* Of an exact case whose sums are not bounded by construction: are most of them small enough? */
static enum status mostly_exact(const struct judge *judge, int operand,
                                const struct tolerance *tolerance, struct error *error) {
    int64_t finite = 0, exact = 0;
    if (!tolerance->exact || !(tolerance->exact_below > 0)) return STATUS_OK;
    for (int64_t i = 0; i < elements_of(judge, operand); i++) {
        finite += judged_finite(judge, operand, i);
        exact += judged_finite(judge, operand, i) && !(bound_at(judge, operand, i, tolerance) > 0);
    }
    if (!finite || exact > finite / 2) return STATUS_OK;
    return fail(error, STATUS_BAD_INPUT,
                "%s: of %lld sums only %lld stay below 2^24, where float32 is exact",
                operand_at(judge, operand)->name, (long long)finite, (long long)exact);
}

/* Does any element of `operand` that both have judged differ by more than its bound? */
static bool output_moved(const struct judge *a, const struct judge *b, int operand,
                         const struct tolerance *tolerance) {
    const int64_t elements = elements_of(a, operand);
    for (int64_t i = 0; i < elements; i++) {
        if (!expectation_written(&a->expected[operand], i) ||
            !expectation_written(&b->expected[operand], i))
            continue;
        if (expects_anything(&a->expected[operand], i) ||
            expects_anything(&b->expected[operand], i))
            continue;
        const double bound = bound_at(a, operand, i, tolerance);
        const double before = a->expected[operand].value[i], after = b->expected[operand].value[i];
        if (!(compare_element(after, before, bound) <= 1)) return true;
    }
    return false;
}

/* Evaluates `changed` only until an output of `judge` is seen to move: mostly one unit does. */
static bool some_output_moves(const struct judge *judge, struct judge *changed,
                              const struct implementation *implementation, bool exact) {
    for (int64_t done = 0; done < changed->judged_units;) {
        const int64_t end = 2 * done + 1;
        const int64_t next = end < changed->judged_units ? end : changed->judged_units;
        evaluate(changed, implementation->accumulation.halo, done, next);
        done = next;
        for (int i = 0; i < judge->problem.primitive->operand_count; i++) {
            if (!is_output(judge, i)) continue;
            const struct tolerance tolerance = judge_tolerance(judge, implementation, i, exact);
            if (output_moved(judge, changed, i, &tolerance)) return true;
        }
    }
    return false;
}

/* STATUS_OK with *moved: do these inputs in place of the judge's move any output? */
static enum status others_move(const struct judge *judge,
                               const struct implementation *implementation, bool exact,
                               const void *const *operand, bool *moved, struct error *error) {
    struct judge changed;
    *moved = false;
    const int64_t limit = judge->judged_units < judge->units ? judge->judged_units : -1;
    const enum status status =
        prepare(&changed, &judge->problem, operand, limit, judge->sample_seed, error);
    if (!status) {
        *moved = some_output_moves(judge, &changed, implementation, exact);
        judge_close(&changed);
    }
    return status;
}

/* Input `input` filled anew; NULL: no memory. */
static void *refilled(const struct judge *judge, int input, enum fill fill, uint64_t seed) {
    const struct shape shape = problem_shape(&judge->problem, input);
    const struct tensor tensor = {operand_at(judge, input)->dtype, shape, NULL};
    void *other = memory_allocate(tensor_bytes(&tensor));
    if (other) fill_operand(&judge->problem, input, fill, seed, other);
    return other;
}

/* Few values fit a mask of two elements: draw until it is another one, but not for ever. */
static void *refilled_otherwise(const struct judge *judge, int input, enum fill fill,
                                uint64_t seed) {
    enum { DRAWS = 32 };
    const struct shape shape = problem_shape(&judge->problem, input);
    const struct tensor tensor = {operand_at(judge, input)->dtype, shape, NULL};
    void *other = refilled(judge, input, fill, seed);
    for (uint64_t draw = 1; draw < DRAWS && other; draw++) {
        if (memcmp(other, judge->operand[input], tensor_bytes(&tensor))) break;
        fill_operand(&judge->problem, input, fill, seed + draw, other);
    }
    return other;
}

/* STATUS_OK with *moved: does another filling of `input` move any output? */
static enum status input_matters(const struct judge *judge,
                                 const struct implementation *implementation, bool exact, int input,
                                 enum fill fill, uint64_t seed, bool *moved, struct error *error) {
    void *other = refilled_otherwise(judge, input, fill, seed);
    if (!other) return fail(error, STATUS_NO_MEMORY, "out of memory");
    const void *operand[OPERANDS_MAX];
    memcpy(operand, judge->operand, sizeof operand);
    operand[input] = other;
    const enum status status = others_move(judge, implementation, exact, operand, moved, error);
    memory_free(other);
    return status;
}

enum status judge_sensitive(const struct judge *judge, const struct implementation *implementation,
                            enum fill fill, uint64_t seed, bool *moved, struct error *error) {
    void *other[OPERANDS_MAX] = {NULL};
    const void *operand[OPERANDS_MAX];
    memcpy(operand, judge->operand, sizeof operand);
    enum status status = STATUS_OK;
    for (int i = 0; i < judge->problem.primitive->operand_count && !status; i++) {
        if (!problem_reads(&judge->problem, i)) continue;
        operand[i] = other[i] = refilled(judge, i, fill, seed);
        if (!other[i]) status = fail(error, STATUS_NO_MEMORY, "out of memory");
    }
    if (!status) status = others_move(judge, implementation, false, operand, moved, error);
    for (int i = 0; i < OPERANDS_MAX; i++) memory_free(other[i]);
    return status;
}

enum status judge_vacuity(const struct judge *judge, const struct implementation *implementation,
                          const struct judge_case *item, struct error *error) {
    const struct primitive *primitive = judge->problem.primitive;
    for (int i = 0; i < primitive->operand_count && !item->constant; i++) {
        if (!is_output(judge, i)) continue;
        const struct tolerance tolerance = judge_tolerance(judge, implementation, i, item->exact);
        enum status status = bound_is_narrow(judge, i, &tolerance, error);
        if (!status) status = mostly_exact(judge, i, &tolerance, error);
        if (status) return status;
    }
    for (int i = 0; i < primitive->operand_count; i++) {
        const bool idle = item->idle >> i & 1, still = idle || item->constant;
        bool moved = false;
        if (!problem_weighs(&judge->problem, i) || domain_single(&judge->problem, i)) continue;
        const enum status status = input_matters(judge, implementation, item->exact, i, item->fill,
                                                 item->seed + 1, &moved, error);
        if (status) return status;
        if (moved == still)
            return fail(error, STATUS_BAD_INPUT,
                        idle    ? "the case says idle=%s, but changing it moves an output"
                        : still ? "the case says constant, but changing %s moves an output"
                                : "changing %s moves no output by more than its bound",
                        primitive->operands[i].name);
    }
    return STATUS_OK;
}
