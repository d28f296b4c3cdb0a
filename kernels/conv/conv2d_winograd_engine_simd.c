/* The Winograd transforms on vectors whose lanes are neighbouring tiles.
 *
 * Input: the pass down the columns works on image rows as they lie, all columns alike, and needs no
 * shuffles; its rows are then split into every m-th element, which lines the tiles up in lanes for
 * the pass along the rows. Output: the other way round. */
#include <stdbool.h>

#include "kernels/blocks/simd.h"
#include "kernels/conv/conv2d_winograd.h"

/* 4 VLANES floats in order -> every fourth from 0, 1, 2 and 3; and back: 8 shuffles. */
static ALWAYS_INLINE void split4(vfloat r[4]) {
    vfloat even[2], odd[2];
    vdeinterleave(r);
    vdeinterleave(r + 2);
    even[0] = r[0], even[1] = r[2], odd[0] = r[1], odd[1] = r[3];
    vdeinterleave(even);
    vdeinterleave(odd);
    r[0] = even[0], r[1] = odd[0], r[2] = even[1], r[3] = odd[1];
}
static ALWAYS_INLINE void join4(vfloat r[4]) {
    vfloat even[2] = {r[0], r[2]}, odd[2] = {r[1], r[3]};
    vinterleave(even);
    vinterleave(odd);
    r[0] = even[0], r[1] = odd[0], r[2] = even[1], r[3] = odd[1];
    vinterleave(r);
    vinterleave(r + 2);
}

/* o = B^T d */
static ALWAYS_INLINE void forward(int m, const vfloat *d, vfloat *o) {
    if (m == 2) {
        o[0] = vsub(d[0], d[2]);
        o[1] = vadd(d[1], d[2]);
        o[2] = vsub(d[2], d[1]);
        o[3] = vsub(d[1], d[3]);
        return;
    }
    const vfloat four = vset(4), minus_four = vset(-4), minus_five = vset(-5), two = vset(2),
                 minus_two = vset(-2);
    const vfloat even = vfma(minus_four, d[2], d[4]), odd = vfma(minus_four, d[1], d[3]);
    const vfloat e = vsub(d[4], d[2]), f = vsub(d[3], d[1]);
    o[0] = vfma(four, d[0], vfma(minus_five, d[2], d[4]));
    o[1] = vadd(even, odd);
    o[2] = vsub(even, odd);
    o[3] = vfma(two, f, e);
    o[4] = vfma(minus_two, f, e);
    o[5] = vfma(four, d[1], vfma(minus_five, d[3], d[5]));
}

/* y = A^T p */
static ALWAYS_INLINE void backward(int m, const vfloat *p, vfloat *y) {
    const vfloat sum = vadd(p[1], p[2]), difference = vsub(p[1], p[2]);
    if (m == 2) {
        y[0] = vadd(p[0], sum);
        y[1] = vsub(difference, p[3]);
        return;
    }
    const vfloat far_sum = vadd(p[3], p[4]), far_difference = vsub(p[3], p[4]);
    y[0] = vadd(vadd(p[0], sum), far_sum);
    y[1] = vfma(vset(2), far_difference, difference);
    y[2] = vfma(vset(4), far_sum, sum);
    y[3] = vadd(vfma(vset(8), far_difference, difference), p[5]);
}

/* The image rows of a segment through the pass down the columns, into rows[a][(m+1)*VLANES]. */
static ALWAYS_INLINE void columns_forward(int m, const struct winograd_segment *s, const float *x,
                                          float *rows) {
    const int a = m + 2, width = (m + 1) * VLANES;
    for (int64_t k = 0; k < (int64_t)m * s->count + 2; k += VLANES) {
        vfloat d[6], o[6];
        for (int i = 0; i < a; i++) {
            const int64_t row = s->top + i, left = s->left + k;
            d[i] = row < 0 || row >= s->height
                       ? vset(0)
                       : vload_between(x + row * s->width + left, -left, s->width - left);
        }
        forward(m, d, o);
        for (int i = 0; i < a; i++) vstore(rows + i * width + k, o[i]);
    }
}

static ALWAYS_INLINE void input(int m, const struct winograd_segment *s, const float *x, float *v,
                                int64_t step) {
    float rows[6 * 5 * VLANES];
    const int a = m + 2, width = (m + 1) * VLANES;
    /* What lies beyond was not written: as a denormal it would cost an assist per operation. */
    const int used = m * s->count + 2;
    columns_forward(m, s, x, rows);
    for (int i = 0; i < a; i++) {
        const float *row = rows + i * width;
        vfloat d[6], o[6];
        for (int k = 0; k < m; k++) d[k] = k * VLANES < used ? vload(row + k * VLANES) : vset(0);
        if (m == 4)
            split4(d);
        else
            vdeinterleave(d);
        const bool full = m * VLANES < used;
        d[m] = vshift_in(d[0], full ? vload(row + m * VLANES) : vset(0));
        d[m + 1] = vshift_in(d[1], full ? vset(row[m * VLANES + 1]) : vset(0));
        forward(m, d, o);
        for (int j = 0; j < a; j++) vstore_first(v + (i * a + j) * step, o[j], s->count);
    }
}

static ALWAYS_INLINE void output(int m, const struct winograd_segment *s, const float *product,
                                 int64_t step, float bias, float *y) {
    const int a = m + 2;
    const int64_t columns = s->width - s->left; /* from the first tile's left edge on */
    vfloat half[6][4];
    for (int j = 0; j < a; j++) {
        vfloat p[6];
        for (int i = 0; i < a; i++) p[i] = vload_between(product + (i * a + j) * step, 0, s->count);
        backward(m, p, half[j]);
    }
    for (int i = 0; i < m && s->top + i < s->height; i++) {
        vfloat p[6], o[4];
        const int64_t room = columns < (int64_t)m * s->count ? columns : (int64_t)m * s->count;
        float *to = y + (s->top + i) * s->width + s->left;
        for (int j = 0; j < a; j++) p[j] = half[j][i];
        backward(m, p, o);
        for (int k = 0; k < m; k++) o[k] = vadd(o[k], vset(bias));
        if (m == 4)
            join4(o);
        else
            vinterleave(o);
        for (int k = 0; k < m; k++)
            if (k * VLANES < room) vstore_first(to + k * VLANES, o[k], room - k * VLANES);
    }
}

/* The functions above for tiles of m x m outputs. */
#define WINOGRAD_TRANSFORMS(m)                                                                     \
    static void input##m(const struct winograd_segment *s, const float *x, float *v,               \
                         int64_t step) {                                                           \
        input(m, s, x, v, step);                                                                   \
    }                                                                                              \
    static void output##m(const struct winograd_segment *s, const float *product, int64_t step,    \
                          float bias, float *y) {                                                  \
        output(m, s, product, step, bias, y);                                                      \
    }                                                                                              \
    const struct winograd_transforms SIMD(winograd##m) = {VLANES, input##m, output##m}
WINOGRAD_TRANSFORMS(2);
WINOGRAD_TRANSFORMS(4);
