/* What the person at the terminal sees: a table per problem on stdout, progress on stderr. */
#ifndef BENCH_DISPLAY_H
#define BENCH_DISPLAY_H

#include "bench/candidate.h"

struct progress {
    int done, total; /* candidates */
    double started, budget_seconds;
    bool terminal, shown;
    double last_line;
};

void progress_start(struct progress *progress, int total, double budget_seconds);
/* Redraw: what is being done ("timing", "verifying") to whom. Rate-limited. */
void progress_show(struct progress *progress, const char *verb, const char *name);
/* Take the bar away, before anything else is printed. */
void progress_hide(struct progress *progress);

/* All candidates of one problem. */
void table_print(const struct candidate *candidates, int count);

#endif
