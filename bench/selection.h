/* Which problems and implementations are timed. */
#ifndef BENCH_SELECTION_H
#define BENCH_SELECTION_H

#include "bench/options.h"
#include "reference/cases.h"

/* One problem; its implementations are found again from the filters. */
struct selection {
    struct problem_case *item;
    int count;
};

/* The problems of the shape files, or --problem's, that the filters let through for at least one
 * implementation. */
enum status selection_make(struct selection *selection, const struct options *options,
                           struct error *error);
void selection_free(struct selection *selection);

/* Is this implementation to be timed on this problem? */
bool selection_wants(const struct options *options, const struct implementation *implementation,
                     const struct problem *problem);

/* Thread counts it is timed with; returns how many (at most 2). A peer with its own threads is
 * timed with one and with all; our own *_omp only with all, since with one they are their
 * single-threaded kin. */
int selection_threads(const struct options *options, const struct implementation *implementation,
                      int threads[2]);

#endif
