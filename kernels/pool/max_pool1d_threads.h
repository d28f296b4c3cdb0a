/* How threads share the rows of max_pool1d; after max_pool1d_stream.h. Rows are cut only when there
 * are fewer of them than threads, because every cut reads a window's worth of inputs twice. */
#ifndef KERNELS_POOL_MAX_POOL1D_THREADS_H
#define KERNELS_POOL_MAX_POOL1D_THREADS_H

#include "kernels/core/threads.h"

struct shares {
    int count;      /* one for each thread */
    int64_t cuts;   /* pieces per row */
    int64_t piece;  /* outputs of a piece; the last of a row has fewer, or none */
    int64_t pieces; /* in all */
};

static inline struct shares shares_of(const struct max_pool1d_problem *p, int threads) {
    const int64_t outputs = max_pool1d_outputs(p);
    struct shares s = {.cuts = 1};
    if (p->n > 0 && p->n < threads) s.cuts = (threads + p->n - 1) / p->n;
    s.piece = (outputs + s.cuts - 1) / s.cuts;
    s.piece = (s.piece + LANES - 1) / LANES * LANES;
    s.pieces = p->n * s.cuts;
    s.count = s.pieces < threads ? (int)s.pieces : threads;
    if (s.count < 1) s.count = 1;
    return s;
}

static inline int64_t shares_first(const struct shares *s, int share) {
    return s->pieces * share / s->count;
}

/* Piece i of all; its outputs may be 0 or less: nothing is left of the row. */
static inline struct piece shares_piece(const struct shares *s, const struct max_pool1d_problem *p,
                                        const float *x, float *y, int64_t i) {
    const int64_t row = i / s->cuts, first = i % s->cuts * s->piece;
    const int64_t outputs = max_pool1d_outputs(p), left = outputs - first;
    return piece_of(p, x + row * p->length + first * p->stride, y + row * outputs + first,
                    left < s->piece ? left : s->piece);
}

/* Bytes of one share's workspace: whole pages, or one thread's prefetchers would fetch lines that
 * its neighbour is writing. */
static inline size_t shares_workspace(size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

#endif
