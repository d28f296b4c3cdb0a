/* Sliding maximum by doubling. With K the largest power of two that the
 * window holds, max over a window = max(MK[i], MK[i + window - K]): ceil(log2 window) vector maxima
 * per vector. Windows up to a vector never leave the registers; longer ones double in a block that
 * stays in the first-level cache. */
#ifndef KERNELS_POOL_MAX_POOL1D_DOUBLING_SIMD_H
#define KERNELS_POOL_MAX_POOL1D_DOUBLING_SIMD_H

#include "kernels/pool/max_pool1d_stream_simd.h"

/* Vector i of the maxima. `steady`: neither end of the row is near, and the stride is 1. */
static ALWAYS_INLINE vint doubling_step(const struct piece *p, struct history *history, vint now,
                                        int64_t i, const struct vint_step *step, const int levels,
                                        const bool steady) {
    const int64_t read = i + 1 + levels;
    const vint keys =
        steady ? keys_load(p->x + read * VLANES) : read_keys(p->x, piece_inputs(p), read);
    const vint next = widen(history, keys, levels);
    const vint maxima = vint_max(now, vint_from(now, next, step));
    if (!steady)
        write_maxima(p, i, maxima);
    else
        write_whole(p, i, maxima);
    return next;
}

static ALWAYS_INLINE void doubling_stream(const struct piece *piece, const int levels) {
    const struct piece p = *piece; /* no store can alias a local */
    const int64_t vectors = (piece_positions(&p) + VLANES - 1) / VLANES;
    const int64_t whole = lesser(piece_inputs(&p) / VLANES - 1 - levels, p.outputs / VLANES);
    const int64_t steady = p.stride == 1 ? whole : 0;
    const struct vint_step step = vint_step_of(p.window - (1 << levels));
    struct history history = widen_begin(p.x, piece_inputs(&p), levels);
    vint now = widen(&history, read_keys(p.x, piece_inputs(&p), levels), levels);
    int64_t i = 0;
    for (; i < steady; i++) now = doubling_step(&p, &history, now, i, &step, levels, true);
    for (; i < vectors; i++) now = doubling_step(&p, &history, now, i, &step, levels, false);
}

/* Keys that a block of the longer windows fills: 24 KiB; or twice the window. */
enum { DOUBLING_BLOCK = 6144 };
static inline int64_t doubling_block(int64_t window) {
    const int64_t least = DOUBLING_BLOCK / 2;
    const int64_t block = window < least ? DOUBLING_BLOCK - window : window;
    return (block + VLANES - 1) / VLANES * VLANES;
}

static inline size_t doubling_workspace(int64_t window) {
    return window <= VLANES ? 0
                            : (size_t)(doubling_block(window) + window + VLANES) * sizeof(int32_t);
}

/* Positions `first` .. first+count-1, a multiple of VLANES further on than x. */
static inline void doubling_block_run(const struct piece *p, int64_t first, int64_t count,
                                      int32_t *m) {
    const float *x = p->x + first;
    const int64_t inputs = count + p->window - 1;
    struct history history = widen_begin(x, inputs, VLEVELS);
    for (int64_t i = 0; i < inputs; i += VLANES)
        vint_store(m + i, widen(&history, read_keys(x, inputs, i / VLANES + VLEVELS), VLEVELS));
    int64_t k = VLANES;
    for (; 2 * k <= p->window; k *= 2) /* in place: m[i + k] is still Mk when m[i] needs it */
        for (int64_t i = 0; i < inputs - 2 * k + 1; i += VLANES)
            vint_store(m + i, vint_max(vint_load(m + i), vint_load(m + i + k)));
    for (int64_t i = 0; i < count; i += VLANES)
        write_maxima(p, (first + i) / VLANES,
                     vint_max(vint_load(m + i), vint_load(m + i + p->window - k)));
}

static inline void doubling(const struct piece *p, void *workspace) {
    const int64_t positions = piece_positions(p), block = doubling_block(p->window);
    if (p->window <= 1)
        doubling_stream(p, 0);
    else if (p->window < 4)
        doubling_stream(p, 1);
    else if (p->window < 8)
        doubling_stream(p, 2);
    else if (p->window <= VLANES)
        doubling_stream(p, 3);
    else
        for (int64_t first = 0; first < positions; first += block)
            doubling_block_run(p, first, lesser(positions - first, block), workspace);
}

#endif
