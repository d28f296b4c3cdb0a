/* Which engine is the fastest for a shape; the figures behind it are from a 2 MiB-L2 AVX-512 core.
 */
#include "kernels/conv/conv2d_engine.h"

static int64_t tiles(const struct conv2d_problem *p, int64_t side) {
    return p->n * conv2d_blocks(conv2d_oh(p), side) * conv2d_blocks(conv2d_ow(p), side);
}

/* Winograd F(4x4) does a quarter of the multiplications on whole tiles; it pays while enough
 * channels share its transforms, and enough tiles its filters, which are four times as large as the
 * weights. */
static bool winograd4_pays(const struct conv2d_problem *p) {
    return !conv2d_engine_winograd4.supports(p) && p->c / p->groups >= 16 &&
           p->oc / p->groups >= 16 && tiles(p, 4) >= 16;
}

/* F(2x2) does 4/9, with filters not twice as large: for the small images of deep layers. */
static bool winograd2_pays(const struct conv2d_problem *p) {
    return !conv2d_engine_winograd2.supports(p) && p->c / p->groups >= 64 &&
           p->oc / p->groups >= 64 && tiles(p, 2) >= 16;
}

const struct conv2d_engine *conv2d_best(const struct conv2d_problem *p, enum isa isa) {
    if (!ASSAY_SIMD || isa < ISA_AVX2) return &conv2d_engine_gemm;
    if (winograd4_pays(p)) return &conv2d_engine_winograd4;
    if (isa >= ISA_AVX512 && winograd2_pays(p)) return &conv2d_engine_winograd2;
    /* Lanes over output channels would stay empty. */
    if (p->oc / p->groups < 8) return &conv2d_engine_gemm;
    /* A product with many columns needs no transposition of its result. */
    const bool pointwise = p->kh == 1 && p->kw == 1 && p->pad == 0;
    if (pointwise && conv2d_oh(p) * conv2d_ow(p) >= 400) return &conv2d_engine_gemm;
    return &conv2d_engine_direct;
}
