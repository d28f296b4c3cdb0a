/* Sliding maximum by doubling; after max_pool1d_stream.h. With K the largest power of two that the
 * window holds, max over a window = max(MK[i], MK[i + window - K]): ceil(log2 window) vector maxima
 * per vector. Windows up to a vector never leave the registers; longer ones double in a block that
 * stays in the first-level cache. */
#ifndef KERNELS_POOL_MAX_POOL1D_DOUBLING_H
#define KERNELS_POOL_MAX_POOL1D_DOUBLING_H

/* Vector i of the maxima. `steady`: neither end of the row is near, and the stride is 1. */
static inline __attribute__((always_inline)) lanes
doubling_step(const struct piece *p, struct history *history, lanes now, int64_t i,
              const struct lanes_step *step, const int levels, const bool steady) {
    const int64_t read = i + 1 + levels;
    const lanes keys =
        steady ? keys_load(p->x + read * LANES) : read_keys(p->x, piece_inputs(p), read);
    const lanes next = widen(history, keys, levels);
    const lanes maxima = lanes_max(now, lanes_from(now, next, step));
    if (!steady)
        write_maxima(p, i, maxima);
    else if (p->past)
        keys_stream(p->y + i * LANES, maxima);
    else
        keys_store(p->y + i * LANES, maxima);
    return next;
}

static inline __attribute__((always_inline)) void doubling_stream(const struct piece *piece,
                                                                  const int levels) {
    const struct piece p = *piece; /* no store can alias a local */
    const int64_t vectors = (piece_positions(&p) + LANES - 1) / LANES;
    const int64_t whole = lesser(piece_inputs(&p) / LANES - 1 - levels, p.outputs / LANES);
    const int64_t steady = p.stride == 1 ? whole : 0;
    const struct lanes_step step = lanes_step_of(p.window - (1 << levels));
    struct history history = widen_begin(p.x, piece_inputs(&p), levels);
    lanes now = widen(&history, read_keys(p.x, piece_inputs(&p), levels), levels);
    int64_t i = 0;
    for (; i < steady; i++) now = doubling_step(&p, &history, now, i, &step, levels, true);
    for (; i < vectors; i++) now = doubling_step(&p, &history, now, i, &step, levels, false);
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
            doubling_block_run(p, first, lesser(positions - first, block), workspace);
}

#endif
