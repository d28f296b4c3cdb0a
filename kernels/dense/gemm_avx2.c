#include "kernels/dense/gemm_engine.h"

static size_t workspace_bytes(const void *problem) {
    return gemm_engine_bytes(&gemm_engine_avx2, problem);
}

static void gemm_avx2(const struct gemm_problem *p, const float *a, const float *b, float *c,
                      void *workspace) {
    gemm_engine_run(&gemm_engine_avx2, p, a, b, c, workspace);
}

IMPL(gemm, avx2,
     .technique = "packed panels and register tiles; in place when small, streaming when thin",
     .isa = ISA_AVX2, .accumulation = GEMM_ENGINE_ACCUMULATION, .workspace_bytes = workspace_bytes);
