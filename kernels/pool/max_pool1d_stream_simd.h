/* What the vector algorithms of max_pool1d share. A row is read as vectors of keys and written as
 * vectors of maxima; the last ones are masked. */
#ifndef KERNELS_POOL_MAX_POOL1D_STREAM_SIMD_H
#define KERNELS_POOL_MAX_POOL1D_STREAM_SIMD_H

#include "kernels/blocks/streaming.h"
#include "kernels/pool/max_pool1d.h"
#include "kernels/pool/max_pool1d_keys_simd.h"

static inline int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }

/* A piece of a row: `outputs` windows, the first at x[0]. */
struct piece {
    const float *x;
    float *y;
    int64_t outputs, window, stride;
    bool streaming; /* vectors of y are aligned, and their stores streaming */
};

static inline struct piece piece_of(const struct max_pool1d_problem *p, const float *x, float *y,
                                    int64_t outputs) {
    const bool aligned = streaming_head(y, VLANES, VLANES) == 0;
    const bool streaming =
        p->stride == 1 && aligned && streaming_pays(p->n * max_pool1d_outputs(p));
    return (struct piece){x, y, outputs, p->window, p->stride, streaming};
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
static inline vint read_keys(const float *x, int64_t inputs, int64_t i) {
    const int64_t left = inputs - i * VLANES;
    if (left >= VLANES) return keys_load(x + i * VLANES);
    return left > 0 ? keys_load_first(x + i * VLANES, left) : keys_lowest();
}

/* Vector i of the maxima at every position goes to the outputs among them. */
static inline void write_maxima(const struct piece *p, int64_t i, vint keys) {
    if (p->stride == 1) {
        const int64_t left = p->outputs - i * VLANES;
        if (left >= VLANES)
            vstore(p->y + i * VLANES, keys_floats(keys));
        else
            vstore_masked(p->y + i * VLANES, vfirst(left), keys_floats(keys));
        return;
    }
    float maxima[VLANES];
    vstore(maxima, keys_floats(keys));
    int64_t output = (i * VLANES + p->stride - 1) / p->stride;
    int64_t lane = output * p->stride - i * VLANES;
    for (; lane < VLANES && output < p->outputs; lane += p->stride) p->y[output++] = maxima[lane];
}

/* The same where all of them are outputs. */
static ALWAYS_INLINE void write_whole(const struct piece *p, int64_t i, vint keys) {
    if (p->streaming)
        vstream(p->y + i * VLANES, keys_floats(keys));
    else
        vstore(p->y + i * VLANES, keys_floats(keys));
}

/* Doubling in registers: from a stream of vectors of keys to the stream of maxima over 2^levels
 * keys. M1 = keys, M2k[i] = max(Mk[i], Mk[i+k]); each level lags one vector, for it needs the
 * next one below. */
struct history {
    vint of[VLEVELS];
};
static ALWAYS_INLINE vint widen(struct history *h, vint next, const int levels) {
    for (int s = 0; s < levels; s++) {
        const vint wider = vint_max(h->of[s], vint_next(h->of[s], next, 1 << s));
        h->of[s] = next;
        next = wider;
    }
    return next;
}
/* Vectors 0 .. levels-1 go in; the next widen() returns vector 0. */
static ALWAYS_INLINE struct history widen_begin(const float *x, int64_t inputs, const int levels) {
    struct history h;
    for (int s = 0; s < VLEVELS; s++) h.of[s] = keys_lowest();
    for (int s = 0; s < levels; s++) (void)widen(&h, read_keys(x, inputs, s), levels);
    return h;
}

#endif
