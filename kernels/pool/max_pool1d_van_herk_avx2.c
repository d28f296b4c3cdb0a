#include "kernels/pool/max_pool1d_lanes_avx2.h"
#include "kernels/pool/max_pool1d_stream.h"

#include "kernels/pool/max_pool1d_rows.h"
#include "kernels/pool/max_pool1d_van_herk_lanes.h"

static void max_pool1d_van_herk_avx2(const struct max_pool1d_problem *p, const float *x, float *y,
                                     void *workspace) {
    rows(p, x, y, workspace, van_herk);
}

static const char *supports(const void *problem) {
    const int64_t window = ((const struct max_pool1d_problem *)problem)->window;
    return window < LANES ? "the window is shorter than a vector (8)" : NULL;
}

static size_t workspace_bytes(const void *problem) {
    return van_herk_workspace(((const struct max_pool1d_problem *)problem)->window);
}

IMPL(max_pool1d, van_herk_avx2,
     .technique = "van Herk's prefix and suffix maxima, in each of 8 lanes", .isa = ISA_AVX2,
     .supports = supports, .workspace_bytes = workspace_bytes);
