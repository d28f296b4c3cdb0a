#include "kernels/conv/conv2d_engine.h"

CONV2D_ENGINE(
    pointwise, &conv2d_engine_pointwise, isa_best(),
    .technique = "1x1 as one GEMM per image on NCHW as it lies; weights packed in prepare");
