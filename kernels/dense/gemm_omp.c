#include <omp.h>

#include "kernels/core/threads.h"
#include "kernels/dense/gemm_engine.h"

/* Starting a team costs some microseconds: a thread gets at least so many operations. */
static int team(const struct gemm_problem *p) {
    const double flops = 2 * (double)p->batch * (double)p->m * (double)p->n * (double)(p->k + 1);
    const double most = flops / 1e6, wanted = threads_get();
    return most < 1 ? 1 : (int)(most < wanted ? most : wanted);
}

/* A batch is shared out whole entries at a time, if there are enough; else every entry is cut. */
static bool by_entries(const struct gemm_problem *p, int threads) { return p->batch >= threads; }

static size_t slice_bytes(const struct gemm_problem *p) {
    return (gemm_engine_bytes(gemm_engine_best(), p) + 63) / 64 * 64;
}

static size_t workspace_bytes(const void *problem) {
    const struct gemm_problem *p = problem;
    const int threads = team(p);
    const struct gemm_product q = gemm_entry(p, NULL, NULL, NULL, 0);
    if (by_entries(p, threads)) return slice_bytes(p) * (size_t)threads;
    return gemm_engine_best()->workspace_bytes(&q, threads);
}

static void gemm_omp(const struct gemm_problem *p, const float *a, const float *b, float *c,
                     void *workspace) {
    const struct gemm_engine *const engine = gemm_engine_best();
    const int threads = team(p);
    const bool whole = by_entries(p, threads);
    const size_t slice = whole ? slice_bytes(p) : 0;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int t = 0; t < threads; t++)
        for (int64_t e = whole ? t : 0; e < p->batch; e += whole ? threads : 1) {
            const struct gemm_product q = gemm_entry(p, a, b, c, e);
            if (whole)
                engine->run(&q, 0, 1,
                            slice ? (unsigned char *)workspace + slice * (size_t)t : NULL);
            else
                engine->run(&q, t, threads, workspace);
        }
}

IMPL(gemm, omp,
     .technique = "the best instruction set's gemm; entries of the batch, or parts of c, shared "
                  "among threads",
     .uses_threads = true, .accumulation = GEMM_ENGINE_ACCUMULATION,
     .workspace_bytes = workspace_bytes);
