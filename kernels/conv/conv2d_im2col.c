#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(
    im2col, &conv2d_engine_gemm, ISA_SCALAR,
    .technique = "implicit im2col into a packed GEMM, plain C; weights packed in prepare");
