/* What a kernel must leave as it found it besides its operands, and how much memory it may take.
 * For the worker. */
#ifndef KERNELS_HOST_WATCH_H
#define KERNELS_HOST_WATCH_H

#include <signal.h>

#include "kernels/host/protocol.h"

enum { WATCH_SIGNALS = 32 }; /* the real-time ones are their libraries' own business */

struct watch {
    unsigned control;
    unsigned short x87;
    struct sigaction action[WATCH_SIGNALS];
    sigset_t mask;
    int threads;
    size_t private_bytes;
    uint64_t locale, environment;
};

/* Once, before the sandbox and anything of a plugin. Limits the address space: from then on only
 * the verifier changes that limit. Returns how much is left; 0: there is no limit here. */
size_t watch_open(void);

void watch_begin(struct watch *watch);
/* What differs now, of those things the gravest for what follows first. The floating-point control
 * registers, signal handlers and signal mask are put back. `pool`: threads may stay. */
enum left watch_end(const struct watch *watch, bool pool, size_t operand_bytes, int *count);

/* Wait, but not long, until the threads that are more than at watch_begin have gone to sleep. */
void watch_settle(const struct watch *watch);

/* Address space taken since the last watch_memory_begin; may be called in a signal handler. */
void watch_memory_begin(void);
size_t watch_memory_taken(void);

/* How much a kernel may take for itself, in proportion to its operands. */
size_t memory_allowance(size_t operand_bytes, int threads);

#endif
