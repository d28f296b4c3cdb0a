#define _GNU_SOURCE
#include "bench/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/gbench_shim.h"
#include "bench/quota.h"
#include "bench_build.h"
#include "kernels/core/isa.h"
#include "kernels/core/threads.h"

/* First line of a small file; false when there is none. */
static bool read_line(const char *path, char *line, size_t bytes) {
    FILE *file = fopen(path, "r");
    if (!file) return false;
    const bool good = fgets(line, (int)bytes, file) != NULL;
    fclose(file);
    if (good) line[strcspn(line, "\n")] = 0;
    return good;
}

static void read_name(char *name, size_t bytes) {
    char line[512];
    snprintf(name, bytes, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        const char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !value) continue;
        snprintf(name, bytes, "%s", value + 1 + strspn(value + 1, " \t"));
        name[strcspn(name, "\n")] = 0;
        break;
    }
    fclose(file);
}

/* "0-3,8": how many. */
static int count_list(const char *text) {
    int count = 0;
    while (*text) {
        char *end;
        const long first = strtol(text, &end, 10);
        if (end == text) break;
        const long last = *end == '-' ? strtol(end + 1, &end, 10) : first;
        count += (int)(last - first + 1);
        text = *end == ',' ? end + 1 : end;
    }
    return count;
}

static bool read_cache_file(int index, const char *name, char *line, size_t bytes) {
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, name);
    return read_line(path, line, bytes);
}

static void read_caches(struct cpu *cpu) {
    char line[256];
    for (int index = 0; read_cache_file(index, "level", line, sizeof line); index++) {
        const int level = atoi(line);
        if (level < 1 || level >= CACHE_LEVELS) continue;
        if (!read_cache_file(index, "type", line, sizeof line) || line[0] == 'I') continue;
        if (!read_cache_file(index, "size", line, sizeof line)) continue;
        const long unit = strchr(line, 'M') ? 1L << 20 : strchr(line, 'K') ? 1L << 10 : 1;
        cpu->cache_bytes[level] = atol(line) * unit;
        cpu->cache_sharers[level] = 1;
        if (read_cache_file(index, "shared_cpu_list", line, sizeof line) && count_list(line) > 0)
            cpu->cache_sharers[level] = count_list(line);
    }
}

struct cpu cpu_describe(void) {
    struct cpu cpu = {.processors = threads_available()};
    read_name(cpu.name, sizeof cpu.name);
    read_caches(&cpu);
    if (!cpu.cache_bytes[1]) { /* no sysfs: every processor of the last decade has these */
        cpu.cache_bytes[1] = 32L << 10;
        cpu.cache_bytes[2] = 256L << 10;
        cpu.cache_sharers[1] = cpu.cache_sharers[2] = 1;
    }
    return cpu;
}

const char *context_commit(void) { return ASSAY_COMMIT; }
const char *context_version(void) { return ASSAY_VERSION; }

void context_environment(char *text, size_t bytes) {
    static const char *const known[] = {
        "OMP_NUM_THREADS",    "OMP_PROC_BIND",      "OMP_PLACES",           "OMP_WAIT_POLICY",
        "OMP_THREAD_LIMIT",   "GOMP_CPU_AFFINITY",  "GOMP_SPINCOUNT",       "KMP_AFFINITY",
        "KMP_BLOCKTIME",      "OPENBLAS_CORETYPE",  "OPENBLAS_NUM_THREADS", "DNNL_MAX_CPU_ISA",
        "ONEDNN_MAX_CPU_ISA", "DNNL_CPU_ISA_HINTS", "ONEDNN_CPU_ISA_HINTS", "LIBXSMM_TARGET",
        "GLIBC_TUNABLES",     "MALLOC_ARENA_MAX",   "LD_PRELOAD",           "ASSAY_MAX_ISA"};
    size_t used = 0;
    snprintf(text, bytes, "none");
    for (size_t i = 0; i < sizeof known / sizeof *known && used < bytes; i++) {
        const char *value = getenv(known[i]);
        if (value)
            used += (size_t)snprintf(text + used, bytes - used, "%s%s=%.100s", used ? " " : "",
                                     known[i], value);
    }
}

void context_publish(const struct cpu *cpu, int threads, const char *machine) {
    char text[16], set[1024], quota[64];
    context_environment(set, sizeof set);
    quota_text("", quota, sizeof quota);
    gb_context("environment", set);
    gb_context("cpu_quota", quota);
    gb_context("build_type", ASSAY_BUILD_TYPE);
    gb_context("assay_version", context_version());
    gb_context("commit", context_commit());
    gb_context("cpu", cpu->name);
    gb_context("compiler", ASSAY_COMPILER);
    gb_context("flags", ASSAY_FLAGS);
    gb_context("isa", isa_name(isa_best()));
    snprintf(text, sizeof text, "%d", threads);
    gb_context("threads", text);
    gb_context("machine", machine);
}
