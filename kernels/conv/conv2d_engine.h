/* The algorithms behind the fast implementations, each written once for every instruction set and
 * for any number of threads; an implementation is one of them, or a choice among them, bound to an
 * instruction set. */
#ifndef KERNELS_CONV_CONV2D_ENGINE_H
#define KERNELS_CONV_CONV2D_ENGINE_H

#include "kernels/blocks/pgemm.h"
#include "kernels/conv/conv2d.h"

/* One run. */
struct conv2d_job {
    const struct conv2d_problem *p;
    const float *x, *bias;
    float *y;
    const void *prepared;
    unsigned char *workspace;
    enum isa isa;
};

struct conv2d_engine {
    /* NULL, or why it cannot do this problem. */
    const char *(*supports)(const struct conv2d_problem *p);
    size_t (*prepared_bytes)(const struct conv2d_problem *p, enum isa isa);
    void (*prepare)(const struct conv2d_problem *p, enum isa isa, const float *weight,
                    void *prepared);
    size_t (*workspace_bytes)(const struct conv2d_problem *p, enum isa isa, int threads);
    /* A thread's share. Phases run one after the other, all threads of one before any of the next.
     */
    int64_t (*phases)(const struct conv2d_problem *p, enum isa isa);
    void (*run)(const struct conv2d_job *job, int64_t phase, int thread, int threads);
    /* What it promises (primitive.h). */
    struct accumulation accumulation;
    double saving;
};

extern const struct conv2d_engine conv2d_engine_gemm;      /* implicit im2col through pgemm */
extern const struct conv2d_engine conv2d_engine_pointwise; /* the same, 1x1 only */
extern const struct conv2d_engine conv2d_engine_direct;    /* lanes over output channels */
extern const struct conv2d_engine conv2d_engine_winograd2; /* F(2x2, 3x3) */
extern const struct conv2d_engine conv2d_engine_winograd4; /* F(4x4, 3x3) */

/* A descriptor of functions of these names; then what it promises, if it is not the default. */
#define CONV2D_ENGINE_OF(supports_, suffix_, ...)                                                  \
    {                                                                                              \
        .supports = supports_, .prepared_bytes = prepared_bytes##suffix_,                          \
        .prepare = prepare##suffix_, .workspace_bytes = workspace_bytes##suffix_,                  \
        .phases = phases, .run = run##suffix_, __VA_ARGS__                                         \
    }

/* The fastest engine for this problem. */
const struct conv2d_engine *conv2d_best(const struct conv2d_problem *p, enum isa isa);

/* All phases by one thread. */
static inline void conv2d_run(const struct conv2d_engine *engine, const struct conv2d_job *job) {
    const int64_t phases = engine->phases(job->p, job->isa);
    for (int64_t phase = 0; phase < phases; phase++) engine->run(job, phase, 0, 1);
}

/* The accumulation promises (primitive.h), of an engine and of implementations that are one. A
 * running sum of Winograd adds one product per input channel, where the direct sum has nine terms:
 * nine lanes; the fractions in its transforms round even small integers. */
#define CONV2D_WINOGRAD_ACCUMULATION(halo_)                                                        \
    .saving = 9.0 * ((halo_) + 1) * ((halo_) + 1) / ((halo_) + 3) / ((halo_) + 3),                 \
    .accumulation = {.summation = SUM_LANES, .lanes = 9, .halo = halo_, .inexact = true}
/* One that chooses promises what the engine does. */
static inline void conv2d_promise(const struct conv2d_engine *engine,
                                  struct accumulation *accumulation, double *saving) {
    *accumulation = engine->accumulation;
    *saving = engine->saving;
}

/* The callbacks of implementation `variant_` and its descriptor: `engine_` is an expression that
 * may use the problem p, `isa_` one that may not; one thread. */
#define CONV2D_ENGINE(variant_, ...) CONV2D_ENGINE_(variant_, __VA_ARGS__)
#define CONV2D_ENGINE_(variant_, engine_, isa_, ...)                                               \
    static size_t variant_##_prepared_bytes(const void *problem) {                                 \
        const struct conv2d_problem *p = problem;                                                  \
        return (engine_)->prepared_bytes(p, isa_);                                                 \
    }                                                                                              \
    static void variant_##_prepare(const void *problem, void *const *operand, void *prepared) {    \
        const struct conv2d_problem *p = problem;                                                  \
        (engine_)->prepare(p, isa_, operand[CONV2D_WEIGHT], prepared);                             \
    }                                                                                              \
    static size_t variant_##_workspace_bytes(const void *problem) {                                \
        const struct conv2d_problem *p = problem;                                                  \
        return (engine_)->workspace_bytes(p, isa_, 1);                                             \
    }                                                                                              \
    static const char *variant_##_supports(const void *problem) {                                  \
        const struct conv2d_problem *p = problem;                                                  \
        return (engine_)->supports(p);                                                             \
    }                                                                                              \
    static void conv2d_##variant_(const struct conv2d_problem *p, const float *x,                  \
                                  const float *weight, const float *bias, float *y,                \
                                  const void *prepared, void *workspace) {                         \
        (void)weight;                                                                              \
        conv2d_run(engine_, &(struct conv2d_job){p, x, bias, y, prepared, workspace, isa_});       \
    }                                                                                              \
    IMPL(conv2d, variant_, .supports = variant_##_supports,                                        \
         .prepared_bytes = variant_##_prepared_bytes, .prepare = variant_##_prepare,               \
         .workspace_bytes = variant_##_workspace_bytes, __VA_ARGS__)

/* ---- arithmetic shared by the engines ---------------------------------------------------------
 */

static inline int64_t conv2d_least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t conv2d_most(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t conv2d_blocks(int64_t extent, int64_t block) {
    return (extent + block - 1) / block;
}
static inline int64_t conv2d_round_up(int64_t extent, int64_t block) {
    return conv2d_blocks(extent, block) * block;
}
/* Bytes of that many floats, in whole cache lines. */
static inline size_t conv2d_float_bytes(int64_t floats) {
    return (size_t)conv2d_round_up(floats, 16) * sizeof(float);
}

#endif
