/* The kinds of check: what is asked of one implementation on one case. */
#ifndef REFERENCE_CHECKS_H
#define REFERENCE_CHECKS_H

#include "reference/cases.h"
#include "reference/gradient.h"
#include "reference/trial.h"

/* The same problem again, but not the same inputs. */
enum twin {
    TWIN_ONE_ELEMENT, /* but for one element the same */
    TWIN_OTHER_DATA,
    TWINS
};

/* One case made ready for every implementation: inputs, expectations, vacuity already decided. */
struct subject {
    enum kind kind;
    struct problem_case item;
    struct trial trial;
    struct trial other;           /* KIND_BETWEEN: the problem that runs in between */
    struct subject *twin[TWINS];  /* KIND_BETWEEN; owned */
    double *golden[OPERANDS_MAX]; /* KIND_GOLDEN: expected values; not owned */
    struct judge judge;
    bool judge_open;
    int judge_halo;
    double affordable; /* of a problem with more arithmetic the oracle judges a sample */
    bool trusted;      /* vacuity is not asked about */
    double later;      /* KIND_USE: asked again after so many seconds, and nothing else; 0: not */
    /* vacuity of the last accumulation asked about */
    bool vacuity_known;
    struct accumulation vacuity_of;
    bool vacuous, too_coarse; /* too_coarse: vacuous by the promised summation alone */
    char vacuity[512];
    struct gradient gradient; /* KIND_SMOOTH */
    bool gradient_open;
};

/* `inputs`: NULL fills by item->fill and item->seed. `other`: NULL but for KIND_BETWEEN. */
enum status subject_open(struct subject *subject, enum kind kind, const struct problem_case *item,
                         void *const *inputs, const struct problem_case *other,
                         struct error *error);
void subject_close(struct subject *subject);

/* Make the judge ready for this implementation; check does so itself. */
enum status subject_judge(struct subject *subject, const struct implementation *implementation,
                          struct error *error);
/* Negative, 0 or positive, for sorting: what is worked out for one implementation holds for the
 * next one if nobody comes between whose accumulation differs. */
int subject_order(const struct implementation *a, const struct implementation *b);

/* What one check of one implementation came to. */
struct verdict_of {
    struct finding finding;
    double worst_ratio, worst_ulp; /* when something was judged */
    int64_t judged, elements;
    int directions, kinks; /* KIND_GRADIENT: looked along, and not, for want of a derivative */
    char note[256];        /* what was looked at, when that differs from case to case; "" */
    bool vacuous;          /* KIND_RANDOM: passed, and could not have failed */
};

/* `threads`: what implementations with uses_threads get; repeat counts up to it. */
struct verdict_of check(struct host *host, struct subject *subject,
                        const struct implementation *implementation, int threads);

/* Are these outputs, of a run that nobody watched, within the bounds? Else see *verdict. */
bool subject_approves(struct subject *subject, const struct implementation *implementation,
                      const struct capture *outputs, struct verdict_of *verdict);

/* ---- what the kinds of check share ------------------------------------------------------------
 */

/* Every output of one run against the expectations. */
bool judge_run(const struct subject *subject, const struct implementation *implementation,
               const struct capture *capture, struct verdict_of *result);

/* Run once more: the same bits as the first time? `after`: what happened in between, for the
 * message. */
bool same_again(struct host *host, struct subject *subject,
                const struct implementation *implementation, struct run_plan plan,
                const struct capture *first, const char *after, struct finding *finding);

/* Both poisons, and the values. */
bool values_right(struct host *host, struct subject *subject,
                  const struct implementation *implementation, struct run_plan plan,
                  struct verdict_of *result);

/* The first call's bits again, with so many of another thread's calls in the middle: check_use.c. */
bool right_beside(struct host *host, struct subject *subject,
                  const struct implementation *implementation, struct run_plan plan, int meetings,
                  struct finding *finding);

/* The twins of a subject that is filled: check_repeat.c. */
enum status twins_open(struct subject *subject, struct error *error);

/* What kinds.def names: of a subject whose judge is ready, unless the kind makes its own. */
typedef void check_function(struct host *host, struct subject *subject,
                            const struct implementation *implementation, int threads,
                            struct verdict_of *verdict);
check_function check_memory;   /* check_places.c */
check_function check_random;   /* check_places.c */
check_function check_repeat;   /* check_repeat.c */
check_function check_use;      /* check_use.c */
check_function check_property; /* check_property.c */
check_function check_gradient; /* check_gradient.c */

/* Is a primitive asked this? */
bool kind_asked(enum kind kind, const struct primitive *primitive);

#endif
