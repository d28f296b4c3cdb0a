/* What the vector algorithms of max_pool1d share; after one of max_pool1d_lanes_<isa>.h. A row is
 * read as vectors of keys and written as vectors of maxima; the last ones are masked. */
#ifndef KERNELS_POOL_MAX_POOL1D_STREAM_H
#define KERNELS_POOL_MAX_POOL1D_STREAM_H

#include "kernels/blocks/streaming.h"

static inline int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }

/* A piece of a row: `outputs` windows, the first at x[0]. */
struct piece {
    const float *x;
    float *y;
    int64_t outputs, window, stride;
    bool past; /* vectors of y are aligned and go past the caches */
};

static inline struct piece piece_of(const struct max_pool1d_problem *p, const float *x, float *y,
                                    int64_t outputs) {
    const bool aligned = streaming_head(y, LANES, LANES) == 0;
    const bool past = p->stride == 1 && aligned && streaming_pays(p->n * max_pool1d_outputs(p));
    return (struct piece){x, y, outputs, p->window, p->stride, past};
}

/* Window positions at stride 1, of which every stride-th is an output; and the inputs below them.
 */
static inline int64_t piece_positions(const struct piece *p) {
    return (p->outputs - 1) * p->stride + 1;
}
static inline int64_t piece_inputs(const struct piece *p) {
    return piece_positions(p) + p->window - 1;
}

/* Vector i of the inputs; the lowest key beyond them. */
static inline lanes read_keys(const float *x, int64_t inputs, int64_t i) {
    const int64_t left = inputs - i * LANES;
    if (left >= LANES) return keys_load(x + i * LANES);
    return left > 0 ? keys_load_first(x + i * LANES, left) : lanes_lowest();
}

/* Vector i of the maxima at every position goes to the outputs among them. */
static inline void write_maxima(const struct piece *p, int64_t i, lanes keys) {
    if (p->stride == 1) {
        const int64_t left = p->outputs - i * LANES;
        if (left >= LANES)
            keys_store(p->y + i * LANES, keys);
        else
            keys_store_first(p->y + i * LANES, keys, left);
        return;
    }
    float maxima[LANES];
    keys_store(maxima, keys);
    int64_t output = (i * LANES + p->stride - 1) / p->stride;
    int64_t lane = output * p->stride - i * LANES;
    for (; lane < LANES && output < p->outputs; lane += p->stride) p->y[output++] = maxima[lane];
}

/* Doubling in registers: from a stream of vectors of keys to the stream of maxima over 2^levels
 * keys. M1 = keys, M2k[i] = max(Mk[i], Mk[i+k]); each level lags one vector, for it needs the
 * next one below. */
struct history {
    lanes of[LANE_LEVELS];
};
static inline __attribute__((always_inline)) lanes widen(struct history *h, lanes next,
                                                         const int levels) {
    for (int s = 0; s < levels; s++) {
        const lanes wider = lanes_max(h->of[s], lanes_next(h->of[s], next, 1 << s));
        h->of[s] = next;
        next = wider;
    }
    return next;
}
/* Vectors 0 .. levels-1 go in; the next widen() returns vector 0. */
static inline __attribute__((always_inline)) struct history
widen_begin(const float *x, int64_t inputs, const int levels) {
    struct history h;
    for (int s = 0; s < LANE_LEVELS; s++) h.of[s] = lanes_lowest();
    for (int s = 0; s < levels; s++) (void)widen(&h, read_keys(x, inputs, s), levels);
    return h;
}

#endif
