/* A kernel in use: one call that must keep the caller's registers, thousands of calls on the same
 * data, calls beside another thread's. For the worker. */
#ifndef KERNELS_HOST_USE_H
#define KERNELS_HOST_USE_H

#include "kernels/host/protocol.h"

/* One call, and what another one starts from. */
struct use {
    const struct implementation *implementation;
    const struct problem *problem;
    void *operand[OPERANDS_MAX];
    const void *prepared;
    void *workspace;
    size_t workspace_bytes;
    /* in-out operands as they were before the first call; owned */
    void *before[OPERANDS_MAX];
    void *first[OPERANDS_MAX]; /* what the first call wrote; owned */
};

/* `use` with everything but `before` and `first` set; before the first call. False: no memory. */
bool use_open(struct use *use);
void use_close(struct use *use);

/* The call. Returns a bit for each register that the System V ABI has a function preserve, and that
 * it did not: rbx rbp r12 r13 r14 r15, and the direction flag; 0 on other machines. */
unsigned use_once(const struct use *use);
/* Their names: "rbx, r12". */
void use_registers(unsigned changed, char *buffer, size_t bytes);

enum use_differed {
    DIFFERED_OTHER_THREAD = 1, /* it got other bits than it gets at its own first call */
    DIFFERED_FOR_GOOD,         /* and no other thread is needed for it any more, see the outputs */
};

/* Bytes that this thread's arena and mappings hold; 0 where that cannot be told. */
size_t use_allocated(void);

/* Further calls, each on the operands as they were: up to `calls` of them, as many as fit into
 * USE_SECONDS of the processor, two at least, and no more once one has written other bits than the
 * first, whose outputs are then left. `beside`: as many as it takes until another thread has called it
 * `calls` times in the middle of them, on operands of its own and other data, at most
 * USE_BESIDE_SECONDS; if anything differed, once more when that thread has ended.
 * Returns how many bytes more were allocated after each call than before it; 0 where that cannot be
 * told. As long as every call on one thread keeps some, a few dozen are made, however long they take.
 * *calls: how many there were. *differed: 0 where the outputs tell it themselves. */
size_t use_often(const struct use *use, bool beside, int *calls, enum use_differed *differed);

#define USE_SECONDS 0.05
#define USE_BESIDE_SECONDS 1.0
#define USE_PATIENCE                                                                               \
    20 /* times USE_SECONDS, where others have the processor, or threads are awaited */

#endif
