/* Whichever way is fastest for one product on one instruction set: thin, in place or packed. */
#ifndef KERNELS_DENSE_GEMM_ENGINE_H
#define KERNELS_DENSE_GEMM_ENGINE_H

#include "kernels/dense/gemm_plan.h"

struct gemm_engine {
    /* For all parts together; each part's slice is a multiple of 64 bytes. */
    size_t (*workspace_bytes)(const struct gemm_product *q, int parts);
    /* One of `parts` independent parts of the product; all of it with parts = 1. */
    void (*run)(const struct gemm_product *q, int part, int parts, void *workspace);
};

extern const struct gemm_engine gemm_engine_scalar, gemm_engine_avx2, gemm_engine_avx512;

/* The engine of isa_best(). */
const struct gemm_engine *gemm_engine_best(void);

/* All products of a batch, one thread. */
size_t gemm_engine_bytes(const struct gemm_engine *engine, const struct gemm_problem *p);
void gemm_engine_run(const struct gemm_engine *engine, const struct gemm_problem *p, const float *a,
                     const float *b, float *c, void *workspace);

/* Every path of an engine sums at most this many terms before it adds to c. */
#define GEMM_ENGINE_ACCUMULATION                                                                   \
    { .summation = SUM_BLOCKED, .lanes = 1024 }

#endif
