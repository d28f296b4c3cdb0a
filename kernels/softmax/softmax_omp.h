/* How the OpenMP variants share the work; included like softmax_vector.h. */
#ifndef KERNELS_SOFTMAX_SOFTMAX_OMP_H
#define KERNELS_SOFTMAX_SOFTMAX_OMP_H

#include <omp.h>

#include "kernels/core/threads.h"
#include "kernels/softmax/softmax_vector.h"

enum { MANY_THREADS = 256, SHARED_ROW = 1 << 15 };

/* The part of `count` that belongs to this thread, in multiples of `grain`: the same for the same
 * number of threads, so that results repeat bit for bit. */
static inline int64_t share(int64_t count, int64_t grain, int thread, int threads) {
    const int64_t grains = (count + grain - 1) / grain;
    const int64_t start = grains * thread / threads * grain;
    return start < count ? start : count;
}

static inline struct softmax_state merge(const struct softmax_state *part, int parts) {
    struct softmax_state all = {-INFINITY, 0};
    for (int i = 0; i < parts; i++) all.largest = fmaxf(all.largest, part[i].largest);
    const float base = fmaxf(all.largest, -FLT_MAX);
    for (int i = 0; i < parts; i++)
        all.sum += part[i].sum * expf(fmaxf(part[i].largest, -FLT_MAX) - base);
    return all;
}

/* One long row, by all threads: states of parts, merged by each thread alike, then the parts of y.
 */
static inline void row_shared(const float *x, float *y, int64_t count, int threads) {
    struct softmax_state state[MANY_THREADS];
#pragma omp parallel num_threads(threads)
    {
        const int me = omp_get_thread_num(), all = omp_get_num_threads();
        const int64_t first = share(count, GROUP, me, all), last = share(count, GROUP, me + 1, all);
        state[me] = row_state(x + first, last - first);
#pragma omp barrier
        row_finish(x + first, y + first, last - first, merge(state, all));
    }
}

static inline void softmax_parallel(const struct softmax_problem *p, const float *x, float *y) {
    const int64_t units = softmax_units(p), n = p->axis_len;
    const int wanted = threads_get(), threads = wanted < MANY_THREADS ? wanted : MANY_THREADS;
    if (p->inner == 1 && units < threads && n >= SHARED_ROW) {
        for (int64_t row = 0; row < units; row++) row_shared(x + row * n, y + row * n, n, threads);
        return;
    }
#pragma omp parallel num_threads(threads)
    {
        const int me = omp_get_thread_num(), all = omp_get_num_threads();
        softmax_range(p, x, y, share(units, 1, me, all), share(units, 1, me + 1, all), row_best);
    }
}

#endif
