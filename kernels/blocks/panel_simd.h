/* Reductions along an axis that is not the last one: lanes are neighbours after the axis.
 *
 *   x, y  [outer, axis, inner], inner > 1
 *
 * A panel is a piece that stays in cache: the whole axis, and as many slices (positions of inner)
 * as fit. Its columns have states (a maximum, a sum), which passes reduce into. Where inner is
 * narrow, VLANES steps along the axis lie side by side as one row of the panel, so that vectors
 * are full; states of the same slice are then folded together.
 *
 * Summation: blocks of PANEL_ROWS terms, each summed by fours, one after the other: no term passes
 * through more than n / PANEL_ROWS + 5 additions, or folded fewer. */
#ifndef KERNELS_BLOCKS_PANEL_SIMD_H
#define KERNELS_BLOCKS_PANEL_SIMD_H

#include <math.h>

#include "kernels/blocks/simd.h"

enum { PANEL_WIDTH = 512, PANEL_ROWS = 16, PANEL_STATES = 2 };

/* `rows` rows of `width` columns, `stride` apart, and a last row of `tail` columns more. */
struct panel {
    const float *x;
    float *y;
    int64_t rows, stride, width, tail;
    int64_t folded;  /* slices, where several columns are one; else 0 */
    float elsewhere; /* in lanes beyond the end; a constant */
    float state[PANEL_STATES][PANEL_WIDTH];
};

/* What a value becomes; state[k] is the k-th of its columns. Always inline; what it gives in lanes
 * beyond the end must be neutral to the pass: lanes_zeroed. */
typedef vfloat panel_map(vfloat value, const vfloat *state, struct lanes lanes,
                         const void *context);

/* Constants of a pass. */
struct panel_pass {
    panel_map *map; /* NULL: values as they are */
    bool largest;   /* states are maxima, not sums */
    bool kept;      /* it reads what an earlier pass kept in y, not x */
    bool keep;      /* what values become replaces them, in y */
};

/* Some rows of one vector's width. */
struct panel_strip {
    const float *x;
    float *y;
    int64_t rows, stride;
    float elsewhere;
    struct lanes lanes;
    vfloat state[PANEL_STATES];
};

static ALWAYS_INLINE vfloat panel_value(const struct panel_strip *s, const struct panel_pass pass,
                                        int64_t row, const void *context) {
    const float *from = (pass.kept ? s->y : s->x) + row * s->stride;
    vfloat value = lanes_load_or(s->lanes, from, s->elsewhere);
    if (pass.map) value = pass.map(value, s->state, s->lanes, context);
    if (pass.keep) lanes_store(s->lanes, s->y + row * s->stride, value);
    return value;
}

static ALWAYS_INLINE vfloat panel_combine(const struct panel_pass pass, vfloat a, vfloat b) {
    return pass.largest ? vmax(a, b) : vadd(a, b);
}

/* At most PANEL_ROWS rows, whose values join `state`. */
static ALWAYS_INLINE vfloat panel_strip_reduce(const struct panel_strip *s,
                                               const struct panel_pass pass, vfloat state,
                                               const void *context) {
    vfloat all = vset(pass.largest ? -INFINITY : 0);
    int64_t row = 0;
    for (; row + 4 <= s->rows; row += 4) {
        vfloat a[4];
        for (int k = 0; k < 4; k++) a[k] = panel_value(s, pass, row + k, context);
        const vfloat left = panel_combine(pass, a[0], a[1]);
        all = panel_combine(pass, panel_combine(pass, left, panel_combine(pass, a[2], a[3])), all);
    }
    for (; row < s->rows; row++) all = panel_combine(pass, panel_value(s, pass, row, context), all);
    return panel_combine(pass, all, state);
}

/* `into` < 0: nothing is reduced. */
static ALWAYS_INLINE void panel_strip_pass(struct panel *p, struct panel_strip *s,
                                           const struct panel_pass pass, const int into, int64_t i,
                                           const void *context) {
    for (int k = 0; k < PANEL_STATES; k++) s->state[k] = vload(p->state[k] + i);
    if (into >= 0)
        vstore(p->state[into] + i, panel_strip_reduce(s, pass, s->state[into], context));
    else
        for (int64_t row = 0; row < s->rows; row++) panel_value(s, pass, row, context);
}

/* At most PANEL_ROWS rows from `row` on. */
static ALWAYS_INLINE void panel_block(struct panel *p, int64_t row, int64_t rows, int64_t width,
                                      const struct panel_pass pass, const int into,
                                      const void *context) {
    const int64_t at = row * p->stride, whole = width / VLANES * VLANES;
    struct panel_strip s = {p->x + at,    p->y + at,     rows,     p->stride,
                            p->elsewhere, lanes_whole(), {vset(0)}};
    for (int64_t i = 0; i < whole; i += VLANES, s.x += VLANES, s.y += VLANES)
        panel_strip_pass(p, &s, pass, into, i, context);
    if (whole == width) return;
    s.lanes = lanes_first(width - whole);
    panel_strip_pass(p, &s, pass, into, whole, context);
}

/* Blocks of rows from top to bottom, so that memory is read along the rows. */
static ALWAYS_INLINE void panel_pass(struct panel *p, const struct panel_pass pass, const int into,
                                     const void *context) {
    for (int64_t row = 0; row < p->rows; row += PANEL_ROWS) {
        const int64_t rows = p->rows - row < PANEL_ROWS ? p->rows - row : PANEL_ROWS;
        panel_block(p, row, rows, p->width, pass, into, context);
    }
    if (p->tail) panel_block(p, p->rows, 1, p->tail, pass, into, context);
}

/* Slice i lies in columns i, i + folded, ...: halve until one column is left, then spread that. */
static ALWAYS_INLINE void panel_fold(float *value, int64_t folded, const bool largest) {
    for (int64_t half = VLANES / 2 * folded; half >= folded; half /= 2)
        for (int64_t i = 0; i < half; i++) {
            const float a = value[i], b = value[i + half];
            value[i] = !largest ? a + b : a > b ? a : b;
        }
    for (int64_t i = folded; i < VLANES * folded; i++) value[i] = value[i - folded];
}

/* ---- what kernels call ---- */

static ALWAYS_INLINE int64_t panel_columns(const struct panel *p) {
    return (p->width + VLANES - 1) / VLANES * VLANES;
}

/* State `into` of every column: the maximum or sum of what its values become. */
static ALWAYS_INLINE void panel_reduce(struct panel *p, const struct panel_pass pass,
                                       const int into, const void *context) {
    for (int64_t i = 0; i < panel_columns(p); i++) p->state[into][i] = pass.largest ? -INFINITY : 0;
    panel_pass(p, pass, into, context);
    if (p->folded) panel_fold(p->state[into], p->folded, pass.largest);
}

/* y = what values become. */
static ALWAYS_INLINE void panel_write(struct panel *p, struct panel_pass pass,
                                      const void *context) {
    pass.keep = true;
    panel_pass(p, pass, -1, context);
}

/* ---- all panels ---- */

/* What happens to a panel. Always inline. */
typedef void panel_body(struct panel *panel, const void *context);

struct panels_form {
    panel_body *body;
    float elsewhere; /* what passes find in lanes beyond the end: 0, or -INFINITY */
};

struct panels_call {
    const void *context;
    const float *x;
    float *y;
    int64_t outer, axis, inner;
};

static inline bool panels_folded(const struct panels_call *c) { return c->inner < 2 * VLANES; }

/* Slices side by side: x and y of a panel stay in half of a 1 MiB cache. */
static inline int64_t panels_width(const struct panels_call *c) {
    const int64_t width = (1 << 16) / c->axis / VLANES * VLANES;
    return width < 2 * VLANES ? 2 * VLANES : width < PANEL_WIDTH ? width : PANEL_WIDTH;
}

/* Panels of one outer index; axis and inner are not 0. */
static inline int64_t panels_across(const struct panels_call *c) {
    return panels_folded(c) ? 1 : (c->inner + panels_width(c) - 1) / panels_width(c);
}
static inline int64_t panels_count(const struct panels_call *c) {
    return c->outer * panels_across(c);
}

static inline void panel_place(struct panel *p, const struct panels_call *c, int64_t index) {
    const int64_t across = panels_across(c), slab = index / across * c->axis * c->inner;
    p->folded = panels_folded(c) ? c->inner : 0;
    if (p->folded) {
        p->x = c->x + slab, p->y = c->y + slab;
        p->rows = c->axis / VLANES, p->width = p->stride = c->inner * VLANES;
        p->tail = c->axis % VLANES * c->inner;
        return;
    }
    const int64_t i = index % across * panels_width(c), left = c->inner - i;
    p->x = c->x + slab + i, p->y = c->y + slab + i;
    p->rows = c->axis, p->stride = c->inner, p->tail = 0;
    p->width = left < panels_width(c) ? left : panels_width(c);
}

/* Panels first .. end-1 of panels_count. */
static ALWAYS_INLINE void panels(const struct panels_form form, const struct panels_call *call,
                                 int64_t first, int64_t end) {
    struct panel panel;
    panel.elsewhere = form.elsewhere;
    for (int64_t index = first; index < end; index++) {
        panel_place(&panel, call, index);
        form.body(&panel, call->context);
    }
}

#endif
