/* The kinds `memory` and `random`: operands in every place. */
#include <string.h>

#include "reference/checks.h"

/* The turns of LAYOUT_ODD after the first. */
static bool right_however_aligned(struct host *host, struct subject *subject,
                                  const struct implementation *implementation, int threads,
                                  struct verdict_of *result) {
    const struct run_plan plan = {LAYOUT_ODD, POISON_NAN, threads};
    bool good = true;
    for (int turn = 1; good && turn < ALIGNMENTS; turn++) {
        struct capture capture;
        subject->trial.turn = turn;
        good = trial_run(host, &subject->trial, implementation, plan, &capture, &result->finding) &&
               judge_run(subject, implementation, &capture, result);
        capture_free(&capture);
    }
    subject->trial.turn = 0;
    return good;
}

void check_memory(struct host *host, struct subject *subject,
                  const struct implementation *implementation, int threads,
                  struct verdict_of *result) {
    for (int layout = 0; layout < LAYOUTS; layout++) {
        const struct run_plan plan = {(enum layout)layout, POISON_NAN, threads};
        if (!values_right(host, subject, implementation, plan, result)) return;
    }
    right_however_aligned(host, subject, implementation, threads, result);
}

static bool refilling_moves(const struct subject *subject,
                            const struct implementation *implementation, enum fill fill) {
    bool moved = false;
    return !judge_sensitive(&subject->judge, implementation, fill, subject->item.seed + 1, &moved,
                            NULL) &&
           moved;
}

/* Would other inputs, of the same style or ordinary ones, have given other outputs? */
static bool could_fail(struct subject *subject, const struct implementation *implementation) {
    const struct accumulation *traits = &implementation->accumulation;
    if (!trial_has_output(&subject->trial)) return false;
    if (!subject->vacuity_known || memcmp(traits, &subject->vacuity_of, sizeof *traits)) {
        subject->vacuous = !refilling_moves(subject, implementation, subject->item.fill) &&
                           !refilling_moves(subject, implementation, FILL_NORMAL);
        subject->vacuity_of = *traits;
        subject->vacuity_known = true;
    }
    return !subject->vacuous;
}

/* Of a problem that is judged on a sample the placing is left to smaller ones. */
static bool sampled(const struct subject *subject) {
    return subject->judge.judged_units < subject->judge.units;
}

/* Streaming stores and the like begin at some size; of smaller problems `memory` asks enough. */
enum { MANY_ELEMENTS = 1 << 14, TOO_MANY = 1 << 20 };

/* Of a kernel that keeps what it works on in one place, every second call or so is met. */
enum { MEETINGS = 6 };
#define SOME_FLOPS 4e6

static int64_t elements(const struct subject *subject) {
    int64_t all = 0;
    for (int i = 0; i < subject->trial.problem.primitive->operand_count; i++)
        all += shape_elements(&subject->trial.shape[i]);
    return all;
}

/* Every layout on as many threads as given, then the first once more, and of problems that cover the
 * fields beside another thread. That such a problem could not
 * have failed is no defect of anything: it is reported, and who drew it counts. */
void check_random(struct host *host, struct subject *subject,
                  const struct implementation *implementation, int threads,
                  struct verdict_of *result) {
    const struct run_plan plan = {LAYOUT_END, POISON_NAN, threads};
    struct capture first;
    bool good =
        trial_run_pair(host, &subject->trial, implementation, plan, &first, &result->finding) &&
        judge_run(subject, implementation, &first, result);
    for (int layout = LAYOUT_END + 1; good && !sampled(subject) && layout < LAYOUTS; layout++) {
        const struct run_plan other = {(enum layout)layout, POISON_NAN, threads};
        good = values_right(host, subject, implementation, other, result);
    }
    if (good && !sampled(subject) && elements(subject) >= MANY_ELEMENTS &&
        elements(subject) < TOO_MANY)
        good = right_however_aligned(host, subject, implementation, threads, result);
    good = good && same_again(host, subject, implementation, plan, &first,
                              ", after other places in memory", &result->finding);
    capture_free(&first);
    if (good && subject->trusted && elements(subject) < TOO_MANY &&
        problem_flops(&subject->item.problem) < SOME_FLOPS)
        right_beside(host, subject, implementation, plan, MEETINGS, &result->finding);
    if (!subject->trusted) result->vacuous = good && !could_fail(subject, implementation);
}
