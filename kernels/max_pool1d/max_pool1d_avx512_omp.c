#include "kernels/max_pool1d/max_pool1d_lanes_avx512.h"
#include "kernels/max_pool1d/max_pool1d_stream.h"

#include "kernels/max_pool1d/max_pool1d_best.h"
#include "kernels/max_pool1d/max_pool1d_threads.h"

static void max_pool1d_avx512_omp(const struct max_pool1d_problem *p, const float *x, float *y,
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

static size_t workspace_bytes(const void *problem) {
    const struct max_pool1d_problem *p = problem;
    return shares_workspace(best_workspace(p->window)) * (size_t)shares_of(p, threads_get()).count;
}

MAX_POOL1D(avx512_omp, .technique = "avx512, rows and stretches of rows shared out among threads",
           .isa = ISA_AVX512, .uses_threads = true, .workspace_bytes = workspace_bytes);
