#define _GNU_SOURCE
#include "kernels/core/threads.h"

#ifdef __linux__
#include <sched.h>
#endif
#include <unistd.h>

static int current = 1;

int threads_available(void) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

void threads_set(int count) { current = count < 1 ? 1 : count; }

int threads_get(void) { return current; }
