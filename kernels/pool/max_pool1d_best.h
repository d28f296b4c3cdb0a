/* The quicker vector algorithm for each window; after max_pool1d_stream.h. Up to one vector,
 * doubling in registers is a single pass without memory; from there on van Herk's cost does not
 * depend on the window, and is below doubling's at every window measured. */
#ifndef KERNELS_POOL_MAX_POOL1D_BEST_H
#define KERNELS_POOL_MAX_POOL1D_BEST_H

#include "kernels/pool/max_pool1d_doubling.h"
#include "kernels/pool/max_pool1d_van_herk_lanes.h"

static inline size_t best_workspace(int64_t window) {
    return window <= LANES ? doubling_workspace(window) : van_herk_workspace(window);
}

static inline void best(const struct piece *p, void *workspace) {
    if (p->window <= LANES)
        doubling(p, workspace);
    else
        van_herk(p, workspace);
}

#endif
