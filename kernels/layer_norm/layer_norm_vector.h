/* Vectorised layer_norm, written once: the including file has chosen eight or sixteen lanes by
 * including kernels/core/vector_avx2.h or vector_avx512.h first.
 *
 * Two passes with the correction of Chan, Golub, LeVeque 1983: the first gives a mean m, off by the
 * rounding errors of its sum; the second sums d = x - m and d^2, whence
 *     mean = m + sum d / n        var = sum d^2 / n - (sum d / n)^2
 * so that a large mean costs no accuracy: y is made of d, never of the rounded mean. A third pass
 * writes y; the row stays in cache between them, short ones in registers.
 *
 * Sums are four vectors of partial sums (registers: one each, added as a tree). */
#ifndef KERNELS_LAYER_NORM_LAYER_NORM_VECTOR_H
#define KERNELS_LAYER_NORM_LAYER_NORM_VECTOR_H

#include <math.h>

#include "kernels/layer_norm/layer_norm.h"

#define LAYER_NORM_ACCUMULATION                                                                    \
    { .summation = SUM_LANES, .lanes = 4 * VLANES }

#define ALWAYS_INLINE inline __attribute__((always_inline))

enum { REGISTER_VECTORS = 8, GROUP = 4 * VLANES };

/* sum d and sum d^2 about a provisional mean, and what follows from them. */
struct moments {
    float sum, squares;
};
struct normaliser {
    float centre, offset, scale; /* (x - centre) * scale + offset */
    float mean;
};

static ALWAYS_INLINE struct normaliser normaliser_of(float centre, struct moments m, int64_t count,
                                                     double eps) {
    const float inverse = 1 / (float)count, shift = m.sum * inverse;
    const float variance = m.squares * inverse - shift * shift;
    /* rounding must not make it negative; a NaN stays */
    const float scale = 1 / sqrtf((variance < 0 ? 0 : variance) + (float)eps);
    /* an infinite mean is right, and Inf - Inf in its correction is not */
    const float mean = isfinite(shift) ? centre + shift : centre;
    return (struct normaliser){centre, -shift * scale, scale, mean};
}

static ALWAYS_INLINE vfloat normalise(vfloat d, const struct normaliser *n) {
    return vfma(d, vset(n->scale), vset(n->offset));
}

/* ---- rows in registers ---- */

static ALWAYS_INLINE float tree_sum(vfloat *part, const int vectors) {
    for (int half = 4; half; half /= 2)
        for (int v = 0; v < half; v++)
            if (v + half < vectors) part[v] = vadd(part[v], part[v + half]);
    return vsum(part[0]);
}

/* `vectors` and `affine` are constants after inlining; the last vector is partial. */
static ALWAYS_INLINE struct normaliser row_of(const struct layer_norm_problem *p, const float *x,
                                              const float *weight, const float *bias, float *y,
                                              const int vectors, const bool affine) {
    const int last = vectors - 1;
    const vmask mask = vfirst(p->cols - last * VLANES);
    vfloat d[REGISTER_VECTORS], part[REGISTER_VECTORS];
    for (int v = 0; v < last; v++) part[v] = d[v] = vload(x + v * VLANES);
    part[last] = d[last] = vload_masked(x + last * VLANES, mask, vset(0));
    const float centre = tree_sum(part, vectors) * (1 / (float)p->cols);
    for (int v = 0; v < vectors; v++) d[v] = vsub(d[v], vset(centre));
    d[last] = vkeep(mask, d[last]);
    struct moments m;
    for (int v = 0; v < vectors; v++) part[v] = d[v];
    m.sum = tree_sum(part, vectors);
    for (int v = 0; v < vectors; v++) part[v] = vmul(d[v], d[v]);
    m.squares = tree_sum(part, vectors);
    const struct normaliser n = normaliser_of(centre, m, p->cols, p->eps);
    for (int v = 0; v < last; v++) {
        const vfloat z = normalise(d[v], &n);
        vstore(y + v * VLANES,
               affine ? vfma(z, vload(weight + v * VLANES), vload(bias + v * VLANES)) : z);
    }
    vfloat z = normalise(d[last], &n);
    if (affine)
        z = vfma(z, vload_masked(weight + last * VLANES, mask, vset(0)),
                 vload_masked(bias + last * VLANES, mask, vset(0)));
    vstore_masked(y + last * VLANES, mask, z);
    return n;
}

static ALWAYS_INLINE struct normaliser row_registers(const struct layer_norm_problem *p,
                                                     const float *x, const float *weight,
                                                     const float *bias, float *y,
                                                     const bool affine) {
    switch ((p->cols + VLANES - 1) / VLANES) {
    case 1: return row_of(p, x, weight, bias, y, 1, affine);
    case 2: return row_of(p, x, weight, bias, y, 2, affine);
    case 3: return row_of(p, x, weight, bias, y, 3, affine);
    case 4: return row_of(p, x, weight, bias, y, 4, affine);
    case 5: return row_of(p, x, weight, bias, y, 5, affine);
    case 6: return row_of(p, x, weight, bias, y, 6, affine);
    case 7: return row_of(p, x, weight, bias, y, 7, affine);
    default: return row_of(p, x, weight, bias, y, 8, affine);
    }
}

/* ---- rows in cache ---- */

static ALWAYS_INLINE float row_sum(const float *x, int64_t count) {
    vfloat s[4] = {vset(0), vset(0), vset(0), vset(0)};
    int64_t i = 0;
    for (; i + GROUP <= count; i += GROUP)
        for (int v = 0; v < 4; v++) s[v] = vadd(s[v], vload(x + i + v * VLANES));
    for (int v = 0; v < 4 && i < count; v++, i += VLANES) {
        const vmask mask = vfirst(count - i < VLANES ? count - i : VLANES);
        s[v] = vadd(s[v], vload_masked(x + i, mask, vset(0)));
    }
    return vsum(vadd(vadd(s[0], s[1]), vadd(s[2], s[3])));
}

/* The next row comes into cache meanwhile: this pass waits for arithmetic, not for memory. (The
 * lines of y are better left to the stores: asking for them early was slower.) */
static ALWAYS_INLINE struct moments row_moments(const float *x, int64_t count, float centre) {
    vfloat sum[4] = {vset(0), vset(0), vset(0), vset(0)}, squares[4];
    for (int v = 0; v < 4; v++) squares[v] = vset(0);
    int64_t i = 0;
    for (; i + GROUP <= count; i += GROUP) {
        for (int line = 0; line < GROUP; line += 16)
            _mm_prefetch((const char *)(x + count + i + line), _MM_HINT_T0);
        for (int v = 0; v < 4; v++) {
            const vfloat d = vsub(vload(x + i + v * VLANES), vset(centre));
            sum[v] = vadd(sum[v], d);
            squares[v] = vfma(d, d, squares[v]);
        }
    }
    for (int v = 0; v < 4 && i < count; v++, i += VLANES) {
        const vmask mask = vfirst(count - i < VLANES ? count - i : VLANES);
        const vfloat d = vkeep(mask, vsub(vload_masked(x + i, mask, vset(0)), vset(centre)));
        sum[v] = vadd(sum[v], d);
        squares[v] = vfma(d, d, squares[v]);
    }
    return (struct moments){vsum(vadd(vadd(sum[0], sum[1]), vadd(sum[2], sum[3]))),
                            vsum(vadd(vadd(squares[0], squares[1]), vadd(squares[2], squares[3])))};
}

static ALWAYS_INLINE void row_write(const float *x, const float *weight, const float *bias,
                                    float *y, int64_t count, const struct normaliser *n,
                                    const bool affine) {
    const vfloat centre = vset(n->centre);
    int64_t i = 0;
    for (; i + VLANES <= count; i += VLANES) {
        const vfloat z = normalise(vsub(vload(x + i), centre), n);
        vstore(y + i, affine ? vfma(z, vload(weight + i), vload(bias + i)) : z);
    }
    if (i == count) return;
    const vmask mask = vfirst(count - i);
    vfloat z = normalise(vsub(vload_masked(x + i, mask, vset(0)), centre), n);
    if (affine)
        z = vfma(z, vload_masked(weight + i, mask, vset(0)), vload_masked(bias + i, mask, vset(0)));
    vstore_masked(y + i, mask, z);
}

/* ---- a range of rows, for one thread ---- */

static ALWAYS_INLINE void rows_of(const struct layer_norm_problem *p, const float *x,
                                  const float *weight, const float *bias, float *y, float *mean,
                                  float *rstd, int64_t first, int64_t last, const bool affine) {
    for (int64_t row = first; row < last; row++) {
        const float *from = x + row * p->cols;
        float *to = y + row * p->cols;
        struct normaliser n;
        if (p->cols <= REGISTER_VECTORS * VLANES) {
            n = row_registers(p, from, weight, bias, to, affine);
        } else {
            const float centre = row_sum(from, p->cols) * (1 / (float)p->cols);
            n = normaliser_of(centre, row_moments(from, p->cols, centre), p->cols, p->eps);
            row_write(from, weight, bias, to, p->cols, &n, affine);
        }
        mean[row] = n.mean;
        rstd[row] = n.scale;
    }
}

static inline void layer_norm_range(const struct layer_norm_problem *p, const float *x,
                                    const float *weight, const float *bias, float *y, float *mean,
                                    float *rstd, int64_t first, int64_t last) {
    if (p->cols == 0)
        for (int64_t row = first; row < last; row++) mean[row] = rstd[row] = NAN;
    else if (p->affine)
        rows_of(p, x, weight, bias, y, mean, rstd, first, last, true);
    else
        rows_of(p, x, NULL, NULL, y, mean, rstd, first, last, false);
}

#endif
