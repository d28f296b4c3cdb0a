#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(
    winograd2_avx2, &conv2d_engine_winograd2, ISA_AVX2,
    .technique = "Winograd F(2x2, 3x3): filters transformed in prepare, tile blocks in L2",
    .isa = ISA_AVX2, CONV2D_WINOGRAD_ACCUMULATION(1));
