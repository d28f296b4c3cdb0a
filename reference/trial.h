/* One problem with its inputs, and running it in the worker. */
#ifndef REFERENCE_TRIAL_H
#define REFERENCE_TRIAL_H

#include "kernels/core/fill.h"
#include "kernels/host/host.h"

struct trial {
    struct problem problem;
    struct shape shape[OPERANDS_MAX];
    uint64_t places;           /* draws where LAYOUT_ODD puts the operands, ... */
    int turn;                  /* ... and what each of them is aligned to: [0, ALIGNMENTS) */
    void *input[OPERANDS_MAX]; /* in and in-out operands as before the run; owned */
    int calls;                 /* 0: a run is one call; else up to so many more, each on the same */
    bool beside;               /* ... beside those of another thread */
    const struct capture *held; /* what outputs hold before a run, for one; NULL: poison */
};

/* Over so many turns every operand lies once at an odd element, at an odd multiple of 2, of 4, of 8
 * elements, and at a page's start; in each turn others elsewhere. */
enum { ALIGNMENTS = 5 };

/* What a run left in its outputs; owned. */
struct capture {
    unsigned char *output[OPERANDS_MAX];
};

/* What a check found wrong (or, verdict PASS, nothing). */
struct finding {
    enum verdict verdict;
    char message[640]; /* one line */
    /* the first wrong element, when there is one */
    const char *operand; /* NULL: none */
    char index[160];
    bool compared; /* with an expected value */
    double expected, got, bound, ulp;
    int64_t wrong, judged;
    int threads;
    enum layout layout; /* of the run that was looked at */
    const char *law;    /* the law that is broken; NULL: none */
    bool not_asked;     /* SKIP: the check leaves it out, not the implementation */
};
void finding_set(struct finding *finding, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct run_plan {
    enum layout layout;
    enum poison poison;
    int threads;
};

enum status trial_open(struct trial *trial, const struct problem *problem, struct error *error);
/* Fill every input: trial_open, then this or copying into trial->input. */
void trial_fill(struct trial *trial, enum fill fill, uint64_t seed);
void trial_close(struct trial *trial);
void capture_free(struct capture *capture);

/* Is there an element to be written? */
bool trial_has_output(const struct trial *trial);
size_t trial_bytes(const struct trial *trial, int operand);

/* Run once. Checks what needs no expected value: it came back, canaries and inputs are untouched,
 * the floating-point control register is as before. False with the finding set otherwise. */
bool trial_run(struct host *host, const struct trial *trial,
               const struct implementation *implementation, struct run_plan plan,
               struct capture *capture, struct finding *finding);

/* Run with both poisons. Checks in addition that every element was written and that both runs agree
 * bit for bit. `capture` is the first run's. */
bool trial_run_pair(struct host *host, const struct trial *trial,
                    const struct implementation *implementation, struct run_plan plan,
                    struct capture *capture, struct finding *finding);

/* First operand and element in which two captures differ; -1: none. */
int64_t capture_difference(const struct trial *trial, const struct capture *a,
                           const struct capture *b, int *operand);

/* What the last run left in an output, as long as nothing else runs. */
unsigned char *trial_left(const struct host *host, int operand);

const char *layout_name(enum layout layout);

#endif
