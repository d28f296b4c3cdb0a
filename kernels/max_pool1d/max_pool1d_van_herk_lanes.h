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
#ifndef KERNELS_MAX_POOL1D_MAX_POOL1D_VAN_HERK_LANES_H
#define KERNELS_MAX_POOL1D_MAX_POOL1D_VAN_HERK_LANES_H

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

/* window >= LANES */
static inline void van_herk(const struct piece *p, void *workspace) {
    int32_t *const block = workspace;
    const int64_t q = p->window / LANES, inputs = piece_inputs(p);
    const int64_t vectors = (piece_positions(p) + LANES - 1) / LANES;
    const struct lanes_step rest = lanes_step_of(p->window % LANES);
    struct history history = widen_begin(p->x, inputs, LANE_LEVELS);
    int64_t read = LANE_LEVELS;
    lanes last = lanes_lowest();
    for (int64_t j = 0; j < q; j++) {
        last = widen(&history, read_keys(p->x, inputs, read++), LANE_LEVELS);
        lanes_store(block + j * LANES, last);
    }
    for (int64_t o = 0; o < vectors;) {
        suffix_maxima(block, q);
        const int64_t begin = o, end = vectors - o < q ? vectors : o + q;
        lanes prefix = lanes_lowest();
        for (; o < end; o++) {
            int32_t *const at = block + (o - begin) * LANES;
            const lanes u = widen(&history, read_keys(p->x, inputs, read++), LANE_LEVELS);
            const lanes tail = lanes_from(last, u, &rest);
            write_maxima(p, o, lanes_max(lanes_max(lanes_load(at), prefix), tail));
            lanes_store(at, u);
            prefix = lanes_max(prefix, u);
            last = u;
        }
    }
}

#endif
