/* Which engine is the fastest for a shape; the figures behind it are from a 2 MiB-L2 AVX-512 core.
 */
#include "kernels/conv2d/conv2d_engine.h"

/* Winograd F(4x4) does a quarter of the multiplications on whole tiles; it pays while enough
 * channels share its transforms, and enough tiles its filters, which are four times as large as the
 * weights. */
static bool winograd_pays(const struct conv2d_problem *p) {
    if (conv2d_engine_winograd4.supports(p)) return false;
    const int64_t tiles = p->n * conv2d_blocks(conv2d_oh(p), 4) * conv2d_blocks(conv2d_ow(p), 4);
    return p->c / p->groups >= 16 && p->oc / p->groups >= 16 && tiles >= 16;
}

const struct conv2d_engine *conv2d_best(const struct conv2d_problem *p, enum isa isa) {
    if (!ASSAY_SIMD || isa < ISA_AVX2) return &conv2d_engine_gemm;
    if (winograd_pays(p)) return &conv2d_engine_winograd4;
    /* Lanes over output channels would stay empty. */
    if (p->oc / p->groups < 8) return &conv2d_engine_gemm;
    /* A product with many columns needs no transposition of its result. */
    const bool pointwise = p->kh == 1 && p->kw == 1 && p->pad == 0;
    if (pointwise && conv2d_oh(p) * conv2d_ow(p) >= 400) return &conv2d_engine_gemm;
    return &conv2d_engine_direct;
}
