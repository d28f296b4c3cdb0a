/* The kind `use`: what one call does not show. The same call thousands of times, and beside another
 * thread's, gives the same bits, and keeps no memory. */
#include "reference/checks.h"
#include "reference/inspect.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

enum { MANY_CALLS = 6000, MEETINGS = 60 };

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
        if (trial->beside && !host->page->answer.for_good)
            finding_set(finding, VERDICT_FAIL,
                        "%s%s has other bits when another thread calls it at the same time: it is "
                        "not reentrant",
                        finding->operand, finding->index);
        else
            finding_set(finding, VERDICT_FAIL,
                        "%s%s has other bits at call %d on the same inputs%s", finding->operand,
                        finding->index, calls, trial->beside ? ", after another thread's" : "");
        good = false;
    }
    capture_free(&last);
    return good;
}

bool right_beside(struct host *host, struct subject *subject,
                  const struct implementation *implementation, struct run_plan plan, int meetings,
                  struct finding *finding) {
    struct trial *trial = &subject->trial;
    struct capture first;
    bool good = trial_run(host, trial, implementation, plan, &first, finding);
    trial->calls = meetings;
    trial->beside = true;
    good = good && same_bits(host, subject, implementation, plan, &first, finding);
    trial->calls = 0;
    trial->beside = false;
    capture_free(&first);
    return good;
}

/* And after a while, in which the process lived on. */
static bool still_right(struct host *host, struct subject *subject,
                        const struct implementation *implementation, struct run_plan plan,
                        const struct capture *first, struct finding *finding) {
    const struct timespec pause = {(time_t)subject->later,
                                   (long)(1e9 * (subject->later - floor(subject->later)))};
    char after[64];
    nanosleep(&pause, NULL);
    snprintf(after, sizeof after, ", %g s later", subject->later);
    return same_again(host, subject, implementation, plan, first, after, finding);
}

void check_use(struct host *host, struct subject *subject,
               const struct implementation *implementation, int threads,
               struct verdict_of *result) {
    struct run_plan plan = {LAYOUT_END, POISON_NAN, threads};
    struct trial *trial = &subject->trial;
    struct capture first;
    bool good = trial_run_pair(host, trial, implementation, plan, &first, &result->finding) &&
                judge_run(subject, implementation, &first, result);
    if (good && subject->later > 0) {
        still_right(host, subject, implementation, plan, &first, &result->finding);
        good = false;
    }
    trial->calls = MANY_CALLS;
    good = good && same_bits(host, subject, implementation, plan, &first, &result->finding);
    trial->calls = 0;
    capture_free(&first);
    good = good && right_beside(host, subject, implementation, plan, MEETINGS, &result->finding);
    plan.threads = 1; /* a team of one each: most of a call is then the kernel's own */
    if (good && implementation->uses_threads && threads > 1)
        right_beside(host, subject, implementation, plan, MEETINGS, &result->finding);
}
