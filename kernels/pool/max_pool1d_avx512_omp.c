#include "kernels/pool/max_pool1d_lanes_avx512.h"
#include "kernels/pool/max_pool1d_stream.h"

#include "kernels/pool/max_pool1d_omp.h"

static void max_pool1d_avx512_omp(const struct max_pool1d_problem *p, const float *x, float *y,
                                  void *workspace) {
    parallel(p, x, y, workspace);
}

IMPL(max_pool1d, avx512_omp,
     .technique = "avx512, rows and stretches of rows shared out among threads", .isa = ISA_AVX512,
     .uses_threads = true, .workspace_bytes = parallel_workspace);
