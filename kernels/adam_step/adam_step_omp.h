/* How threads share out adam_step; included like adam_step_range.h. */
#ifndef KERNELS_ADAM_STEP_ADAM_STEP_OMP_H
#define KERNELS_ADAM_STEP_ADAM_STEP_OMP_H

#include "kernels/adam_step/adam_step_range.h"
#include "kernels/core/threads.h"

enum { BLOCK = 1 << 12 };

static inline void adam_parallel(const struct adam_step_problem *p,
                                 const struct adam_streams *streams) {
    const struct adam_constants constants = adam_constants(p);
    const int64_t blocks = (p->n + BLOCK - 1) / BLOCK;
    if (blocks <= 1) { /* waking a team costs more than a block */
        adam_range(&constants, streams, 0, p->n);
        return;
    }
#pragma omp parallel for num_threads(threads_get()) schedule(static)
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t end = (b + 1) * BLOCK;
        adam_range(&constants, streams, b * BLOCK, end < p->n ? end : p->n);
    }
}

#endif
