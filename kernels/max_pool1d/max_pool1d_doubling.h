/* Sliding maximum by doubling; after max_pool1d_stream.h. With K the largest power of two that the
 * window holds, max over a window = max(MK[i], MK[i + window - K]): ceil(log2 window) vector maxima
 * per vector. Windows up to a vector never leave the registers; longer ones double in a block that
 * stays in the first-level cache. */
#ifndef KERNELS_MAX_POOL1D_MAX_POOL1D_DOUBLING_H
#define KERNELS_MAX_POOL1D_MAX_POOL1D_DOUBLING_H

static inline __attribute__((always_inline)) void doubling_stream(const struct piece *p,
                                                                  const int levels) {
    const int64_t positions = piece_positions(p), inputs = piece_inputs(p);
    const struct lanes_step step = lanes_step_of(p->window - (1 << levels));
    struct history history = widen_begin(p->x, inputs, levels);
    lanes now = widen(&history, read_keys(p->x, inputs, levels), levels);
    for (int64_t i = 0; i * LANES < positions; i++) {
        const lanes next = widen(&history, read_keys(p->x, inputs, i + 1 + levels), levels);
        write_maxima(p, i, lanes_max(now, lanes_from(now, next, &step)));
        now = next;
    }
}

/* Keys that a block of the longer windows fills: 24 KiB; or twice the window. */
enum { DOUBLING_BLOCK = 6144 };
static inline int64_t doubling_block(int64_t window) {
    const int64_t least = DOUBLING_BLOCK / 2;
    const int64_t block = window < least ? DOUBLING_BLOCK - window : window;
    return (block + LANES - 1) / LANES * LANES;
}

static inline size_t doubling_workspace(int64_t window) {
    return window <= LANES ? 0
                           : (size_t)(doubling_block(window) + window + LANES) * sizeof(int32_t);
}

/* Positions `first` .. first+count-1, a multiple of LANES further on than x. */
static inline void doubling_block_run(const struct piece *p, int64_t first, int64_t count,
                                      int32_t *m) {
    const float *x = p->x + first;
    const int64_t inputs = count + p->window - 1;
    struct history history = widen_begin(x, inputs, LANE_LEVELS);
    for (int64_t i = 0; i < inputs; i += LANES)
        lanes_store(m + i,
                    widen(&history, read_keys(x, inputs, i / LANES + LANE_LEVELS), LANE_LEVELS));
    int64_t k = LANES;
    for (; 2 * k <= p->window; k *= 2) /* in place: m[i + k] is still Mk when m[i] needs it */
        for (int64_t i = 0; i < inputs - 2 * k + 1; i += LANES)
            lanes_store(m + i, lanes_max(lanes_load(m + i), lanes_load(m + i + k)));
    for (int64_t i = 0; i < count; i += LANES)
        write_maxima(p, (first + i) / LANES,
                     lanes_max(lanes_load(m + i), lanes_load(m + i + p->window - k)));
}

static inline void doubling(const struct piece *p, void *workspace) {
    const int64_t positions = piece_positions(p), block = doubling_block(p->window);
    if (p->window <= 1)
        doubling_stream(p, 0);
    else if (p->window < 4)
        doubling_stream(p, 1);
    else if (p->window < 8)
        doubling_stream(p, 2);
    else if (p->window <= LANES)
        doubling_stream(p, 3);
    else
        for (int64_t first = 0; first < positions; first += block)
            doubling_block_run(p, first, positions - first < block ? positions - first : block,
                               workspace);
}

#endif
