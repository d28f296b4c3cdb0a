#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(
    direct_avx2, &conv2d_engine_direct, ISA_AVX2,
    .technique = "direct, lanes over output channels: register tiles of 16 channels by 6 pixels",
    .isa = ISA_AVX2);
