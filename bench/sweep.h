/* All candidates of all problems: verified, then timed.
 *
 * Problem by problem, except with --sandbox: from there no worker can be started, so everything is
 * verified before this process enters it, and what is timed runs in it. */
#ifndef BENCH_SWEEP_H
#define BENCH_SWEEP_H

#include "bench/candidate.h"
#include "bench/display.h"
#include "bench/selection.h"

enum { SWEEP_SLOW_MAX = 256 };

/* One problem and who is timed on it. */
struct group {
    struct workload workload;
    struct candidate *candidate;
    struct candidate **order; /* in which they are verified */
    int count;
};

struct sweep {
    const struct options *options;
    char *program; /* argv[0] */
    struct selection selection;
    struct machine machine;
    struct progress progress;
    size_t cold_bytes;
    struct group *group; /* one for each problem of the selection */
    struct host host;
    struct {
        const struct implementation *implementation;
        double flops, seconds; /* of its slowest call so far */
    } slow[SWEEP_SLOW_MAX];
    int slow_count;
    int timed, failed, skipped;
};

/* How many candidates there are. */
int sweep_count(const struct sweep *sweep);
/* Reports to Google Benchmark and on stdout. What sweep was before the call: options, program,
 * selection, machine. */
enum status sweep_run(struct sweep *sweep, struct error *error);

#endif
