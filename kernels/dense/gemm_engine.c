#include "kernels/dense/gemm_engine.h"

static struct pgemm scalar_plan(const struct gemm_product *q) {
    return gemm_pgemm(q, pgemm_kernel_for(ISA_SCALAR), PGEMM_PACK, PGEMM_PACK);
}

static size_t scalar_bytes(const struct gemm_product *q, int parts) {
    const struct pgemm g = scalar_plan(q);
    return pgemm_parts_workspace_bytes(&g, parts);
}

static void scalar_run(const struct gemm_product *q, int part, int parts, void *workspace) {
    const struct pgemm g = scalar_plan(q);
    pgemm_run_part(&g, part, parts, workspace);
}

const struct gemm_engine gemm_engine_scalar = {scalar_bytes, scalar_run};

const struct gemm_engine *gemm_engine_best(void) {
#if ASSAY_SIMD
    if (isa_best() >= ISA_AVX512) return &gemm_engine_avx512;
    if (isa_best() >= ISA_AVX2) return &gemm_engine_avx2;
#endif
    return &gemm_engine_scalar;
}

size_t gemm_engine_bytes(const struct gemm_engine *engine, const struct gemm_problem *p) {
    const struct gemm_product q = gemm_entry(p, NULL, NULL, NULL, 0);
    return engine->workspace_bytes(&q, 1);
}

void gemm_engine_run(const struct gemm_engine *engine, const struct gemm_problem *p, const float *a,
                     const float *b, float *c, void *workspace) {
    for (int64_t e = 0; e < p->batch; e++) {
        const struct gemm_product q = gemm_entry(p, a, b, c, e);
        engine->run(&q, 0, 1, workspace);
    }
}
