/* The kinds of check: what is asked of one implementation on one case. */
#ifndef TESTS_VERIFIER_VERIFY_CHECKS_H
#define TESTS_VERIFIER_VERIFY_CHECKS_H

#include "reference/cases.h"
#include "reference/gradient.h"
#include "tests/verifier/verify_trial.h"

enum kind {
    KIND_GOLDEN,
    KIND_ORACLE,
    KIND_EXACT,
    KIND_SPECIAL,
    KIND_MEMORY,
    KIND_REPEAT,
    KIND_PROPERTY,
    KIND_GRADIENT,
    KIND_RANDOM,
    KINDS, /* the first KINDS of case_kinds */
};

/* One case made ready for every implementation: inputs, expectations, vacuity already decided. */
struct subject {
    enum kind kind;
    struct problem_case item;
    struct trial trial;
    struct trial other;           /* KIND_REPEAT: the problem that runs in between */
    struct subject *twin;         /* KIND_REPEAT: the same problem with other data; owned */
    double *golden[OPERANDS_MAX]; /* KIND_GOLDEN: expected values; not owned */
    struct judge judge;
    bool judge_open;
    int judge_halo;
    /* vacuity of the last accumulation asked about */
    bool vacuity_known;
    struct accumulation vacuity_of;
    bool vacuous, too_coarse; /* too_coarse: vacuous by the promised summation alone */
    char vacuity[512];
    struct gradient gradient; /* KIND_GRADIENT */
    bool gradient_open;
};

/* `inputs`: NULL fills by item->fill and item->seed. `other`: NULL but for KIND_REPEAT. */
enum status subject_open(struct subject *subject, enum kind kind, const struct problem_case *item,
                         void *const *inputs, const struct problem_case *other,
                         struct error *error);
void subject_close(struct subject *subject);

/* Make the judge ready for this implementation; check does so itself. */
enum status subject_judge(struct subject *subject, const struct implementation *implementation,
                          struct error *error);

/* What one check of one implementation came to. */
struct verdict_of {
    struct finding finding;
    double worst_ratio, worst_ulp; /* when something was judged */
    int64_t judged, elements;
    int directions, kinks; /* KIND_GRADIENT: looked along, and not, for want of a derivative */
    char note[256];        /* what was looked at, when that differs from case to case; "" */
    bool vacuous;          /* KIND_RANDOM: passed, and could not have failed */
};

/* `threads`: what implementations with uses_threads get; KIND_REPEAT counts up to it. */
struct verdict_of check(struct host *host, struct subject *subject,
                        const struct implementation *implementation, int threads);

/* verify_property.c */
void check_property(struct host *host, const struct subject *subject,
                    const struct implementation *implementation, int threads,
                    struct verdict_of *verdict);

/* verify_gradient.c. `subject`: its judge is ready. */
void check_gradient(struct host *host, struct subject *subject,
                    const struct implementation *implementation, int threads,
                    struct verdict_of *verdict);

#endif
