/* Sliding maximum after van Herk and Gil-Werman, one problem per lane.
 *
 * With L vint, let U[t] be the vector of maxima over L keys from each lane of vector t on
 * (doubling in registers). A window of w = q L + r keys, q >= 1, is covered by q of those a vector
 * apart and one more that ends where the window ends: y[o] = max(U[o], U[o+1], ..., U[o+q-1], U
 * shifted by r vint at o+q-1) In each lane the first part is a sliding maximum over q vectors.
 * Blocks of q vectors: such a range is a suffix of one block and a prefix of the next. So every
 * vector takes log2 L maxima for U, one each for prefix and suffix and two to join: whatever the
 * window, and no element leaves its lane. Memory: the suffix maxima of one block, as many keys as
 * the window. */
#ifndef KERNELS_POOL_MAX_POOL1D_VAN_HERK_SIMD_H
#define KERNELS_POOL_MAX_POOL1D_VAN_HERK_SIMD_H

#include "kernels/pool/max_pool1d_stream_simd.h"

static inline size_t van_herk_workspace(int64_t window) {
    return (size_t)(window / VLANES * VLANES) * sizeof(int32_t);
}

static inline void suffix_maxima(int32_t *block, int64_t vectors) {
    vint suffix = keys_lowest();
    for (int64_t j = vectors - 1; j >= 0; j--) {
        suffix = vint_max(suffix, vint_load(block + j * VLANES));
        vint_store(block + j * VLANES, suffix);
    }
}

struct van_herk {
    struct history history;
    vint prefix, last; /* last: U before the next one */
    struct vint_step rest;
    int64_t q, inputs;
};

static ALWAYS_INLINE vint next_u(struct van_herk *v, const float *x, int64_t t, const bool steady) {
    const int64_t i = t + VLEVELS; /* how far the history lags */
    return widen(&v->history, steady ? keys_load(x + i * VLANES) : read_keys(x, v->inputs, i),
                 VLEVELS);
}

/* Vector o of the maxima; `at` holds its block's suffix from there on, and takes U[o + q].
 * `steady`: neither end of the row is near, and the stride is 1. */
static ALWAYS_INLINE void van_herk_step(struct van_herk *v, const struct piece *p, int64_t o,
                                        int32_t *at, const bool steady) {
    const vint u = next_u(v, p->x, o + v->q, steady);
    const vint tail = vint_from(v->last, u, &v->rest);
    const vint maxima = vint_max(vint_max(vint_load(at), v->prefix), tail);
    if (!steady)
        write_maxima(p, o, maxima);
    else
        write_whole(p, o, maxima);
    vint_store(at, u);
    v->prefix = vint_max(v->prefix, u);
    v->last = u;
}

/* window >= VLANES */
static inline void van_herk(const struct piece *piece, void *workspace) {
    const struct piece p = *piece; /* no store can alias a local */
    int32_t *const block = workspace;
    struct van_herk v = {.history = widen_begin(p.x, piece_inputs(&p), VLEVELS),
                         .last = keys_lowest(),
                         .rest = vint_step_of(p.window % VLANES),
                         .q = p.window / VLANES,
                         .inputs = piece_inputs(&p)};
    const int64_t vectors = (piece_positions(&p) + VLANES - 1) / VLANES;
    const int64_t whole_reads = v.inputs / VLANES - v.q - VLEVELS;
    const int64_t whole = lesser(whole_reads, p.outputs / VLANES);
    const int64_t steady = p.stride == 1 ? whole : 0;
    for (int64_t j = 0; j < v.q; j++)
        vint_store(block + j * VLANES, v.last = next_u(&v, p.x, j, false));
    for (int64_t o = 0; o < vectors;) {
        suffix_maxima(block, v.q);
        int32_t *at = block;
        const int64_t end = lesser(vectors, o + v.q);
        v.prefix = keys_lowest();
        for (; o < lesser(end, steady); o++, at += VLANES) van_herk_step(&v, &p, o, at, true);
        for (; o < end; o++, at += VLANES) van_herk_step(&v, &p, o, at, false);
    }
}

#endif
