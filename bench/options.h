/* The command line of assay-bench. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/core/filter.h"

enum { OPTIONS_LIST = FILTERS_MAX };

struct text_list {
    const char *item[OPTIONS_LIST];
    int count;
};

struct options {
    bool machine; /* the `machine` command; else `bench` */

    struct text_list filters, problems, plugins;
    struct filters chosen; /* by `filters`, once plugins are loaded */
    bool full, cold, no_peers, sandbox;
    int threads; /* 0: one, and all there are */
    uint64_t seed;
    double budget_seconds;
    double longest_call;      /* seconds; 0: 10, or 5 in a long sweep */
    const char *machine_file; /* ceilings from here; NULL: measured */

    /* --benchmark_* flags that are this program's business; the others are in gb_argv */
    bool list_tests, aggregates_only;
    double min_time;    /* 0: not given */
    int64_t iterations; /* --benchmark_min_time=100x; 0: not given */
    int repetitions;    /* 0: not given */
    const char *format; /* on stdout; NULL: the project's own table */
    const char *out, *out_format;
    int gb_argc;
    char **gb_argv;

    bool json, refresh; /* machine */
};

/* Parses; prints usage or one line on stderr and exits (0 for --help, 2 for bad input). Applies
 * --isa. */
void options_parse(struct options *options, int argc, char **argv);

#endif
