/* What this machine can do at best: multiply-add rate and memory bandwidth, measured.
 *
 * A ceiling is the best of several runs: other tenants and interrupts only ever take away. `spread`
 * is how far the median run stayed below it, as a fraction; where several measurements speak of one
 * ceiling (all working sets beyond the caches, and any measured again), how far the lowest median
 * did.
 *
 * Bandwidth is measured over working sets from 16 KiB to twice the last-level cache, at most 1 GiB
 * (a virtual machine shows the whole host's cache, of which it may get little: the curve tells what
 * it gets). Each point is the best over instruction sets, and over ordinary loops and those for
 * memory, which prefetch, and whose stores bypass the caches. With several threads each works on
 * its own part of the working set. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/context.h"
#include "bench/machine_kernels.h"
#include "kernels/core/status.h"

struct flops_ceiling {
    enum isa isa;
    int threads;
    double flops_per_second, spread;
};

struct stream_ceiling {
    size_t bytes; /* working set of all threads together */
    int threads;
    double bytes_per_second[STREAMS], spread[STREAMS];
};

enum { MACHINE_POINTS = 20 };

struct machine {
    struct cpu cpu;
    struct flops_ceiling flops[2 * ISA_LEVELS];
    int flops_count;
    struct stream_ceiling curve[2 * MACHINE_POINTS]; /* by threads, then rising bytes */
    int curve_count;
};

/* About 30 s. `step` (may be NULL) is told what is next, and how much is done, 0 to 1. */
enum status machine_measure(struct machine *machine, const struct cpu *cpu,
                            void (*step)(const char *what, double done), struct error *error);

/* Once more those that hold for a working set of `bytes` on `threads`, and raise them where they are
 * higher now: before a time is called impossible. */
enum status machine_measure_again(struct machine *machine, size_t bytes, int threads,
                                  struct error *error);
/* The better of two measurements of a machine, point by point; spreads cover both. */
void machine_raise(struct machine *machine, const struct machine *again);
/* What must hold between the points: more threads are no slower, smaller working sets are no
 * slower, and all working sets beyond the caches have one bandwidth, the largest measured. */
void machine_settle(struct machine *machine);
/* Does this point say anything of a working set of `bytes` on `threads`? */
bool machine_near(const struct machine *machine, const struct stream_ceiling *point, size_t bytes,
                  int threads);

/* From the cache file if it fits this CPU, processor count and program version; else measured and
 * cached. `refresh`: measured in any case. */
enum status machine_get(struct machine *machine, const struct cpu *cpu, bool refresh,
                        void (*step)(const char *what, double done), struct error *error);
/* Remember raised ceilings; a machine that cannot says so. */
void machine_remember(const struct machine *machine);
/* Ceilings from a file that machine_to_json's text is in, or an older version's, which has one
 * spread for all kinds of stream. */
enum status machine_read(struct machine *machine, const char *path, struct error *error);
/* Where the cache file is; "" without a home. Returns buffer. */
char *machine_path(const struct cpu *cpu, char *buffer, size_t buffer_bytes);

/* The published form: malloc'ed, NULL when out of memory. */
char *machine_to_json(const struct machine *machine, bool pretty);
enum status machine_from_json(struct machine *machine, const char *text, struct error *error);

/* Ceilings for any thread count: measured for one and for all; between them proportional to the
 * threads, up to what all reach. */
double machine_flops(const struct machine *machine, enum isa isa, int threads);
/* Bytes per second of one kind of stream; between the measured working sets interpolated in the
 * logarithm of their size. */
double machine_stream(const struct machine *machine, enum stream stream, size_t bytes, int threads);

/* The largest spread among the ceilings that hold there. */
double machine_spread(const struct machine *machine, size_t bytes, int threads);

/* A working set typical of cache level 1..3, or of memory (level CACHE_LEVELS). */
size_t machine_level_bytes(const struct machine *machine, int level);

void machine_print(const struct machine *machine);

#endif
