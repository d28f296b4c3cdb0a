#include "kernels/blocks/share.h"

#ifdef _OPENMP
#include <omp.h>
#else
static int omp_get_thread_num(void) { return 0; }
static int omp_get_num_threads(void) { return 1; }
#endif

#include "kernels/core/threads.h"

void share_blocks(share_part *part, const void *call, int64_t count, int64_t block) {
    const int64_t blocks = (count + block - 1) / block;
    if (blocks <= 1) {
        part(call, 0, count);
        return;
    }
#pragma omp parallel for num_threads(threads_get()) schedule(static)
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t end = (b + 1) * block;
        part(call, b * block, end < count ? end : count);
    }
}

void share_evenly(share_part *part, const void *call, int64_t count, int64_t grain) {
#pragma omp parallel num_threads(threads_get())
    {
        const int me = omp_get_thread_num(), all = omp_get_num_threads();
        part(call, share_first(count, grain, me, all), share_first(count, grain, me + 1, all));
    }
}

void share_team(share_member *member, const void *call) {
    const int wanted = threads_get();
#pragma omp parallel num_threads(wanted < SHARE_TEAM_MOST ? wanted : SHARE_TEAM_MOST)
    member(call, omp_get_thread_num(), omp_get_num_threads());
}

void share_barrier(void) {
#pragma omp barrier
}
