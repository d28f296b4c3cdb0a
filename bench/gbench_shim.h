/* Google Benchmark (1.7 and later) behind a C interface: the only door to C++.
 *
 * Benchmarks come in groups: register a group, run it, register the next. All groups end up in one
 * report, under one context, and every benchmark is reported under exactly the name it was
 * registered with (Google Benchmark appends "/iterations:5/repeats:3/manual_time" to it). No
 * exception crosses this interface. Not thread-safe. */
#ifndef BENCH_GBENCH_SHIM_H
#define BENCH_GBENCH_SHIM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gb_state; /* one repetition of one benchmark, valid during its callback */
typedef void gb_function(struct gb_state *state, void *user);

/* Take the --benchmark_* flags that Google Benchmark knows out of argv; the others stay. A known
 * flag with a bad value calls `refuse`, which must not return. */
void gb_start(int *argc, char **argv, void (*refuse)(void));

/* Where the report goes. */
struct gb_output {
    bool display;         /* Google Benchmark's own display on stdout, as --benchmark_format says */
    bool aggregates_only; /* ... without the single repetitions */
    const char *path;     /* NULL: no file */
    const char *format;   /* of the file: "json", "csv" or "console" */
};
/* False with one line on stderr when the file cannot be written. Call once. */
bool gb_open(const struct gb_output *output);
/* Writes the end of the report. False when writing failed. */
bool gb_close(void);

/* A line of the report's context. The console display does not show them. Before the first gb_run.
 */
void gb_context(const char *key, const char *value);

/* Does --benchmark_filter (a POSIX extended regular expression) let this name through? */
bool gb_selected(const char *name);

struct gb_plan {
    int64_t iterations; /* of every repetition, at least 1 */
    int repetitions;    /* at least 1 */
    bool process_time;  /* CPU time of all threads, not of the calling one */
};
/* Register one benchmark with manual timing. */
void gb_register(const char *name, const struct gb_plan *plan, gb_function *function, void *user);
/* Run what was registered since the last call, then forget it. False: nothing ran. */
bool gb_run(void);

/* ---- inside a callback: `while (gb_keep(state, 8)) { ... gb_time(state, seconds); }` ---- */

/* Another `batch` iterations? */
bool gb_keep(struct gb_state *state, int64_t batch);
/* The batch took this long. */
void gb_time(struct gb_state *state, double seconds);
/* Keep the CPU clock from counting; the time reported is gb_time's alone. */
void gb_pause(struct gb_state *state);
void gb_resume(struct gb_state *state);
int64_t gb_iterations(const struct gb_state *state);
/* "threads" becomes the report's own key of that name. */
void gb_counter(struct gb_state *state, const char *name, double value);
void gb_label(struct gb_state *state, const char *label);
/* This benchmark has no result; it is reported as an error with this text. */
void gb_skip(struct gb_state *state, const char *reason);

#ifdef __cplusplus
}
#endif
#endif
