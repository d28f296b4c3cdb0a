#include <omp.h>

#include "kernels/conv/conv2d_engine.h"
#include "kernels/core/threads.h"

static const struct conv2d_engine *best(const struct conv2d_problem *p) {
    return conv2d_best(p, isa_best());
}

static size_t prepared_bytes(const void *problem) {
    return best(problem)->prepared_bytes(problem, isa_best());
}

static void prepare(const void *problem, void *const *operand, void *prepared) {
    best(problem)->prepare(problem, isa_best(), operand[CONV2D_WEIGHT], prepared);
}

static size_t workspace_bytes(const void *problem) {
    return best(problem)->workspace_bytes(problem, isa_best(), threads_get());
}

static void promise(const void *problem, struct accumulation *accumulation, double *saving) {
    conv2d_promise(best(problem), accumulation, saving);
}

static void conv2d_omp(const struct conv2d_problem *p, const float *x, const float *weight,
                       const float *bias, float *y, const void *prepared, void *workspace) {
    const struct conv2d_engine *engine = best(p);
    const struct conv2d_job job = {p, x, bias, y, prepared, workspace, isa_best()};
    const int64_t phases = engine->phases(p, isa_best());
    (void)weight;
#pragma omp parallel num_threads(threads_get())
    for (int64_t phase = 0; phase < phases; phase++) {
        engine->run(&job, phase, omp_get_thread_num(), omp_get_num_threads());
#pragma omp barrier
    }
}

IMPL(conv2d, omp,
     .technique = "the fastest engine for each shape and machine, its tiles shared by threads",
     .uses_threads = true, .prepared_bytes = prepared_bytes, .prepare = prepare,
     .workspace_bytes = workspace_bytes, .promise = promise);
