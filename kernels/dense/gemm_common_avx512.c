#include "kernels/blocks/vector_avx512.h"
#include "kernels/dense/gemm_skinny.h"

static const enum isa kernel_isa = ISA_AVX512;
#include "kernels/dense/gemm_paths.h"

const struct gemm_engine gemm_engine_avx512 = {path_bytes, path_run};
