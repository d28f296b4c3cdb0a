#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(
    winograd4_avx2, &conv2d_engine_winograd4, ISA_AVX2,
    .technique = "Winograd F(4x4, 3x3): filters transformed in prepare, tile blocks in L2",
    .isa = ISA_AVX2, CONV2D_WINOGRAD_ACCUMULATION(3));
