#include "reference/checks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/isa.h"
#include "reference/inspect.h"

/* ---- the subject ------------------------------------------------------------------------------
 */

static void fill(struct subject *subject, void *const *inputs) {
    struct trial *trial = &subject->trial;
    const struct problem_case *item = &subject->item;
    if (!inputs) {
        trial_fill(trial, item->fill, item->seed);
        /* what it cannot make consistent, the check itself finds and names */
        if (kind_is(subject->kind, KIND_SMOOTH) && item->problem.primitive->gradient_of)
            gradient_fill(&item->problem, trial->input, item->seed, NULL);
        return;
    }
    for (int i = 0; i < OPERANDS_MAX; i++)
        if (trial->input[i] && inputs[i] && trial_bytes(trial, i))
            memcpy(trial->input[i], inputs[i], trial_bytes(trial, i));
}

enum status subject_open(struct subject *subject, enum kind kind, const struct problem_case *item,
                         void *const *inputs, const struct problem_case *other,
                         struct error *error) {
    *subject = (struct subject){.kind = kind, .item = *item, .affordable = 2e8};
    enum status status = trial_open(&subject->trial, &item->problem, error);
    if (!status && other) status = trial_open(&subject->other, &other->problem, error);
    if (status) {
        subject_close(subject);
        return status;
    }
    fill(subject, inputs);
    if (!other) return STATUS_OK;
    trial_fill(&subject->other, other->fill, other->seed + 1);
    status = twins_open(subject, error);
    if (status) subject_close(subject);
    return status;
}

void subject_close(struct subject *subject) {
    if (subject->judge_open) judge_close(&subject->judge);
    if (subject->gradient_open) gradient_close(&subject->gradient);
    trial_close(&subject->trial);
    trial_close(&subject->other);
    for (int i = 0; i < TWINS; i++) {
        if (subject->twin[i]) subject_close(subject->twin[i]);
        free(subject->twin[i]);
        subject->twin[i] = NULL;
    }
}

/* How many units of a large problem are judged: all, or what is affordable, by default about a
 * second of oracle. */
static int64_t affordable_units(const struct subject *subject, const struct oracle *oracle) {
    const struct problem *problem = &subject->item.problem;
    const double units = (double)oracle_units(oracle, problem), flops = problem_flops(problem);
    if (flops <= subject->affordable) return -1;
    const double count = subject->affordable / flops * units;
    return count < 64 ? 64 : (int64_t)count;
}

int subject_order(const struct implementation *a, const struct implementation *b) {
    const int left = a->accumulation.halo, right = b->accumulation.halo;
    if (left != right) return left > right ? 1 : -1;
    return memcmp(&a->accumulation, &b->accumulation, sizeof a->accumulation);
}

static bool is_exact(const struct subject *subject) { return kind_is(subject->kind, KIND_EXACTLY); }

/* Terms of a sum whose rounding errors still count as independent: see tolerance.h. */
#define LONGEST_INDEPENDENT 0x1p19

/* Gauges differ by the implementation's halo, and by nothing else of it. */
enum status subject_judge(struct subject *subject, const struct implementation *implementation,
                          struct error *error) {
    const int halo = implementation->accumulation.halo;
    if (subject->judge_open && subject->judge_halo == halo) return STATUS_OK;
    if (subject->judge_open) judge_close(&subject->judge);
    subject->judge_open = false;
    const struct problem *problem = &subject->item.problem;
    const struct oracle *oracle = oracle_find(problem->primitive->name);
    if (!oracle)
        return fail(error, STATUS_UNAVAILABLE, "%s has no oracle", problem->primitive->name);
    const enum status status =
        judge_open(&subject->judge, problem, (const void *const *)subject->trial.input, halo,
                   affordable_units(subject, oracle), subject->item.seed, error);
    if (status) return status;
    for (int i = 0; i < problem->primitive->operand_count; i++)
        if (subject->golden[i]) judge_use_values(&subject->judge, i, subject->golden[i]);
    subject->judge.dependent =
        kind_is(subject->kind, KIND_DRAWN) &&
        (fill_repeats(subject->item.fill) || problem_terms(problem) > LONGEST_INDEPENDENT);
    if (is_exact(subject) && subject->item.fill == FILL_ODD) subject->judge.exact_below = 0x1p24;
    subject->judge_open = true;
    subject->judge_halo = halo;
    subject->vacuity_known = false;
    return STATUS_OK;
}

/* ---- judging ----------------------------------------------------------------------------------
 */

static void report_element(const struct judge *judge, int operand, const unsigned char *got,
                           const struct tolerance *tolerance, const struct comparison *result,
                           struct finding *finding) {
    const struct expectation *expected = &judge->expected[operand];
    const struct operand *what = &judge->problem.primitive->operands[operand];
    const struct tensor tensor = {what->dtype, problem_shape(&judge->problem, operand),
                                  (void *)got};
    const int64_t i = result->first_wrong;
    finding->operand = what->name;
    shape_print_index(&tensor.shape, i, finding->index, sizeof finding->index);
    finding->compared = true;
    finding->expected = inspect_number(expected->value[i]);
    finding->got = inspect_number(tensor_get(&tensor, i));
    finding->bound =
        tolerance_bound(tolerance, expected->value[i], expected->sum[i], expected->local[i]);
    finding->ulp = ulp_distance(finding->got, finding->expected);
    finding->wrong = result->wrong;
    finding->judged = result->judged;
    char text[sizeof finding->message];
    finding_set(finding, VERDICT_FAIL, "%s",
                inspect_describe(judge, operand, got, tolerance, result, text, sizeof text));
}

/* Every output of one run against the expectations. */
bool judge_run(const struct subject *subject, const struct implementation *implementation,
               const struct capture *capture, struct verdict_of *result) {
    const struct judge *judge = &subject->judge;
    result->judged = result->elements = 0;
    for (int i = 0; i < judge->problem.primitive->operand_count; i++) {
        if (!capture->output[i]) continue;
        const struct tolerance tolerance =
            judge_tolerance(judge, implementation, i, is_exact(subject));
        const struct comparison c = judge_compare(judge, i, capture->output[i], &tolerance);
        result->judged += c.judged;
        result->elements += shape_elements(&subject->trial.shape[i]);
        if (c.worst >= 0 && !(c.worst_ratio <= result->worst_ratio)) {
            result->worst_ratio = c.worst_ratio;
            result->worst_ulp = c.worst_ulp;
        }
        if (c.wrong) {
            report_element(judge, i, capture->output[i], &tolerance, &c, &result->finding);
            return false;
        }
    }
    const bool all = judge->judged_units == judge->units;
    if (all ? result->judged < result->elements : result->judged == 0) {
        finding_set(&result->finding, VERDICT_MISTRUSTED,
                    "the oracle judged %lld of %lld output elements", (long long)result->judged,
                    (long long)result->elements);
        return false;
    }
    return true;
}

bool subject_approves(struct subject *subject, const struct implementation *implementation,
                      const struct capture *outputs, struct verdict_of *verdict) {
    struct error error;
    const struct implementation meant = implementation_for(implementation, &subject->item.problem);
    *verdict = (struct verdict_of){.finding.verdict = VERDICT_PASS};
    if (!subject_judge(subject, &meant, &error))
        return judge_run(subject, &meant, outputs, verdict);
    finding_set(&verdict->finding, VERDICT_MISTRUSTED, "%s", error.text);
    return false;
}

static struct judge_case asked_of(const struct subject *subject) {
    const struct problem_case *item = &subject->item;
    return (struct judge_case){.exact = is_exact(subject),
                               .constant = item->constant,
                               .idle = item->idle,
                               .fill = item->fill,
                               .seed = item->seed};
}

/* Would the case tell right from wrong, if only the sums were promised to be accurate? */
static bool only_sums_too_coarse(const struct subject *subject,
                                 const struct implementation *implementation) {
    struct implementation strict = *implementation;
    struct error ignored;
    const struct judge_case asked = asked_of(subject);
    if (strict.accumulation.amplification > 1) return false;
    strict.accumulation.summation = SUM_COMPENSATED;
    return judge_vacuity(&subject->judge, &strict, &asked, &ignored) == STATUS_OK;
}

/* Could it have failed? The answer depends on the implementation by its accumulation alone. A case
 * that fails to ask anything is MISTRUSTED; one that asks for more than plain sums promise, of an
 * implementation with plain sums, is a SKIP. */
static bool not_vacuous(struct subject *subject, const struct implementation *implementation,
                        struct finding *finding) {
    const struct accumulation *traits = &implementation->accumulation;
    if (!subject->vacuity_known || memcmp(traits, &subject->vacuity_of, sizeof *traits)) {
        struct error error = {""};
        const struct judge_case asked = asked_of(subject);
        subject->vacuous = judge_vacuity(&subject->judge, implementation, &asked, &error);
        snprintf(subject->vacuity, sizeof subject->vacuity, "%s", error.text);
        subject->too_coarse = subject->vacuous && only_sums_too_coarse(subject, implementation);
        subject->vacuity_of = *traits;
        subject->vacuity_known = true;
    }
    if (subject->too_coarse)
        finding_set(finding, VERDICT_SKIP,
                    "its way of summing promises too little for this case: %s", subject->vacuity);
    else if (subject->vacuous)
        finding_set(finding, VERDICT_MISTRUSTED, "could not have failed: %s", subject->vacuity);
    return !subject->vacuous;
}

/* ---- the kinds --------------------------------------------------------------------------------
 */

bool values_right(struct host *host, struct subject *subject,
                  const struct implementation *implementation, struct run_plan plan,
                  struct verdict_of *result) {
    struct capture capture;
    const bool good =
        trial_run_pair(host, &subject->trial, implementation, plan, &capture, &result->finding) &&
        judge_run(subject, implementation, &capture, result);
    capture_free(&capture);
    return good;
}

static void check_values(struct host *host, struct subject *subject,
                         const struct implementation *implementation, int threads,
                         struct verdict_of *result) {
    const struct run_plan plan = {LAYOUT_END, POISON_NAN, threads};
    if (!values_right(host, subject, implementation, plan, result)) return;
    if (!subject->trusted && !kind_is(subject->kind, KIND_SPECIALS) &&
        trial_has_output(&subject->trial))
        not_vacuous(subject, implementation, &result->finding);
}

static bool asked_all(const struct primitive *primitive) { return primitive != NULL; }
static bool asked_laws(const struct primitive *primitive) { return primitive->property_count > 0; }
static bool asked_gradients(const struct primitive *primitive) { return primitive->gradient_of; }

/* What kinds.def says of each kind by a name. */
static const struct {
    bool (*asked)(const struct primitive *primitive);
    check_function *check;
} checks[KINDS] = {
#define KIND(name_, id_, fill_, traits_, whom_, how_, cost_, text_)                                \
    [KIND_##id_] = {asked_##whom_, check_##how_},
#define SECTION(name_)
#include "reference/kinds.def"
#undef KIND
#undef SECTION
};

bool kind_asked(enum kind kind, const struct primitive *primitive) {
    return checks[kind].asked(primitive);
}

static bool is_special(float x) { return !isfinite(x); }
static bool overflows_soon(float x) { return !(fabsf(x) <= 0x1p126F); }
static bool is_large(float x) { return !(fabsf(x) <= 16); }
static bool is_tiny(float x) { return x != 0 && fabsf(x) < 0x1p-20F; }

/* Which part of the inputs is such: limits go by what they hold, whoever made them. */
static double part_of_inputs(const struct subject *subject, bool (*such)(float)) {
    const struct trial *trial = &subject->trial;
    const struct primitive *primitive = trial->problem.primitive;
    int64_t count = 0, all = 0;
    for (int i = 0; i < primitive->operand_count; i++) {
        const float *data = trial->input[i];
        if (!data || primitive->operands[i].dtype != DTYPE_F32 ||
            !problem_reads(&trial->problem, i))
            continue;
        const int64_t elements = shape_elements(&trial->shape[i]);
        for (int64_t k = 0; k < elements; k++) count += such(data[k]);
        all += elements;
    }
    return all ? (double)count / (double)all : 0;
}

/* What is drawn is what its style says; a stranger's data say it themselves. */
static bool far_from_one(const struct subject *subject) {
    if (subject->kind != KIND_GOLDEN) return fill_extreme(subject->item.fill);
    return part_of_inputs(subject, is_large) > 0 || part_of_inputs(subject, is_tiny) >= 0.01;
}

static struct verdict_of examine(struct host *host, struct subject *subject,
                                 const struct implementation *implementation, int threads) {
    struct verdict_of result = {.finding.verdict = VERDICT_PASS};
    struct error error;
    if (implementation->isa > isa_best()) { /* no need of expected values */
        finding_set(&result.finding, VERDICT_SKIP, "%s",
                    implementation_unavailable(implementation));
        return result;
    }
    if (is_exact(subject) && implementation->accumulation.inexact) {
        finding_set(&result.finding, VERDICT_SKIP,
                    "this algorithm is not exact on small integers by design");
        return result;
    }
    if (implementation->no_special && part_of_inputs(subject, overflows_soon) > 0) {
        finding_set(&result.finding, VERDICT_SKIP, "%s", implementation->no_special);
        return result;
    }
    if (implementation->no_extremes && far_from_one(subject)) {
        finding_set(&result.finding, VERDICT_SKIP, "%s", implementation->no_extremes);
        return result;
    }
    if (kind_is(subject->kind, KIND_FINITE) && part_of_inputs(subject, is_special) > 0) {
        finding_set(&result.finding, VERDICT_SKIP,
                    "laws and derivatives are stated for finite inputs");
        result.finding.not_asked = true;
        return result;
    }
    const enum status status = kind_is(subject->kind, KIND_OWN_JUDGES)
                                   ? STATUS_OK
                                   : subject_judge(subject, implementation, &error);
    if (status) {
        finding_set(&result.finding,
                    status == STATUS_UNAVAILABLE ? VERDICT_SKIP : VERDICT_MISTRUSTED, "%s",
                    error.text);
        result.finding.not_asked = true;
        return result;
    }
    checks[subject->kind].check(host, subject, implementation, threads, &result);
    return result;
}

/* Drawn problems are as large as what is timed: a textbook loop, which runs over every extent, may
 * take minutes over one of them, and is no hang. */
static bool large_enough_to_be_slow(const struct problem *problem) {
    const double plenty = 5e8;
    double steps = 1;
    for (int i = 0; i < problem->primitive->field_count; i++)
        if (problem->primitive->fields[i].kind == FIELD_INT)
            steps *= fmax(1, (double)problem->value[i].i);
    return fmax(steps, problem_flops(problem)) > plenty;
}

/* Runs of one problem kept memory: a leak, if more of them do. */
static void look_for_leak(struct host *host, struct subject *subject,
                          const struct implementation *implementation, struct finding *finding) {
    const struct run_plan plan = {LAYOUT_END, POISON_NAN, 1}; /* teams come and go as they like */
    struct capture capture;
    subject->trial.calls = 1;
    trial_run(host, &subject->trial, implementation, plan, &capture, finding);
    subject->trial.calls = 0;
    capture_free(&capture);
}

/* Threads of a wrong kernel may still be at work: not in the next one's worker. */
struct verdict_of check(struct host *host, struct subject *subject,
                        const struct implementation *implementation, int threads) {
    const struct implementation meant = implementation_for(implementation, &subject->item.problem);
    host->keeps = false;
    struct verdict_of result = examine(host, subject, &meant, threads);
    if (result.finding.verdict == VERDICT_PASS && host->keeps)
        look_for_leak(host, subject, &meant, &result.finding);
    if (result.finding.verdict == VERDICT_TIMEOUT && kind_is(subject->kind, KIND_DRAWN) &&
        large_enough_to_be_slow(&subject->item.problem)) {
        finding_set(&result.finding, VERDICT_SKIP,
                    "takes longer than %g s over problems as large as those that are timed",
                    host->timeout);
        result.finding.not_asked = true;
    }
    if (implementation->uses_threads && result.finding.verdict > VERDICT_SKIP) host_restart(host);
    return result;
}
