/* The OpenMP variants: pieces of rows, by max_pool1d_best.h. Included like that. */
#ifndef KERNELS_POOL_MAX_POOL1D_OMP_H
#define KERNELS_POOL_MAX_POOL1D_OMP_H

#include "kernels/pool/max_pool1d_best.h"
#include "kernels/pool/max_pool1d_threads.h"

static inline void parallel(const struct max_pool1d_problem *p, const float *x, float *y,
                            void *workspace) {
    const struct shares shares = shares_of(p, threads_get());
    const size_t each = shares_workspace(best_workspace(p->window));
#pragma omp parallel for num_threads(shares.count) schedule(static)
    for (int s = 0; s < shares.count; s++) {
        char *const own = workspace ? (char *)workspace + (size_t)s * each : NULL;
        for (int64_t i = shares_first(&shares, s); i < shares_first(&shares, s + 1); i++) {
            const struct piece piece = shares_piece(&shares, p, x, y, i);
            if (piece.outputs > 0) best(&piece, own);
        }
        _mm_sfence(); /* after stores past the caches */
    }
}

static inline size_t parallel_workspace(const void *problem) {
    const struct max_pool1d_problem *p = problem;
    return shares_workspace(best_workspace(p->window)) * (size_t)shares_of(p, threads_get()).count;
}

#endif
