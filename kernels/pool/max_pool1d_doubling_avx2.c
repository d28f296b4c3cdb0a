#include "kernels/pool/max_pool1d_lanes_avx2.h"
#include "kernels/pool/max_pool1d_stream.h"

#include "kernels/pool/max_pool1d_doubling.h"
#include "kernels/pool/max_pool1d_rows.h"

static void max_pool1d_doubling_avx2(const struct max_pool1d_problem *p, const float *x, float *y,
                                     void *workspace) {
    rows(p, x, y, workspace, doubling);
}

static size_t workspace_bytes(const void *problem) {
    return doubling_workspace(((const struct max_pool1d_problem *)problem)->window);
}

IMPL(max_pool1d, doubling_avx2,
     .technique = "maxima over 2, 4, 8 ... elements: log2(window) vector maxima", .isa = ISA_AVX2,
     .workspace_bytes = workspace_bytes);
