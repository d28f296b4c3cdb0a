/* Vectorised softmax, written once: the including file has chosen eight or sixteen lanes by
 * including kernels/core/vmath_avx2.h or vmath_avx512.h first.
 *
 * Contiguous rows (inner = 1):
 *   registers   rows of up to 8 vectors are read once and stay in registers
 *   resident    maximum, then exp with store and sum, then scale; the row stays in cache between
 *   online      maximum and sum in one pass, then exp with scale: 2 reads and 1 write of memory
 *               instead of 3 and 2 (Milakov and Gimelshein, "Online normalizer calculation for
 *               softmax", 2018; Dukhan and Ablavatski, "Two-Pass Softmax Algorithm", 2020)
 * Any other axis (inner > 1): lanes are neighbours along inner, each with its own maximum and sum.
 *
 * NaN and Inf need no branches: a NaN may get lost in a maximum (vmax), never in exp(x - maximum)
 * and hence the sum; +Inf - +Inf and -Inf - -Inf are NaN there.
 *
 * Every sum is made of at least 16 partial sums per 16 terms, or blocks of 16 terms with 4 partial
 * sums each: no term passes through more than n/16 + 5 additions, what lanes = 16 promises. */
#ifndef KERNELS_SOFTMAX_SOFTMAX_VECTOR_H
#define KERNELS_SOFTMAX_SOFTMAX_VECTOR_H

#include <float.h>
#include <math.h>

#include "kernels/softmax/softmax.h"

#define SOFTMAX_ACCUMULATION {.summation = SUM_LANES, .lanes = 16}

enum { REGISTER_VECTORS = 8, GROUP = 4 * VLANES };

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* ---- rows: registers ---- */

/* A row of `vectors` vectors, the last of them partial; `vectors` is a constant after inlining. */
static ALWAYS_INLINE void row_of(const float *x, float *y, int64_t count, const int vectors) {
    const int last = vectors - 1;
    const vmask mask = vfirst(count - last * VLANES);
    vfloat e[REGISTER_VECTORS], part[REGISTER_VECTORS];
    for (int v = 0; v < last; v++) part[v] = e[v] = vload(x + v * VLANES);
    part[last] = e[last] = vload_masked(x + last * VLANES, mask, vset(-INFINITY));
    for (int half = 4; half; half /= 2)
        for (int v = 0; v < half; v++)
            if (v + half < vectors) part[v] = vmax(part[v], part[v + half]);
    const vfloat largest = vset(vlargest(part[0]));
    for (int v = 0; v < vectors; v++) part[v] = e[v] = vexp_low(vsub(e[v], largest));
    for (int half = 4; half; half /= 2)
        for (int v = 0; v < half; v++)
            if (v + half < vectors) part[v] = vadd(part[v], part[v + half]);
    const vfloat scale = vset(1 / vsum(part[0]));
    for (int v = 0; v < last; v++) vstore(y + v * VLANES, vmul(e[v], scale));
    vstore_masked(y + last * VLANES, mask, vmul(e[last], scale));
}

static inline void row_registers(const float *x, float *y, int64_t count) {
    switch ((count + VLANES - 1) / VLANES) {
    case 1: row_of(x, y, count, 1); break;
    case 2: row_of(x, y, count, 2); break;
    case 3: row_of(x, y, count, 3); break;
    case 4: row_of(x, y, count, 4); break;
    case 5: row_of(x, y, count, 5); break;
    case 6: row_of(x, y, count, 6); break;
    case 7: row_of(x, y, count, 7); break;
    case 8: row_of(x, y, count, 8); break;
    }
}

/* ---- rows: resident ---- */

static ALWAYS_INLINE float row_maximum(const float *x, int64_t count) {
    vfloat m[4] = {vset(-INFINITY), vset(-INFINITY), vset(-INFINITY), vset(-INFINITY)};
    int64_t i = 0;
    for (; i + GROUP <= count; i += GROUP)
        for (int v = 0; v < 4; v++) m[v] = vmax(vload(x + i + v * VLANES), m[v]);
    for (; i < count; i += VLANES) {
        const vmask mask = vfirst(count - i < VLANES ? count - i : VLANES);
        m[0] = vmax(vload_masked(x + i, mask, vset(-INFINITY)), m[0]);
    }
    return vlargest(vmax(vmax(m[0], m[1]), vmax(m[2], m[3])));
}

/* y = exp(x - largest), the sum of it returned. The next row comes into cache meanwhile, while
 * arithmetic and not memory is what this pass waits for. */
static ALWAYS_INLINE float row_exponentials(const float *x, float *y, int64_t count,
                                            float maximum) {
    const vfloat largest = vset(maximum);
    vfloat s[4] = {vset(0), vset(0), vset(0), vset(0)};
    int64_t i = 0;
    for (; i + GROUP <= count; i += GROUP) {
        for (int line = 0; line < GROUP; line += 16) {
            _mm_prefetch((const char *)(x + count + i + line), _MM_HINT_T0);
            _mm_prefetch((const char *)(y + count + i + line), _MM_HINT_T0);
        }
        for (int v = 0; v < 4; v++) {
            const vfloat e = vexp_low(vsub(vload(x + i + v * VLANES), largest));
            vstore(y + i + v * VLANES, e);
            s[v] = vadd(s[v], e);
        }
    }
    for (int v = 0; i < count; i += VLANES, v++) {
        const vmask mask = vfirst(count - i < VLANES ? count - i : VLANES);
        const vfloat e = vexp_low(vsub(vload_masked(x + i, mask, vset(-INFINITY)), largest));
        vstore_masked(y + i, mask, e);
        s[v] = vadd(s[v], e);
    }
    return vsum(vadd(vadd(s[0], s[1]), vadd(s[2], s[3])));
}

static ALWAYS_INLINE void row_scale(float *y, int64_t count, float factor) {
    const vfloat scale = vset(factor);
    int64_t i = 0;
    for (; i + GROUP <= count; i += GROUP)
        for (int v = 0; v < 4; v++)
            vstore(y + i + v * VLANES, vmul(vload(y + i + v * VLANES), scale));
    for (; i < count; i += VLANES) {
        const vmask mask = vfirst(count - i < VLANES ? count - i : VLANES);
        vstore_masked(y + i, mask, vmul(vload_masked(y + i, mask, vset(0)), scale));
    }
}

static inline void row_resident(const float *x, float *y, int64_t count) {
    row_scale(y, count, 1 / row_exponentials(x, y, count, row_maximum(x, count)));
}

/* ---- rows: online ---- */

/* A maximum, and the sum of exp(x - max(largest, -FLT_MAX)): 0 for nothing but -Inf, so that parts
 * of a row can be merged. */
struct softmax_state {
    float largest, sum;
};

/* Every lane sums exp(x - base) with a base of its own, which follows the lane's maximum only when
 * that has risen by more than 8: rescaling is rare, a term passes through few of them before its
 * weight is negligible, and exp(8) is far from overflow. The base starts finite, so that leading
 * -Inf are plain zeros. */
static ALWAYS_INLINE struct softmax_state row_state(const float *x, int64_t count) {
    vfloat base = vset(-FLT_MAX), largest = vset(-INFINITY);
    vfloat s[4] = {vset(0), vset(0), vset(0), vset(0)};
    for (int64_t i = 0; i < count; i += GROUP) {
        vfloat a[4];
        for (int v = 0; v < 4; v++) {
            const int64_t left = count - i - v * VLANES;
            const vmask mask = vfirst(left < 0 ? 0 : left < VLANES ? left : VLANES);
            a[v] = left >= VLANES ? vload(x + i + v * VLANES)
                                  : vload_masked(x + i + v * VLANES, mask, vset(-INFINITY));
        }
        /* a NaN in any of them gives way to the number it meets, as long as it comes first */
        largest = vmax(a[0], vmax(a[1], vmax(a[2], vmax(a[3], largest))));
        const vmask rise = vless(vadd(base, vset(8)), largest);
        if (vany(rise)) {
            const vfloat next = vselect(rise, largest, base);
            const vfloat factor = vexp_low(vsub(base, next));
            for (int v = 0; v < 4; v++) s[v] = vmul(s[v], factor);
            base = next;
        }
        for (int v = 0; v < 4; v++) s[v] = vadd(s[v], vexp_low(vsub(a[v], base)));
    }
    const float maximum = vlargest(largest);
    const vfloat sum = vadd(vadd(s[0], s[1]), vadd(s[2], s[3]));
    const vfloat factor = vexp_low(vsub(base, vset(maximum > -FLT_MAX ? maximum : -FLT_MAX)));
    return (struct softmax_state){maximum, vsum(vmul(sum, factor))};
}

static ALWAYS_INLINE void row_finish(const float *x, float *y, int64_t count,
                                     struct softmax_state state) {
    const vfloat largest = vset(state.largest), scale = vset(1 / state.sum);
    int64_t i = 0;
    for (; i + GROUP <= count; i += GROUP)
        for (int v = 0; v < 4; v++) {
            const vfloat e = vexp_low(vsub(vload(x + i + v * VLANES), largest));
            vstore(y + i + v * VLANES, vmul(e, scale));
        }
    for (; i < count; i += VLANES) {
        const vmask mask = vfirst(count - i < VLANES ? count - i : VLANES);
        const vfloat a = vload_masked(x + i, mask, vset(-INFINITY));
        vstore_masked(y + i, mask, vmul(vexp_low(vsub(a, largest)), scale));
    }
}

static inline void row_online(const float *x, float *y, int64_t count) {
    row_finish(x, y, count, row_state(x, count));
}

/* Rows of x and y that fit in half of a 1 MiB cache are resident. */
enum { RESIDENT_MAX = 1 << 16 };
static inline void row_best(const float *x, float *y, int64_t count) {
    if (count <= RESIDENT_MAX)
        row_resident(x, y, count);
    else
        row_online(x, y, count);
}

/* ---- any other axis ---- */

enum { TILE = 2 }; /* vectors side by side along inner */

/* Up to TILE vectors of one axis: x and y at its first element, rows `stride` apart. */
struct column {
    const float *x;
    float *y;
    int64_t count, stride;
    vmask mask[TILE];
};

static ALWAYS_INLINE vfloat column_exponential(const struct column *c, int64_t row, int v,
                                               vfloat largest) {
    const int64_t at = row * c->stride + v * VLANES;
    const vfloat x = vload_masked(c->x + at, c->mask[v], vset(0));
    const vfloat e = vexp_low(vsub(x, largest));
    vstore_masked(c->y + at, c->mask[v], e);
    return e;
}

/* Sixteen terms at a time in four partial sums, see the top. */
static ALWAYS_INLINE vfloat column_sum(const struct column *c, int v, vfloat largest) {
    vfloat sum = vset(0);
    int64_t row = 0;
    while (row < c->count) {
        vfloat s[4] = {vset(0), vset(0), vset(0), vset(0)};
        const int64_t end = row + 16 < c->count ? row + 16 : c->count;
        for (; row + 4 <= end; row += 4)
            for (int k = 0; k < 4; k++)
                s[k] = vadd(s[k], column_exponential(c, row + k, v, largest));
        for (; row < end; row++) s[0] = vadd(s[0], column_exponential(c, row, v, largest));
        sum = vadd(sum, vadd(vadd(s[0], s[1]), vadd(s[2], s[3])));
    }
    return sum;
}

static ALWAYS_INLINE void column_run(const struct column *c, const int vectors) {
    vfloat largest[TILE], scale[TILE];
    for (int v = 0; v < vectors; v++) largest[v] = vset(-INFINITY);
    for (int64_t row = 0; row < c->count; row++)
        for (int v = 0; v < vectors; v++) {
            const float *x = c->x + row * c->stride + v * VLANES;
            largest[v] = vmax(vload_masked(x, c->mask[v], vset(0)), largest[v]);
        }
    for (int v = 0; v < vectors; v++)
        scale[v] = vdiv(vset(1), column_sum(c, v, largest[v]));
    for (int64_t row = 0; row < c->count; row++)
        for (int v = 0; v < vectors; v++) {
            float *y = c->y + row * c->stride + v * VLANES;
            vstore_masked(y, c->mask[v], vmul(vload_masked(y, c->mask[v], vset(0)), scale[v]));
        }
}

/* ---- whole problems: a range of independent units, for one thread ---- */

typedef void softmax_row(const float *x, float *y, int64_t count);

static inline int64_t tiles_of(const struct softmax_problem *p) {
    return (p->inner + TILE * VLANES - 1) / (TILE * VLANES);
}
static inline int64_t softmax_units(const struct softmax_problem *p) {
    return p->axis_len == 0 ? 0 : p->inner == 1 ? p->outer : p->outer * tiles_of(p);
}

static ALWAYS_INLINE void softmax_range(const struct softmax_problem *p, const float *x, float *y,
                                        int64_t first, int64_t last, softmax_row *long_row) {
    const int64_t n = p->axis_len, tiles = tiles_of(p);
    for (int64_t unit = first; unit < last && p->inner == 1; unit++) {
        if (n <= REGISTER_VECTORS * VLANES)
            row_registers(x + unit * n, y + unit * n, n);
        else
            long_row(x + unit * n, y + unit * n, n);
    }
    for (int64_t unit = first; unit < last && p->inner > 1; unit++) {
        const int64_t i = unit % tiles * TILE * VLANES, left = p->inner - i;
        const int64_t start = unit / tiles * n * p->inner + i;
        struct column c = {x + start, y + start, n, p->inner, {vfirst(left < VLANES ? left : VLANES)}};
        const int64_t second = left - VLANES;
        c.mask[1] = vfirst(second < 0 ? 0 : second < VLANES ? second : VLANES);
        if (second > 0)
            column_run(&c, 2);
        else
            column_run(&c, 1);
    }
}

#endif
