/* The engines, each bound to this instruction set. */
#include "kernels/blocks/simd.h"
#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(SIMD(direct), &conv2d_engine_direct, SIMD_ISA,
              .technique = "direct, lanes over output channels: register tiles of two vectors of "
                           "channels by several pixels",
              .isa = SIMD_ISA);
CONV2D_ENGINE(
    SIMD(winograd2), &conv2d_engine_winograd2, SIMD_ISA,
    .technique = "Winograd F(2x2, 3x3): filters transformed in prepare, tile blocks in L2",
    .isa = SIMD_ISA, CONV2D_WINOGRAD_ACCUMULATION(1));
CONV2D_ENGINE(
    SIMD(winograd4), &conv2d_engine_winograd4, SIMD_ISA,
    .technique = "Winograd F(4x4, 3x3): filters transformed in prepare, tile blocks in L2",
    .isa = SIMD_ISA, CONV2D_WINOGRAD_ACCUMULATION(3));
static void promise(const void *problem, struct accumulation *accumulation, double *saving) {
    conv2d_promise(conv2d_best(problem, SIMD_ISA), accumulation, saving);
}
CONV2D_ENGINE(ASSAY_ISA, conv2d_best(p, SIMD_ISA), SIMD_ISA,
              .technique = "the fastest of Winograd, direct and GEMM for each shape",
              .isa = SIMD_ISA, .promise = promise);
