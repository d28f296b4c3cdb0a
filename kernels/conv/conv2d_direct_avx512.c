#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(
    direct_avx512, &conv2d_engine_direct, ISA_AVX512,
    .technique = "direct, lanes over output channels: register tiles of 32 channels by 14 pixels",
    .isa = ISA_AVX512);
