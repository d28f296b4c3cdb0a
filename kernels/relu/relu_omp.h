/* How threads share out relu; included like relu_range.h. */
#ifndef KERNELS_RELU_RELU_OMP_H
#define KERNELS_RELU_RELU_OMP_H

#include "kernels/core/threads.h"
#include "kernels/relu/relu_range.h"

enum { BLOCK = 1 << 14 };

static inline void relu_parallel(const struct relu_problem *p, const float *x, float *y) {
    const int64_t blocks = (p->n + BLOCK - 1) / BLOCK;
    const bool past = past_caches(p->n);
    if (blocks <= 1) { /* waking a team costs more than a block */
        relu_range(x, y, p->n, past);
        return;
    }
#pragma omp parallel for num_threads(threads_get()) schedule(static)
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t first = b * BLOCK, left = p->n - first;
        relu_range(x + first, y + first, left < BLOCK ? left : BLOCK, past);
    }
}

#endif
