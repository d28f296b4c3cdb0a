/* Where and with what a report was made. */
#ifndef BENCH_CONTEXT_H
#define BENCH_CONTEXT_H

#include <stddef.h>

enum { CACHE_LEVELS = 4 };

struct cpu {
    char name[128];
    int processors;                  /* that this process may use */
    long cache_bytes[CACHE_LEVELS];  /* [1]..[3]: data or unified cache seen by one core; 0: none */
    int cache_sharers[CACHE_LEVELS]; /* processors that share one of them */
};

/* From /proc/cpuinfo and sysfs, where there are; "unknown" and typical sizes elsewhere. */
struct cpu cpu_describe(void);

/* Version of this program: "0.1.0-<commit>"; the commit alone. */
const char *context_version(void);
const char *context_commit(void);

/* What may slow somebody down, as the context has it: environment variables that the libraries
 * beside ours obey ("OMP_NUM_THREADS=1 DNNL_MAX_CPU_ISA=SSE41"; "none"). */
void context_environment(char *text, size_t bytes);

/* Google Benchmark's context lines (it adds date, host, caches and load itself; its
 * library_build_type is that of its own library, which Debian builds for debugging and which times
 * nothing here: build_type is ours). `machine`: the ceilings as JSON; "" when not known. */
void context_publish(const struct cpu *cpu, int threads, const char *machine);

#endif
