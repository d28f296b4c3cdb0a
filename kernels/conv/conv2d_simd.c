#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(avx2, conv2d_best(p, ISA_AVX2), ISA_AVX2,
              .technique = "the fastest of Winograd F(4x4, 3x3), direct and GEMM for each shape",
              .isa = ISA_AVX2, CONV2D_BEST_ACCUMULATION);
