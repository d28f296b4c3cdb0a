/* The direct tile on vectors whose lanes are output channels. Included by one file per instruction
 * set, which defines HALF, PIXELS(h, X) for the pixels of half h, then DIRECT_KERNEL(isa).
 *
 * A step is one tap: two vectors of weights, and for each of the 2 HALF pixels one broadcast of its
 * input that serves two multiply-adds. AVX-512: 28 accumulators, 28 multiply-adds in 14 cycles to
 * 16 loads; AVX2: 12 accumulators, 12 multiply-adds in 6 cycles to 8 loads. Pixels are addressed
 * from two pointers with a fixed step, so any stride and dilation reads x where it lies. */
#ifndef KERNELS_CONV2D_CONV2D_DIRECT_TILE_H
#define KERNELS_CONV2D_CONV2D_DIRECT_TILE_H

#include <stdbool.h>

#include "kernels/conv2d/conv2d_direct.h"
#include "kernels/conv2d/conv2d_vec.h"

#define DIRECT_ZERO(h, i) vec s##h##i = b0, u##h##i = b1;
#define DIRECT_STEP(h, i)                                                                          \
    in = vset(x##h[i * stride]);                                                                   \
    s##h##i = vfma(in, w0, s##h##i);                                                               \
    u##h##i = vfma(in, w1, u##h##i);
#define DIRECT_FIRST(h, i) r[h * (LANES / 2) + i] = s##h##i;
#define DIRECT_SECOND(h, i) r[h * (LANES / 2) + i] = u##h##i;

/* r[pixel] of LANES channels -> y. */
static inline __attribute__((always_inline)) void direct_store(const struct direct_tile *t, vec *r,
                                                               int channel) {
    vtranspose(r);
    for (int i = 0; i < LANES; i++) {
        if (channel + i >= t->outputs) break;
        const int64_t at = (channel + i) * t->y_plane;
        vstore_halves(t->y[0] + at, t->y[1] + at, r[i], t->count[0], t->count[1]);
    }
}

static inline __attribute__((always_inline)) void direct_any(const struct direct_tile *t,
                                                             int64_t stride, bool both) {
    const float *w = t->weight, *fetch = t->fetch;
    const int64_t apart = t->x[1] - t->x[0];
    const vec b0 = t->bias ? vload_part(t->bias, 0, t->outputs) : vzero();
    const vec b1 = t->bias ? vload_part(t->bias + LANES, 0, t->outputs - LANES) : vzero();
    vec in, r[LANES];
    PIXELS(0, DIRECT_ZERO)
    PIXELS(1, DIRECT_ZERO)
    for (int64_t ci = 0; ci < t->c; ci++)
        for (int64_t ky = 0; ky < t->kh; ky++) {
            const float *x0 = t->x[0] + ci * t->plane + ky * t->row;
            for (int64_t kx = 0; kx < t->kw; kx++) {
                const float *x1 = x0 + apart;
                const vec w0 = vload(w), w1 = vload(w + LANES);
                _mm_prefetch((const char *)fetch, _MM_HINT_T1);
                PIXELS(0, DIRECT_STEP)
                if (both) {
                    PIXELS(1, DIRECT_STEP)
                }
                x0 += t->tap, w += 2 * LANES, fetch += 16;
            }
        }
    for (int i = 0; i < LANES; i++) r[i] = vzero();
    PIXELS(0, DIRECT_FIRST)
    PIXELS(1, DIRECT_FIRST)
    direct_store(t, r, 0);
    if (t->outputs <= LANES) return;
    for (int i = 0; i < LANES; i++) r[i] = vzero();
    PIXELS(0, DIRECT_SECOND)
    PIXELS(1, DIRECT_SECOND)
    direct_store(t, r, LANES);
}

static void direct_tile(const struct direct_tile *t) {
    const bool both = t->count[1] > 0;
    if (t->stride == 1 && both)
        direct_any(t, 1, true);
    else if (t->stride == 2 && both)
        direct_any(t, 2, true);
    else if (t->stride == 1)
        direct_any(t, 1, false);
    else
        direct_any(t, t->stride, true);
}

#define DIRECT_KERNEL(isa) const struct direct_kernel direct_##isa = {2 * LANES, HALF, direct_tile}

#endif
