/* The direct tile on vectors whose lanes are output channels: two halves of HALF pixels each.
 *
 * A step is one tap: two vectors of weights, and for each of the 2 HALF pixels one broadcast of its
 * input that serves two multiply-adds. AVX-512: 28 accumulators, 28 multiply-adds in 14 cycles to
 * 18 loads and prefetches; AVX2: 12 accumulators, 12 multiply-adds in 6 cycles to 9. Pixels are
 * addressed from two pointers with a fixed step, so any stride and dilation reads x where it lies.
 *
 * The weights of a block, a run of memory, come from L2, the first time from L3 or beyond: each
 * step asks for those of AHEAD taps later. Windows of one tap jump to the next plane of x at each
 * step, which the hardware does not foresee: those are asked for as well. */
#include <stdbool.h>

#include "kernels/blocks/simd.h"
#include "kernels/conv/conv2d_direct.h"

/* X(h, i) for each pixel i of half h: accumulators are named, so that they stay in registers. Of
 * arrays, GCC 12 keeps the accumulators there as well, but spills a vector of weights (AVX-512). */
#if ASSAY_LANES == 16
enum { HALF = 7 };
#define PIXELS(h, X) X(h, 0) X(h, 1) X(h, 2) X(h, 3) X(h, 4) X(h, 5) X(h, 6)
#else
enum { HALF = 3 };
#define PIXELS(h, X) X(h, 0) X(h, 1) X(h, 2)
#endif

enum { AHEAD = 32, PLANES_AHEAD = 8 };

/* Not a function: GCC 12 finds one that only prefetches free of effects, and drops its calls. */
#define PREFETCH(line) _mm_prefetch((const char *)(line), _MM_HINT_T0)

#define DIRECT_ZERO(h, i) vfloat s##h##i = b0, u##h##i = b1;
#define DIRECT_STEP(h, i)                                                                          \
    in = vset(x##h[i * stride]);                                                                   \
    s##h##i = vfma(in, w0, s##h##i);                                                               \
    u##h##i = vfma(in, w1, u##h##i);
#define DIRECT_FIRST(h, i) r[h * (VLANES / 2) + i] = s##h##i;
#define DIRECT_SECOND(h, i) r[h * (VLANES / 2) + i] = u##h##i;

/* One tap, seen by the first pixel at x0; a prefetch of what lies beyond the weights does nothing.
 */
#define DIRECT_TAP                                                                                 \
    const float *x1 = x0 + apart;                                                                  \
    const vfloat w0 = vload(w), w1 = vload(w + VLANES);                                            \
    for (int i = 0; i < 2 * VLANES; i += 16) PREFETCH(w + AHEAD * 2 * VLANES + i);                 \
    PIXELS(0, DIRECT_STEP)                                                                         \
    if (both) {                                                                                    \
        PIXELS(1, DIRECT_STEP)                                                                     \
    }                                                                                              \
    w += 2 * VLANES;

/* r[pixel] of VLANES channels -> y. */
static ALWAYS_INLINE void direct_store(const struct direct_tile *t, vfloat *r, int channel) {
    const vmask low = vbetween(t->first[0], t->last[0]), high = vbetween(t->first[1], t->last[1]);
    vtranspose(r);
    for (int i = 0; i < VLANES; i++) {
        if (channel + i >= t->outputs) break;
        const int64_t at = (channel + i) * t->y_plane;
        vstore_halves(t->y[0] + at, t->y[1] + at, r[i], low, high);
    }
}

/* `one`: the window is one tap, and its loop over the channels the only one. */
static ALWAYS_INLINE void direct_any(const struct direct_tile *t, int64_t stride, bool both,
                                     bool one) {
    const int64_t apart = t->x[1] - t->x[0], c = t->c, kh = t->kh, kw = t->kw;
    const int64_t plane = t->plane, row = t->row, tap = t->tap;
    const vfloat b0 = t->bias ? vload_between(t->bias, 0, t->outputs) : vset(0);
    const vfloat b1 = t->bias ? vload_between(t->bias + VLANES, 0, t->outputs - VLANES) : vset(0);
    const float *w = t->weight, *x = t->x[0];
    vfloat in, r[VLANES];
    PIXELS(0, DIRECT_ZERO)
    PIXELS(1, DIRECT_ZERO)
    for (int64_t ci = 0; ci < c; ci++, x += plane) {
        if (one) {
            const float *x0 = x;
            PREFETCH(x0 + PLANES_AHEAD * plane);
            if (both) PREFETCH(x0 + PLANES_AHEAD * plane + apart + HALF - 1);
            DIRECT_TAP
            continue;
        }
        for (int64_t ky = 0; ky < kh; ky++) {
            const float *x0 = x + ky * row;
            for (int64_t kx = 0; kx < kw; kx++, x0 += tap) {
                DIRECT_TAP
            }
        }
    }
    for (int i = 0; i < VLANES; i++) r[i] = vset(0);
    PIXELS(0, DIRECT_FIRST)
    PIXELS(1, DIRECT_FIRST)
    direct_store(t, r, 0);
    if (t->outputs <= VLANES) return;
    for (int i = 0; i < VLANES; i++) r[i] = vset(0);
    PIXELS(0, DIRECT_SECOND)
    PIXELS(1, DIRECT_SECOND)
    direct_store(t, r, VLANES);
}

static void direct_tile(const struct direct_tile *t) {
    const bool both = t->last[1] > t->first[1], one = t->kh == 1 && t->kw == 1;
    if (t->stride == 1 && one)
        both ? direct_any(t, 1, true, true) : direct_any(t, 1, false, true);
    else if (t->stride == 1)
        both ? direct_any(t, 1, true, false) : direct_any(t, 1, false, false);
    else if (t->stride == 2)
        both ? direct_any(t, 2, true, false) : direct_any(t, 2, false, false);
    else
        direct_any(t, t->stride, true, false);
}

/* Masked vectors: a call of memcpy per row would cost more than the row. */
static void direct_frame(const float *from, int64_t height, int64_t width, int64_t pad,
                         int64_t first, int64_t last, float *to) {
    const int64_t framed = width + 2 * pad;
    for (int64_t y = first - pad; y < last - pad; y++, to += framed) {
        const bool inside = y >= 0 && y < height;
        const float *row = from + (inside ? y * width : 0) - pad;
        for (int64_t i = 0; i < framed; i += VLANES) {
            const vfloat x = inside ? vload_between(row + i, pad - i, pad + width - i) : vset(0);
            vstore_first(to + i, x, framed - i);
        }
    }
}

const struct direct_kernel SIMD(direct) = {2 * VLANES, HALF, direct_tile, direct_frame};
