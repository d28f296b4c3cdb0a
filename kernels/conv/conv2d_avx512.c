#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(
    avx512, conv2d_best(p, ISA_AVX512), ISA_AVX512,
    .technique = "the fastest of Winograd F(2x2) and F(4x4), direct and GEMM for each shape",
    .isa = ISA_AVX512, CONV2D_BEST_ACCUMULATION);
