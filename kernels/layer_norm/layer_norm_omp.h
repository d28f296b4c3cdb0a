/* How the OpenMP variants share the work; included like layer_norm_vector.h. */
#ifndef KERNELS_LAYER_NORM_LAYER_NORM_OMP_H
#define KERNELS_LAYER_NORM_LAYER_NORM_OMP_H

#include <omp.h>

#include "kernels/core/threads.h"
#include "kernels/layer_norm/layer_norm_vector.h"

enum { MANY_THREADS = 256, SHARED_ROW = 1 << 15 };

/* Where the part of `count` that belongs to this thread begins, in multiples of `grain`: the same
 * for the same number of threads, so that results repeat bit for bit. */
static inline int64_t share(int64_t count, int64_t grain, int thread, int threads) {
    const int64_t grains = (count + grain - 1) / grain;
    const int64_t start = grains * thread / threads * grain;
    return start < count ? start : count;
}

/* One long row by all threads; every thread adds up the parts alike. */
static inline void row_shared(const struct layer_norm_problem *p, const float *x,
                              const float *weight, const float *bias, float *y, float *mean,
                              float *rstd, int threads) {
    struct moments part[MANY_THREADS];
    float sums[MANY_THREADS];
#pragma omp parallel num_threads(threads)
    {
        const int me = omp_get_thread_num(), all = omp_get_num_threads();
        const int64_t first = share(p->cols, GROUP, me, all);
        const int64_t count = share(p->cols, GROUP, me + 1, all) - first;
        float sum = 0;
        struct moments total = {0, 0};
        sums[me] = row_sum(x + first, count);
#pragma omp barrier
        for (int i = 0; i < all; i++) sum += sums[i];
        const float centre = sum * (1 / (float)p->cols);
        part[me] = row_moments(x + first, count, centre);
#pragma omp barrier
        for (int i = 0; i < all; i++) total.sum += part[i].sum, total.squares += part[i].squares;
        const struct normaliser n = normaliser_of(centre, total, p->cols, p->eps);
        if (p->affine)
            row_write(x + first, weight + first, bias + first, y + first, count, &n, true);
        else
            row_write(x + first, NULL, NULL, y + first, count, &n, false);
        if (me == 0) *mean = n.mean, *rstd = n.scale;
    }
}

static inline void layer_norm_parallel(const struct layer_norm_problem *p, const float *x,
                                       const float *weight, const float *bias, float *y,
                                       float *mean, float *rstd) {
    const int wanted = threads_get(), threads = wanted < MANY_THREADS ? wanted : MANY_THREADS;
    if (p->rows < threads && p->cols >= SHARED_ROW) {
        for (int64_t row = 0; row < p->rows; row++)
            row_shared(p, x + row * p->cols, weight, bias, y + row * p->cols, mean + row,
                       rstd + row, threads);
        return;
    }
#pragma omp parallel num_threads(threads)
    {
        const int me = omp_get_thread_num(), all = omp_get_num_threads();
        layer_norm_range(p, x, weight, bias, y, mean, rstd, share(p->rows, 1, me, all),
                         share(p->rows, 1, me + 1, all));
    }
}

#endif
