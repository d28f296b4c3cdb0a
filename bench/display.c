#include "bench/display.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/clock.h"

/* ---- progress ---------------------------------------------------------------------------------
 */

void progress_start(struct progress *p, int total, double budget_seconds) {
    *p = (struct progress){.total = total,
                           .started = seconds_now(),
                           .budget_seconds = budget_seconds,
                           .terminal = isatty(STDERR_FILENO) == 1};
    p->last_line = p->started;
}

/* The sweep paces itself to its budget; a short one goes by the rate so far. */
static double seconds_left(const struct progress *p) {
    const double elapsed = seconds_now() - p->started;
    const double paced = p->budget_seconds - elapsed;
    const double rate = p->done ? elapsed / p->done : 1;
    const double by_rate = rate * (p->total - p->done);
    return fmax(0, paced > 0 ? fmin(paced, by_rate) : by_rate);
}

void progress_show(struct progress *p, const char *verb, const char *name) {
    enum { WIDTH = 24 };
    const double now = seconds_now(), interval = p->terminal ? 0.1 : 10;
    if (now - p->last_line < interval) return;
    p->last_line = now;
    const int left = (int)ceil(seconds_left(p));
    if (!p->terminal) {
        fprintf(stderr, "assay-bench: %d of %d, about %d:%02d left, %s %.100s\n", p->done, p->total,
                left / 60, left % 60, verb, name);
        return;
    }
    char bar[WIDTH + 1];
    const int full = p->total ? WIDTH * p->done / p->total : 0;
    for (int i = 0; i < WIDTH; i++) bar[i] = i < full ? '#' : '.';
    bar[WIDTH] = 0;
    fprintf(stderr, "\r\033[K[%s] %d/%d  %d:%02d left  %s %.40s", bar, p->done, p->total, left / 60,
            left % 60, verb, name);
    fflush(stderr);
    p->shown = true;
}

void progress_hide(struct progress *p) {
    if (p->shown) fprintf(stderr, "\r\033[K");
    p->shown = false;
}

/* ---- the table --------------------------------------------------------------------------------
 */

static const char *print_scaled(double value, const char *const *units, double step, char *text,
                                size_t bytes) {
    int unit = 0;
    while (value >= step && units[unit + 1]) {
        value /= step;
        unit++;
    }
    snprintf(text, bytes, "%.3g %s", value, units[unit]);
    return text;
}

static const char *print_time(double seconds, char *text, size_t bytes) {
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    return print_scaled(seconds * 1e9, units, 1000, text, bytes);
}

static bool is_naive(const struct candidate *c) {
    return strcmp(c->implementation->variant, "naive") == 0;
}

/* Fastest median among naive ones or peers; INFINITY when none was timed. */
static double best(const struct candidate *c, int count, bool peers, int threads) {
    double found = INFINITY;
    for (int i = 0; i < count; i++)
        if (c[i].timed &&
            (peers ? c[i].implementation->peer && c[i].threads == threads : is_naive(&c[i])))
            found = fmin(found, candidate_median(&c[i]));
    return found;
}

static void print_ratio(double ratio) {
    if (isfinite(ratio))
        printf(" %7.3g", ratio);
    else
        printf(" %7s", "-");
}

static void print_row(const struct candidate *c, double naive, double peer) {
    char variant[64], time[32];
    snprintf(variant, sizeof variant, c->threads > 1 ? "%s (%d threads)" : "%s",
             c->implementation->variant, c->threads);
    if (!c->timed) {
        printf("  %-24s %s\n", variant, c->reason);
        return;
    }
    const double median = candidate_median(c);
    printf("  %-24s %10s", variant, print_time(median, time, sizeof time));
    if (c->timed > 1)
        printf(" %6.1f%%", 100 * candidate_spread(c));
    else
        printf(" %7s", "-"); /* one run has no spread */
    printf(" %9.4g %8.4g", c->workload->flops / median * 1e-9, c->workload->bytes / median * 1e-9);
    print_ratio(c->bound_seconds > 0 ? c->bound_seconds / median : INFINITY);
    print_ratio(naive / median);
    print_ratio(peer / median);
    printf(" %8.2g%s%s\n", c->error_ratio, candidate_impossible(c) ? "  IMPOSSIBLE" : "",
           c->standing == STANDING_READY ? "" : c->reason);
}

void table_print(const struct candidate *c, int count) {
    static const char *const flop[] = {"FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", NULL};
    static const char *const byte[] = {"B", "kB", "MB", "GB", NULL};
    char problem[PROBLEM_MAX_TEXT], flops[32], bytes[32];
    if (!count) return;
    const struct workload *w = c->workload;
    printf("%s %s  %s, %s\n", w->item.problem.primitive->name,
           problem_print(&w->item.problem, problem, sizeof problem),
           print_scaled(w->flops, flop, 1000, flops, sizeof flops),
           print_scaled(w->bytes, byte, 1000, bytes, sizeof bytes));
    printf("  %-24s %10s %7s %9s %8s %7s %7s %7s %8s\n", "", "time", "+-", "GFLOP/s", "GB/s",
           "of roof", "x naive", "x peer", "error");
    for (int i = 0; i < count; i++)
        print_row(&c[i], best(c, count, false, 1), best(c, count, true, c[i].threads));
    printf("\n");
    fflush(stdout);
}
