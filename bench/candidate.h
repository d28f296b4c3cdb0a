/* One implementation on one workload with one thread count: verified, then timed.
 *
 * It is verified on the very problem, data included, in a worker (kernels/host) by the check that
 * assay verify --kind oracle makes; timed it is in this process.
 *
 * What is timed, and on which data.
 *
 * A kernel runs in batches long enough for the clock (50 us), and only batches are timed. Outputs
 * are poisoned before every repetition, so a call that skips its work is found out when the outputs
 * of the repetition's last call are compared bit for bit with those that were verified, or, where
 * other places in memory make other bits, approved by the same oracle.
 *
 * In-out operands (c of gemm, the parameters of adam_step) would drift: c = 2 AB + 2 c is infinite
 * after 128 calls, c = c/2 denormal. So a batch starts from the pristine values, runs in place,
 * and is followed by a restoration that is not timed. How long a batch may be is found out
 * before: after that many calls no Inf, NaN or denormal may stand where none was at first. Batches
 * that all start from the same bits must all end in the same bits; those are remembered from
 * before the timing and compared afterwards. The restoration leaves the operand as cached as the
 * call before would have.
 *
 * --cold: every call takes the next of many equal buffer sets, in-out operands included; one round
 * is one batch of in-out kernels. Afterwards every set is compared. */
#ifndef BENCH_CANDIDATE_H
#define BENCH_CANDIDATE_H

#include "bench/gbench_shim.h"
#include "bench/roofline.h"
#include "bench/workload.h"

/* What is being timed is finished, and nothing more begun: what is left is reported as skipped. May
 * be called in a signal handler. */
void candidates_stop(void);
bool candidates_stopped(void);

enum standing { STANDING_READY, STANDING_SKIPPED, STANDING_FAILED };

enum { CANDIDATE_NAME = 64 + PROBLEM_MAX_TEXT, CANDIDATE_REPETITIONS = 1024 };

struct candidate {
    const struct implementation *implementation;
    struct workload *workload;
    int threads;
    char name[CANDIDATE_NAME]; /* primitive/variant/problem[/threads:N] */

    enum standing standing;
    char reason[680]; /* why it is not READY; begins with "SKIP: " or "FAIL: " */
    double error_ratio, judged;
    double prepare_seconds; /* negative: nothing to prepare */
    void *prepared, *workspace;

    bool too_slow;       /* skipped because one call takes too long */
    double call_seconds; /* estimate, before the timing */
    bool begun;          /* its first repetition is there, or under way */
    bool timed_already;  /* the worker's call was so long that its time is the result */
    int64_t batch;       /* calls timed as one */
    int64_t max_batch;   /* more would drift too far */
    uint64_t output_sum; /* of the verified call; where operands drift, of a batch */
    struct gb_plan plan;
    double bound_seconds;    /* roofline; 0: not known */
    struct floor_time least; /* roofline of what its algorithm saves: less is impossible */
    /* measures the ceilings again (roofline_beaten); its user is the candidate. NULL: never */
    void (*again)(struct floor_time *least, void *candidate);
    void *sweep; /* the caller's */

    void (*after)(struct candidate *candidate); /* called after every repetition */
    int timed;                                  /* repetitions */
    double seconds[CANDIDATE_REPETITIONS];      /* per call */
};

/* How long things may take. */
struct pace {
    double repetition_seconds;
    double allowance_seconds; /* for all repetitions together */
    int repetitions;
    bool repetitions_fixed; /* the user's own count: slow kernels get no fewer */
    int64_t iterations;     /* the user's own count; 0: from repetition_seconds */
    double longest_call;    /* a single call beyond this is skipped */
};

/* Name it. */
void candidate_init(struct candidate *candidate, const struct implementation *implementation,
                    struct workload *workload, int threads);
/* Without running it: it has been too slow on a smaller problem. */
void candidate_give_up(struct candidate *candidate, double longest_call);
/* In the worker, on the filled workload. Sets standing. */
void candidate_verify(struct candidate *candidate, struct host *host, double longest_call);
/* On the placed workload: memory, prepared weights, batch and iteration counts for a READY
 * candidate. */
void candidate_plan(struct candidate *candidate, const struct pace *pace);
/* Register with Google Benchmark, whatever its standing. `candidate` must stay where it is. */
void candidate_register(struct candidate *candidate);
void candidate_close(struct candidate *candidate);

/* Over the repetitions timed. */
double candidate_median(const struct candidate *candidate);
/* Half the distance of the quartiles, as a fraction of the median. */
double candidate_spread(const struct candidate *candidate);
/* Its median is faster than the roofline allows, by more than the ceilings' own spread. */
bool candidate_impossible(const struct candidate *candidate);

#endif
