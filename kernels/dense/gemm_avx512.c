#include "kernels/dense/gemm_engine.h"

static size_t workspace_bytes(const void *problem) {
    return gemm_engine_bytes(&gemm_engine_avx512, problem);
}

static void gemm_avx512(const struct gemm_problem *p, const float *a, const float *b, float *c,
                        void *workspace) {
    gemm_engine_run(&gemm_engine_avx512, p, a, b, c, workspace);
}

IMPL(gemm, avx512,
     .technique = "packed panels and register tiles; in place when small, streaming when thin",
     .isa = ISA_AVX512, .accumulation = GEMM_ENGINE_ACCUMULATION,
     .workspace_bytes = workspace_bytes);
