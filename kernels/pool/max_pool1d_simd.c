/* The vector algorithms of max_pool1d: each alone, and the quicker one for each window. Up to one
 * vector, doubling in registers is a single pass without memory; from there on van Herk's cost does
 * not depend on the window, and is below doubling's at every window measured. */
#include "kernels/core/threads.h"
#include "kernels/pool/max_pool1d_doubling_simd.h"
#include "kernels/pool/max_pool1d_van_herk_simd.h"

static size_t best_workspace(int64_t window) {
    return window <= VLANES ? doubling_workspace(window) : van_herk_workspace(window);
}

static inline void best(const struct piece *p, void *workspace) {
    if (p->window <= VLANES)
        doubling(p, workspace);
    else
        van_herk(p, workspace);
}

/* ---- one thread: every row through one of them ---- */

typedef void piece_kernel(const struct piece *p, void *workspace);

static ALWAYS_INLINE void rows(const struct max_pool1d_problem *p, const float *x, float *y,
                               void *workspace, piece_kernel *kernel) {
    const int64_t outputs = max_pool1d_outputs(p);
    for (int64_t r = 0; r < p->n; r++) {
        const struct piece piece = piece_of(p, x + r * p->length, y + r * outputs, outputs);
        kernel(&piece, workspace);
    }
    _mm_sfence(); /* after streaming stores */
}

static void SIMD(max_pool1d_doubling)(const struct max_pool1d_problem *p, const float *x, float *y,
                                      void *workspace) {
    rows(p, x, y, workspace, doubling);
}
static size_t doubling_bytes(const void *problem) {
    return doubling_workspace(((const struct max_pool1d_problem *)problem)->window);
}
IMPL_SIMD_OF(max_pool1d, doubling,
             .technique = "maxima over 2, 4, 8 ... elements: log2(window) vector maxima",
             .workspace_bytes = doubling_bytes);

static void SIMD(max_pool1d_van_herk)(const struct max_pool1d_problem *p, const float *x, float *y,
                                      void *workspace) {
    rows(p, x, y, workspace, van_herk);
}
static const char *van_herk_supports(const void *problem) {
    const int64_t window = ((const struct max_pool1d_problem *)problem)->window;
    if (window >= VLANES) return NULL;
    return VLANES == 8 ? "the window is shorter than a vector (8)"
                       : "the window is shorter than a vector (16)";
}
static size_t van_herk_bytes(const void *problem) {
    return van_herk_workspace(((const struct max_pool1d_problem *)problem)->window);
}
IMPL_SIMD_OF(max_pool1d, van_herk,
             .technique = "van Herk's prefix and suffix maxima, in each lane of a vector",
             .supports = van_herk_supports, .workspace_bytes = van_herk_bytes);

static void SIMD(max_pool1d)(const struct max_pool1d_problem *p, const float *x, float *y,
                             void *workspace) {
    rows(p, x, y, workspace, best);
}
static size_t best_bytes(const void *problem) {
    return best_workspace(((const struct max_pool1d_problem *)problem)->window);
}
IMPL_SIMD(max_pool1d, .technique = "doubling in registers up to a vector, van Herk in lanes beyond",
          .workspace_bytes = best_bytes);

/* ---- many threads ----
 *
 * Rows are cut only when there are fewer of them than threads, because every cut reads a window's
 * worth of inputs twice. */

struct shares {
    int count;      /* one for each thread */
    int64_t cuts;   /* pieces per row */
    int64_t piece;  /* outputs of a piece; the last of a row has fewer, or none */
    int64_t pieces; /* in all */
};

static struct shares shares_of(const struct max_pool1d_problem *p, int threads) {
    const int64_t outputs = max_pool1d_outputs(p);
    struct shares s = {.cuts = 1};
    if (p->n > 0 && p->n < threads) s.cuts = (threads + p->n - 1) / p->n;
    s.piece = (outputs + s.cuts - 1) / s.cuts;
    s.piece = (s.piece + VLANES - 1) / VLANES * VLANES;
    s.pieces = p->n * s.cuts;
    s.count = s.pieces < threads ? (int)s.pieces : threads;
    if (s.count < 1) s.count = 1;
    return s;
}

static int64_t shares_first(const struct shares *s, int share) {
    return s->pieces * share / s->count;
}

/* Piece i of all; its outputs may be 0 or less: nothing is left of the row. */
static struct piece shares_piece(const struct shares *s, const struct max_pool1d_problem *p,
                                 const float *x, float *y, int64_t i) {
    const int64_t row = i / s->cuts, first = i % s->cuts * s->piece;
    const int64_t outputs = max_pool1d_outputs(p), left = outputs - first;
    return piece_of(p, x + row * p->length + first * p->stride, y + row * outputs + first,
                    left < s->piece ? left : s->piece);
}

/* Bytes of one share's workspace: whole pages, or one thread's prefetchers would fetch lines that
 * its neighbour is writing. */
static size_t shares_workspace(size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

static void SIMD_OMP(max_pool1d)(const struct max_pool1d_problem *p, const float *x, float *y,
                                 void *workspace) {
    const struct shares shares = shares_of(p, threads_get());
    const size_t each = shares_workspace(best_workspace(p->window));
#pragma omp parallel for num_threads(shares.count) schedule(static)
    for (int s = 0; s < shares.count; s++) {
        char *const own = workspace ? (char *)workspace + (size_t)s * each : NULL;
        for (int64_t i = shares_first(&shares, s); i < shares_first(&shares, s + 1); i++) {
            const struct piece piece = shares_piece(&shares, p, x, y, i);
            if (piece.outputs > 0) best(&piece, own);
        }
        _mm_sfence(); /* after streaming stores */
    }
}
static size_t shares_bytes(const void *problem) {
    const struct max_pool1d_problem *p = problem;
    return shares_workspace(best_workspace(p->window)) * (size_t)shares_of(p, threads_get()).count;
}
IMPL_SIMD_OMP(max_pool1d,
              .technique = "the quicker algorithm, rows and stretches of rows shared among threads",
              .workspace_bytes = shares_bytes);
