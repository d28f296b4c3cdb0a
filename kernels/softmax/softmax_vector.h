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
 * Every sum has 16 or more partial sums, or is the sum of blocks of 16 terms, summed by fours: no
 * term passes through more than n/16 + 5 additions, which is what lanes = 16 promises. */
#ifndef KERNELS_SOFTMAX_SOFTMAX_VECTOR_H
#define KERNELS_SOFTMAX_SOFTMAX_VECTOR_H

#include <float.h>
#include <math.h>

#include "kernels/softmax/softmax.h"

#define SOFTMAX_ACCUMULATION                                                                       \
    { .summation = SUM_LANES, .lanes = 16 }

enum { REGISTER_VECTORS = 8, GROUP = 4 * VLANES };

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* exp(x - largest), and 0 outside the mask without the cost of exp(-Inf). */
static ALWAYS_INLINE vfloat exp_masked(vfloat x, vfloat largest, vmask mask) {
    return vkeep(mask, vexp_low(vkeep(mask, vsub(x, largest))));
}

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
    for (int v = 0; v < last; v++) part[v] = e[v] = vexp_low(vsub(e[v], largest));
    part[last] = e[last] = exp_masked(e[last], largest, mask);
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

/* y = exp(x - largest), the sum of it returned. The next row of x comes into cache meanwhile: this
 * pass waits for arithmetic, not for memory. */
static ALWAYS_INLINE float row_exponentials(const float *x, float *y, int64_t count,
                                            float maximum) {
    const vfloat largest = vset(maximum);
    vfloat s[4] = {vset(0), vset(0), vset(0), vset(0)};
    int64_t i = 0;
    for (; i + GROUP <= count; i += GROUP) {
        for (int line = 0; line < GROUP; line += 16)
            _mm_prefetch((const char *)(x + count + i + line), _MM_HINT_T0);
        for (int v = 0; v < 4; v++) {
            const vfloat e = vexp_low(vsub(vload(x + i + v * VLANES), largest));
            vstore(y + i + v * VLANES, e);
            s[v] = vadd(s[v], e);
        }
    }
    for (int v = 0; i < count; i += VLANES, v++) {
        const vmask mask = vfirst(count - i < VLANES ? count - i : VLANES);
        const vfloat e = exp_masked(vload_masked(x + i, mask, vset(0)), largest, mask);
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

/* Up to here a row is better kept in cache than read and exponentiated twice: measured; with eight
 * lanes a second exp costs more than the second pass over L2. */
enum { RESIDENT_MAX = VLANES == 16 ? 1 << 12 : 1 << 17 };
static inline void row_best(const float *x, float *y, int64_t count) {
    if (count <= RESIDENT_MAX)
        row_resident(x, y, count);
    else
        row_online(x, y, count);
}

/* ---- any other axis ---- */

/* `rows` rows of `width` neighbours, `stride` apart, and a last row of `tail` more: as many slices
 * as a row is wide. */
struct panel {
    const float *x;
    float *y;
    int64_t rows, stride, width, tail;
};

enum { PANEL_WIDTH = 512, BLOCK_ROWS = 16 };

/* Some rows of one vector's width; `whole`, a constant, says that the mask is full. */
struct strip {
    const float *x;
    float *y;
    int64_t rows, stride;
    vmask mask;
};

static ALWAYS_INLINE vfloat strip_load(const struct strip *s, int64_t row, float elsewhere,
                                       const bool whole) {
    const float *x = s->x + row * s->stride;
    return whole ? vload(x) : vload_masked(x, s->mask, vset(elsewhere));
}

/* Lanes outside the mask stay at -Inf: folding brings them to slices of their own. */
static ALWAYS_INLINE vfloat strip_maximum(const struct strip *s, vfloat largest, const bool whole) {
    for (int64_t row = 0; row < s->rows; row++)
        largest = vmax(strip_load(s, row, -INFINITY, whole), largest);
    return largest;
}

static ALWAYS_INLINE vfloat strip_exponential(const struct strip *s, int64_t row, vfloat largest,
                                              const bool whole) {
    float *y = s->y + row * s->stride;
    const vfloat x = strip_load(s, row, 0, whole);
    if (whole) {
        const vfloat e = vexp_low(vsub(x, largest));
        vstore(y, e);
        return e;
    }
    const vfloat e = exp_masked(x, largest, s->mask);
    vstore_masked(y, s->mask, e);
    return e;
}

/* At most BLOCK_ROWS rows. */
static ALWAYS_INLINE vfloat strip_sum(const struct strip *s, vfloat largest, const bool whole) {
    vfloat sum = vset(0);
    int64_t row = 0;
    for (; row + 4 <= s->rows; row += 4) {
        vfloat e[4];
        for (int k = 0; k < 4; k++) e[k] = strip_exponential(s, row + k, largest, whole);
        sum = vadd(sum, vadd(vadd(e[0], e[1]), vadd(e[2], e[3])));
    }
    for (; row < s->rows; row++) sum = vadd(sum, strip_exponential(s, row, largest, whole));
    return sum;
}

static ALWAYS_INLINE void strip_scale(const struct strip *s, vfloat scale, const bool whole) {
    for (int64_t row = 0; row < s->rows; row++) {
        float *y = s->y + row * s->stride;
        if (whole)
            vstore(y, vmul(vload(y), scale));
        else
            vstore_masked(y, s->mask, vmul(vload_masked(y, s->mask, vset(0)), scale));
    }
}

enum pass { PASS_MAXIMUM, PASS_SUM, PASS_SCALE };

static ALWAYS_INLINE void strip_pass(const struct strip *s, const enum pass pass, float *largest,
                                     float *sum, const bool whole) {
    if (pass == PASS_MAXIMUM) vstore(largest, strip_maximum(s, vload(largest), whole));
    if (pass == PASS_SUM) vstore(sum, vadd(vload(sum), strip_sum(s, vload(largest), whole)));
    if (pass == PASS_SCALE) strip_scale(s, vload(sum), whole);
}

/* At most BLOCK_ROWS rows from `row` on. */
static ALWAYS_INLINE void block_pass(const struct panel *p, int64_t row, int64_t rows,
                                     int64_t width, const enum pass pass, float *largest,
                                     float *sum) {
    const int64_t at = row * p->stride, whole = width / VLANES * VLANES;
    struct strip s = {p->x + at, p->y + at, rows, p->stride, vfirst(width - whole)};
    for (int64_t i = 0; i < whole; i += VLANES, s.x += VLANES, s.y += VLANES)
        strip_pass(&s, pass, largest + i, sum + i, true);
    if (whole < width) strip_pass(&s, pass, largest + whole, sum + whole, false);
}

/* Blocks of rows from top to bottom, so that memory is read along the rows. */
static ALWAYS_INLINE void panel_pass(const struct panel *p, const enum pass pass, float *largest,
                                     float *sum) {
    for (int64_t row = 0; row < p->rows; row += BLOCK_ROWS) {
        const int64_t rows = p->rows - row < BLOCK_ROWS ? p->rows - row : BLOCK_ROWS;
        block_pass(p, row, rows, p->width, pass, largest, sum);
    }
    if (p->tail) block_pass(p, p->rows, 1, p->tail, pass, largest, sum);
}

/* Slice i lies in columns i, i + inner, ... of the panel: halve until one column is left, then
 * spread that again. `largest` or else sums. */
static void panel_fold(float *value, int64_t inner, const bool largest) {
    for (int64_t half = VLANES / 2 * inner; half >= inner; half /= 2)
        for (int64_t i = 0; i < half; i++) {
            const float a = value[i], b = value[i + half];
            value[i] = !largest ? a + b : a > b ? a : b;
        }
    for (int64_t i = inner; i < VLANES * inner; i++) value[i] = value[i - inner];
}

static void panel_run(const struct panel *p, int64_t folded) {
    float largest[PANEL_WIDTH], sum[PANEL_WIDTH];
    const int64_t end = (p->width + VLANES - 1) / VLANES * VLANES;
    for (int64_t i = 0; i < end; i++) largest[i] = -INFINITY, sum[i] = 0;
    panel_pass(p, PASS_MAXIMUM, largest, sum);
    if (folded) panel_fold(largest, folded, true);
    panel_pass(p, PASS_SUM, largest, sum);
    if (folded) panel_fold(sum, folded, false);
    for (int64_t i = 0; i < end; i++) sum[i] = 1 / sum[i];
    panel_pass(p, PASS_SCALE, largest, sum);
}

/* Narrow inner: VLANES steps along the axis are one row of the panel, so that vectors are full. */
static bool is_folded(const struct softmax_problem *p) { return p->inner < 2 * VLANES; }

/* Slices side by side: x and y of a panel stay in half of a 1 MiB cache. */
static int64_t panel_width(const struct softmax_problem *p) {
    const int64_t width = (1 << 16) / p->axis_len / VLANES * VLANES;
    return width < 2 * VLANES ? 2 * VLANES : width < PANEL_WIDTH ? width : PANEL_WIDTH;
}

static inline int64_t panels_of(const struct softmax_problem *p) {
    return is_folded(p) ? 1 : (p->inner + panel_width(p) - 1) / panel_width(p);
}

static inline void softmax_panel(const struct softmax_problem *p, const float *x, float *y,
                                 int64_t unit) {
    const int64_t panels = panels_of(p), start = unit / panels * p->axis_len * p->inner;
    if (is_folded(p)) {
        const int64_t width = p->inner * VLANES, tail = p->axis_len % VLANES * p->inner;
        panel_run(&(struct panel){x + start, y + start, p->axis_len / VLANES, width, width, tail},
                  p->inner);
        return;
    }
    const int64_t i = unit % panels * panel_width(p), left = p->inner - i;
    const int64_t width = left < panel_width(p) ? left : panel_width(p);
    panel_run(&(struct panel){x + start + i, y + start + i, p->axis_len, p->inner, width, 0}, 0);
}

/* ---- whole problems: a range of independent units, for one thread ---- */

typedef void softmax_row(const float *x, float *y, int64_t count);

static inline int64_t softmax_units(const struct softmax_problem *p) {
    if (p->axis_len == 0 || p->inner == 0) return 0;
    return p->inner == 1 ? p->outer : p->outer * panels_of(p);
}

static ALWAYS_INLINE void softmax_range(const struct softmax_problem *p, const float *x, float *y,
                                        int64_t first, int64_t last, softmax_row *long_row) {
    const int64_t n = p->axis_len;
    for (int64_t unit = first; unit < last; unit++) {
        if (p->inner > 1)
            softmax_panel(p, x, y, unit);
        else if (n <= REGISTER_VECTORS * VLANES)
            row_registers(x + unit * n, y + unit * n, n);
        else
            long_row(x + unit * n, y + unit * n, n);
    }
}

#endif
