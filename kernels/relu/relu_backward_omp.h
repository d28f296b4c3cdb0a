/* How threads share out relu_backward; included like relu_backward_range.h. */
#ifndef KERNELS_RELU_RELU_BACKWARD_OMP_H
#define KERNELS_RELU_RELU_BACKWARD_OMP_H

#include "kernels/core/threads.h"
#include "kernels/relu/relu_backward_range.h"

enum { BLOCK = 1 << 14 };

static inline void relu_backward_parallel(const struct relu_backward_problem *p,
                                          const float *grad_y, const float *x, float *grad_x) {
    const int64_t blocks = (p->n + BLOCK - 1) / BLOCK;
    const bool past = past_caches(p->n);
    if (blocks <= 1) { /* waking a team costs more than a block */
        relu_backward_range(grad_y, x, grad_x, p->n, past);
        return;
    }
#pragma omp parallel for num_threads(threads_get()) schedule(static)
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t first = b * BLOCK, left = p->n - first;
        relu_backward_range(grad_y + first, x + first, grad_x + first, left < BLOCK ? left : BLOCK,
                            past);
    }
}

#endif
