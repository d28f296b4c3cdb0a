/* The kind `use`: what one call does not show. The same call thousands of times, and beside another
 * thread's, gives the same bits, and keeps no memory. */
#include "reference/checks.h"
#include "reference/inspect.h"

enum { MANY_CALLS = 6000 };

/* The problem as the trial has it now; false: it differs from `first`, or worse. */
static bool same_bits(struct host *host, struct subject *subject,
                      const struct implementation *implementation, struct run_plan plan,
                      const struct capture *first, struct finding *finding) {
    struct trial *trial = &subject->trial;
    struct capture last;
    int operand;
    bool good = trial_run(host, trial, implementation, plan, &last, finding);
    const int64_t at = good ? capture_difference(trial, first, &last, &operand) : -1;
    if (at >= 0) {
        const int calls = host->page->answer.calls + 1;
        finding->operand = trial->problem.primitive->operands[operand].name;
        shape_print_index(&trial->shape[operand], at, finding->index, sizeof finding->index);
        if (trial->beside)
            finding_set(finding, VERDICT_FAIL,
                        "%s%s has other bits when another thread calls it at the same time: it is "
                        "not reentrant",
                        finding->operand, finding->index);
        else
            finding_set(finding, VERDICT_FAIL, "%s%s has other bits at call %d on the same inputs",
                        finding->operand, finding->index, calls);
        good = false;
    }
    capture_free(&last);
    return good;
}

void check_use(struct host *host, struct subject *subject,
               const struct implementation *implementation, int threads,
               struct verdict_of *result) {
    const struct run_plan plan = {LAYOUT_END, POISON_NAN, threads};
    struct trial *trial = &subject->trial;
    struct capture first;
    bool good = trial_run_pair(host, trial, implementation, plan, &first, &result->finding) &&
                judge_run(subject, implementation, &first, result);
    trial->calls = MANY_CALLS;
    good = good && same_bits(host, subject, implementation, plan, &first, &result->finding);
    trial->beside = true; /* a team of each would be another question */
    if (good && !implementation->uses_threads)
        same_bits(host, subject, implementation, plan, &first, &result->finding);
    trial->calls = 0;
    trial->beside = false;
    capture_free(&first);
}
