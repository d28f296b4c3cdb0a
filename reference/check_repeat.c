/* The kind `repeat`: the same bits again, whatever ran in between and on however many threads. */
#include <stdlib.h>
#include <string.h>

#include "kernels/core/random.h"
#include "reference/checks.h"
#include "reference/inspect.h"

/* ---- twins ------------------------------------------------------------------------------------
 */

static enum status twin_open(struct subject *subject, enum twin which,
                             const struct problem_case *item, void *const *inputs,
                             struct error *error) {
    struct subject *twin = malloc(sizeof *twin);
    if (!twin) return fail(error, STATUS_NO_MEMORY, "out of memory");
    const enum status status = subject_open(twin, subject->kind, item, inputs, NULL, error);
    if (status)
        free(twin);
    else
        subject->twin[which] = twin;
    return status;
}

/* May an element of it be another one, whatever the rest is? */
static bool may_change(const struct subject *subject, int operand) {
    return problem_reads(&subject->item.problem, operand) &&
           !subject->item.problem.primitive->operands[operand].along;
}

/* One element of one input becomes what it is in the twin with other data. */
static void change_one(const struct subject *subject) {
    enum { DRAWS = 64 };
    const struct primitive *primitive = subject->item.problem.primitive;
    struct trial *trial = &subject->twin[TWIN_ONE_ELEMENT]->trial;
    /* elsewhere in every problem: a sample at fixed parts of the length shall not always hit it */
    const uint64_t seed = subject->item.seed ^ problem_hash(&subject->item.problem);
    for (uint64_t draw = 0; draw < DRAWS; draw++) {
        const int operand = (int)random_integer(seed, 91, draw, 0, primitive->operand_count - 1);
        if (!may_change(subject, operand)) continue;
        const size_t unit = dtype_bytes(primitive->operands[operand].dtype);
        const int64_t count = shape_elements(&trial->shape[operand]);
        const size_t at = unit * (size_t)random_integer(seed, 92, draw, 0, count - 1);
        unsigned char *element = (unsigned char *)trial->input[operand] + at;
        const unsigned char *other =
            (const unsigned char *)subject->twin[TWIN_OTHER_DATA]->trial.input[operand] + at;
        if (memcmp(element, other, unit) == 0) continue;
        memcpy(element, other, unit);
        return;
    }
}

enum status twins_open(struct subject *subject, struct error *error) {
    struct problem_case other = subject->item;
    other.seed += 2; /* one more is the problem in between */
    enum status status = twin_open(subject, TWIN_OTHER_DATA, &other, NULL, error);
    if (!status)
        status = twin_open(subject, TWIN_ONE_ELEMENT, &subject->item, subject->trial.input, error);
    if (!status) change_one(subject);
    return status;
}

/* The same problem with other data: what is remembered of the problem must not be its results, nor
 * be recognised by a sample of the data or of what the outputs hold. */
static bool twin_right(struct host *host, struct subject *subject,
                       const struct implementation *implementation, struct run_plan plan,
                       enum twin which, const struct capture *first, struct finding *finding) {
    static const char *const words[TWINS] = {
        [TWIN_OTHER_DATA] = "with other data, after the same problem",
        [TWIN_ONE_ELEMENT] =
            "with one input element changed, over the results of the same problem"};
    struct subject *twin = subject->twin[which];
    struct verdict_of result = {.finding = *finding};
    struct capture capture;
    struct error error;
    if (!twin || subject_judge(twin, implementation, &error)) return true;
    twin->trial.held = which == TWIN_ONE_ELEMENT ? first : NULL;
    const bool good =
        trial_run(host, &twin->trial, implementation, plan, &capture, &result.finding) &&
        judge_run(twin, implementation, &capture, &result);
    twin->trial.held = NULL;
    capture_free(&capture);
    if (good) return true;
    *finding = result.finding;
    finding_set(finding, result.finding.verdict, "%s: %.560s", words[which],
                result.finding.message);
    return false;
}

/* ---- the check --------------------------------------------------------------------------------
 */

/* Run once more: the same bits as the first time? */
bool same_again(struct host *host, struct subject *subject,
                const struct implementation *implementation, struct run_plan plan,
                const struct capture *first, const char *after, struct finding *finding) {
    struct capture again;
    int operand;
    bool good = trial_run(host, &subject->trial, implementation, plan, &again, finding);
    const int64_t at = good ? capture_difference(&subject->trial, first, &again, &operand) : -1;
    if (at >= 0) {
        finding->operand = subject->trial.problem.primitive->operands[operand].name;
        shape_print_index(&subject->trial.shape[operand], at, finding->index,
                          sizeof finding->index);
        finding_set(finding, VERDICT_FAIL,
                    "%s%s has other bits when run again on the same inputs with %d thread%s%s",
                    finding->operand, finding->index, finding->threads,
                    finding->threads == 1 ? "" : "s", after);
        good = false;
    }
    capture_free(&again);
    return good;
}

/* First run, another problem, second run, nearly the same and other data, third run: state left
 * behind shows as a difference. */
static bool repeats(struct host *host, struct subject *subject,
                    const struct implementation *implementation, struct run_plan plan,
                    struct verdict_of *result) {
    struct capture first, between = {{NULL}};
    struct finding ignored = {.verdict = VERDICT_PASS};
    bool good =
        trial_run_pair(host, &subject->trial, implementation, plan, &first, &result->finding) &&
        judge_run(subject, implementation, &first, result);
    if (good && subject->other.problem.primitive &&
        !trial_run(host, &subject->other, implementation, plan, &between, &ignored) &&
        ignored.verdict != VERDICT_SKIP) {
        result->finding = ignored; /* its own crash is a finding of its own kind as well */
        good = false;
    }
    capture_free(&between);
    for (int run = 0; good && run < 2; run++) {
        good = same_again(host, subject, implementation, plan, &first,
                          run ? ", after other data" : ", after another problem", &result->finding);
        for (int twin = 0; good && !run && twin < TWINS; twin++)
            good = twin_right(host, subject, implementation, plan, (enum twin)twin, &first,
                              &result->finding);
    }
    capture_free(&first);
    return good;
}

void check_repeat(struct host *host, struct subject *subject,
                  const struct implementation *implementation, int threads,
                  struct verdict_of *result) {
    const int last = implementation->uses_threads ? threads : 1;
    for (int count = 1; count <= last; count++) {
        if (count > 8 && count < last) continue; /* 1..8, then the most */
        const struct run_plan plan = {LAYOUT_END, POISON_NAN, count};
        if (!repeats(host, subject, implementation, plan, result)) return;
    }
}
