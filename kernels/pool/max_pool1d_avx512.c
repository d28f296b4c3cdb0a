#include "kernels/pool/max_pool1d_lanes_avx512.h"
#include "kernels/pool/max_pool1d_stream.h"

#include "kernels/pool/max_pool1d_best.h"
#include "kernels/pool/max_pool1d_rows.h"

static void max_pool1d_avx512(const struct max_pool1d_problem *p, const float *x, float *y,
                              void *workspace) {
    rows(p, x, y, workspace, best);
}

static size_t workspace_bytes(const void *problem) {
    return best_workspace(((const struct max_pool1d_problem *)problem)->window);
}

IMPL(max_pool1d, avx512,
     .technique = "doubling in registers up to a vector, van Herk in lanes beyond",
     .isa = ISA_AVX512, .workspace_bytes = workspace_bytes);
