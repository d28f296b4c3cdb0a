/* Sliding maximum after van Herk and Gil-Werman, one problem per lane; after max_pool1d_stream.h.
 *
 * With L lanes, let U[t] be the vector of maxima over L keys from each lane of vector t on
 * (doubling in registers). A window of w = q L + r keys, q >= 1, is covered by q of those a vector
 * apart and one more that ends where the window ends: y[o] = max(U[o], U[o+1], ..., U[o+q-1], U
 * shifted by r lanes at o+q-1) In each lane the first part is a sliding maximum over q vectors.
 * Blocks of q vectors: such a range is a suffix of one block and a prefix of the next. So every
 * vector takes log2 L maxima for U, one each for prefix and suffix and two to join: whatever the
 * window, and no element leaves its lane. Memory: the suffix maxima of one block, as many keys as
 * the window. */
#ifndef KERNELS_POOL_MAX_POOL1D_VAN_HERK_LANES_H
#define KERNELS_POOL_MAX_POOL1D_VAN_HERK_LANES_H

static inline size_t van_herk_workspace(int64_t window) {
    return (size_t)(window / LANES * LANES) * sizeof(int32_t);
}

static inline void suffix_maxima(int32_t *block, int64_t vectors) {
    lanes suffix = lanes_lowest();
    for (int64_t j = vectors - 1; j >= 0; j--) {
        suffix = lanes_max(suffix, lanes_load(block + j * LANES));
        lanes_store(block + j * LANES, suffix);
    }
}

struct van_herk {
    struct history history;
    lanes prefix, last; /* last: U before the next one */
    struct lanes_step rest;
    int64_t q, inputs;
};

static inline __attribute__((always_inline)) lanes next_u(struct van_herk *v, const float *x,
                                                          int64_t t, const bool steady) {
    const int64_t i = t + LANE_LEVELS; /* how far the history lags */
    return widen(&v->history, steady ? keys_load(x + i * LANES) : read_keys(x, v->inputs, i),
                 LANE_LEVELS);
}

/* Vector o of the maxima; `at` holds its block's suffix from there on, and takes U[o + q].
 * `steady`: neither end of the row is near, and the stride is 1. */
static inline __attribute__((always_inline)) void van_herk_step(struct van_herk *v,
                                                                const struct piece *p, int64_t o,
                                                                int32_t *at, const bool steady) {
    const lanes u = next_u(v, p->x, o + v->q, steady);
    const lanes tail = lanes_from(v->last, u, &v->rest);
    const lanes maxima = lanes_max(lanes_max(lanes_load(at), v->prefix), tail);
    if (!steady)
        write_maxima(p, o, maxima);
    else if (p->past)
        keys_stream(p->y + o * LANES, maxima);
    else
        keys_store(p->y + o * LANES, maxima);
    lanes_store(at, u);
    v->prefix = lanes_max(v->prefix, u);
    v->last = u;
}

/* window >= LANES */
static inline void van_herk(const struct piece *piece, void *workspace) {
    const struct piece p = *piece; /* no store can alias a local */
    int32_t *const block = workspace;
    struct van_herk v = {.history = widen_begin(p.x, piece_inputs(&p), LANE_LEVELS),
                         .last = lanes_lowest(),
                         .rest = lanes_step_of(p.window % LANES),
                         .q = p.window / LANES,
                         .inputs = piece_inputs(&p)};
    const int64_t vectors = (piece_positions(&p) + LANES - 1) / LANES;
    const int64_t whole_reads = v.inputs / LANES - v.q - LANE_LEVELS;
    const int64_t whole = lesser(whole_reads, p.outputs / LANES);
    const int64_t steady = p.stride == 1 ? whole : 0;
    for (int64_t j = 0; j < v.q; j++)
        lanes_store(block + j * LANES, v.last = next_u(&v, p.x, j, false));
    for (int64_t o = 0; o < vectors;) {
        suffix_maxima(block, v.q);
        int32_t *at = block;
        const int64_t end = lesser(vectors, o + v.q);
        v.prefix = lanes_lowest();
        for (; o < lesser(end, steady); o++, at += LANES) van_herk_step(&v, &p, o, at, true);
        for (; o < end; o++, at += LANES) van_herk_step(&v, &p, o, at, false);
    }
}

#endif
