/* When the stores of a kernel should be streaming (non-temporal) ones.
 *
 * An ordinary store to a line that is not in cache reads the line first: a copy then moves three
 * bytes for every two. Non-temporal stores save that read, and leave the output in memory. Measured
 * on Sapphire Rapids (2 MiB L2 per core, a share of a large L3), one thread, repeated copies: from
 * 2 MiB of output on they win, 35 against 16 GB/s at 16 MiB and beyond; when the next reader is
 * counted in, they break even at 8 MiB and win from there; below 2 MiB they lose. On Cascade Lake
 * they neither win nor lose at DRAM sizes. */
#ifndef KERNELS_BLOCKS_STREAMING_H
#define KERNELS_BLOCKS_STREAMING_H

#include <stdbool.h>
#include <stdint.h>

enum { STREAMING_BYTES = 8 << 20 };

/* For an operand of that many elements of float32 in all, written once and not read. The stores
 * themselves need an aligned address, and an sfence after the last. */
static inline bool streaming_pays(int64_t floats) { return floats >= STREAMING_BYTES / 4; }

/* Floats before `y` is aligned to `vector` floats (a power of two); at most `n`. */
static inline int64_t streaming_head(const float *y, int64_t n, int vector) {
    const int64_t head = (int64_t)(-((uintptr_t)y / sizeof *y) & (uintptr_t)(vector - 1));
    return head < n ? head : n;
}

#endif
