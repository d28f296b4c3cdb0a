/* Row-wise kernels: passes over a row that reduce it, and one that writes it.
 *
 * A kernel says what happens to one row (a row_body) in terms of row_reduce and row_write; rows()
 * inlines that once per way a row is held:
 *   registers  up to ROW_REGISTERS vectors: read once, written once
 *   cache      longer ones: read again by each pass; mapped values that a pass keeps go to y
 *   team       a part of one long row per thread, results combined where all wait for each other
 * rms_norm, for instance:
 *
 *     static ALWAYS_INLINE void squares(vfloat x, vfloat *partial, bool first) {
 *         partial[0] = row_fma(x, x, partial[0], first);
 *     }
 *     static ALWAYS_INLINE void body(struct row *row, const void *context, int64_t index) {
 *         const struct row_pass sum = {.gather = squares, .results = 1};
 *         float square;
 *         row_reduce(row, sum, NULL, &square);
 *         const float rstd = 1 / sqrtf(square / (float)row->cols + eps_of(context));
 *         row_write(row, sum, NULL, scaled, &rstd);
 *     }
 *
 * Summation: in registers one vector of partial sums per vector of the row, added as a tree; in
 * cache four vectors of partial sums, so SUM_LANES of 4 * VLANES; of a team, the parts in order. */
#ifndef KERNELS_BLOCKS_ROWS_SIMD_H
#define KERNELS_BLOCKS_ROWS_SIMD_H

#include <math.h>

#include "kernels/blocks/share.h"
#include "kernels/blocks/simd.h"
#include "kernels/core/threads.h"

enum {
    ROW_REGISTERS = 8,
    ROW_GROUP = 4 * VLANES, /* elements of a turn of the loops; parts of a team are multiples */
    ROW_SHARED = 1 << 15,   /* elements from which a team shares a row */
    ROW_RESULTS = 2,        /* of one pass, at most */
    ROW_EXCHANGES = 4,      /* of one row among a team, at most */
};

/* What the members of a team tell each other. */
struct row_slots {
    float value[ROW_EXCHANGES][SHARE_TEAM_MOST][ROW_RESULTS];
};

/* One row, or a thread's part of one. */
struct row {
    const float *x;
    float *y;
    int64_t count, cols; /* elements here, and of the whole row */
    int64_t first;       /* column of the first */
    float elsewhere;     /* in lanes beyond the end; a constant */
    int vectors;         /* held in registers; a constant, 0: in cache */
    vfloat value[ROW_REGISTERS];
    struct row_slots *slots; /* of a team; NULL: this thread is alone */
    int me, all, exchanges;
};

/* Whether a value of the whole row (a mean) is this thread's to store. */
static ALWAYS_INLINE bool row_leads(const struct row *row) { return row->me == 0; }

/* ---- passes ---- */

/* What a value becomes. Always inline; what it gives in lanes beyond the end must be neutral to
 * the pass: lanes_zeroed. */
typedef vfloat row_map(vfloat value, struct lanes lanes, const void *context);
/* How a mapped value joins the partial results; `first`, a constant: it is the first to. */
typedef void row_gather(vfloat mapped, vfloat *partial, bool first);
/* What is stored for a mapped value; `column` is that of its first lane. */
typedef vfloat row_finish(vfloat mapped, int64_t column, struct lanes lanes, const void *context);

/* Constants of a pass. */
struct row_pass {
    row_map *map; /* NULL: values as they are */
    row_gather *gather;
    int results;
    bool largest;  /* partial results combine to their maximum, not to their sum */
    bool keep;     /* what values became replaces them, in y, for the passes to come */
    bool prefetch; /* the next row: for a pass that waits for arithmetic, not for memory */
};

static ALWAYS_INLINE vfloat row_add(vfloat a, vfloat partial, bool first) {
    return first ? a : vadd(partial, a);
}
static ALWAYS_INLINE vfloat row_fma(vfloat a, vfloat b, vfloat partial, bool first) {
    return first ? vmul(a, b) : vfma(a, b, partial);
}

static ALWAYS_INLINE vfloat row_mapped(const struct row_pass pass, vfloat value, struct lanes lanes,
                                       const void *context) {
    return pass.map ? pass.map(value, lanes, context) : value;
}

static ALWAYS_INLINE vfloat row_combine(const struct row_pass pass, vfloat a, vfloat b) {
    return pass.largest ? vmax(a, b) : vadd(a, b);
}
static ALWAYS_INLINE float row_combined(const struct row_pass pass, vfloat a) {
    return pass.largest ? vreduce_max(a) : vreduce_add(a);
}

/* The lanes of vector `v` of a row in registers. */
static ALWAYS_INLINE struct lanes row_lanes(const struct row *row, const int v) {
    return v < row->vectors - 1 ? lanes_whole() : lanes_first(row->count - v * VLANES);
}

/* The row in registers: each value becomes what it is mapped to. */
static ALWAYS_INLINE void row_reduce_registers(struct row *row, const struct row_pass pass,
                                               const void *context, float *result) {
    vfloat partial[ROW_REGISTERS][ROW_RESULTS];
    for (int v = 0; v < row->vectors; v++) {
        row->value[v] = row_mapped(pass, row->value[v], row_lanes(row, v), context);
        pass.gather(row->value[v], partial[v], true);
    }
    for (int k = 0; k < pass.results; k++) {
        for (int half = ROW_REGISTERS / 2; half; half /= 2)
            for (int v = 0; v < half; v++)
                if (v + half < row->vectors)
                    partial[v][k] = row_combine(pass, partial[v][k], partial[v + half][k]);
        result[k] = row_combined(pass, partial[0][k]);
    }
}

static ALWAYS_INLINE void row_step(const struct row *row, const struct row_pass pass, int64_t i,
                                   struct lanes lanes, const void *context, vfloat *partial) {
    const vfloat x = lanes_load_or(lanes, row->x + i, row->elsewhere);
    const vfloat mapped = row_mapped(pass, x, lanes, context);
    if (pass.keep) lanes_store(lanes, row->y + i, mapped);
    pass.gather(mapped, partial, false);
}

static ALWAYS_INLINE void row_reduce_cache(const struct row *row, const struct row_pass pass,
                                           const void *context, float *result) {
    vfloat partial[4][ROW_RESULTS];
    for (int v = 0; v < 4; v++)
        for (int k = 0; k < pass.results; k++) partial[v][k] = vset(pass.largest ? -INFINITY : 0);
    int64_t i = 0;
    for (; i + ROW_GROUP <= row->count; i += ROW_GROUP) {
        for (int line = 0; pass.prefetch && line < ROW_GROUP; line += 16)
            _mm_prefetch((const char *)(row->x + row->count + i + line), _MM_HINT_T0);
        for (int v = 0; v < 4; v++)
            row_step(row, pass, i + v * VLANES, lanes_whole(), context, partial[v]);
    }
    for (int v = 0; v < 4; v++, i += VLANES) { /* of constant length, or partial goes to memory */
        if (i >= row->count) break;
        row_step(row, pass, i, lanes_first(row->count - i < VLANES ? row->count - i : VLANES),
                 context, partial[v]);
    }
    for (int k = 0; k < pass.results; k++)
        result[k] =
            row_combined(pass, row_combine(pass, row_combine(pass, partial[0][k], partial[1][k]),
                                           row_combine(pass, partial[2][k], partial[3][k])));
}

/* ---- teams ---- */

/* Tells the team this thread's `count` results; what all of them told, by thread. */
static ALWAYS_INLINE const float (*row_exchange(struct row *row, const float *mine,
                                                int count))[ROW_RESULTS] {
    float(*told)[ROW_RESULTS] = row->slots->value[row->exchanges++];
    for (int k = 0; k < count; k++) told[row->me][k] = mine[k];
    share_barrier();
    return (const float(*)[ROW_RESULTS])told;
}

/* ---- what kernels call ---- */

/* The results of a pass over the whole row. */
static ALWAYS_INLINE void row_reduce(struct row *row, const struct row_pass pass,
                                     const void *context, float *result) {
    if (row->vectors)
        row_reduce_registers(row, pass, context, result);
    else
        row_reduce_cache(row, pass, context, result);
    if (!row->slots) return;
    const float(*told)[ROW_RESULTS] = row_exchange(row, result, pass.results);
    for (int k = 0; k < pass.results; k++) {
        result[k] = told[0][k];
        for (int i = 1; i < row->all; i++)
            result[k] = pass.largest ? fmaxf(result[k], told[i][k]) : result[k] + told[i][k];
    }
}

static ALWAYS_INLINE void row_finished(const struct row *row, const struct row_pass pass,
                                       row_finish *finish, int64_t i, struct lanes lanes,
                                       const void *context, const void *map_context) {
    const float *from = pass.keep ? row->y : row->x;
    vfloat value = lanes_load_or(lanes, from + i, row->elsewhere);
    if (!pass.keep) value = row_mapped(pass, value, lanes, map_context);
    lanes_store(lanes, row->y + i, finish(value, row->first + i, lanes, context));
}

/* y = finish(mapped x), where `pass` is the last pass that mapped: in registers, and where it kept
 * them, the mapped values are there; else they are computed once more. */
static ALWAYS_INLINE void row_write(const struct row *row, const struct row_pass pass,
                                    const void *map_context, row_finish *finish,
                                    const void *context) {
    if (row->vectors) {
        for (int v = 0; v < row->vectors; v++) {
            const struct lanes lanes = row_lanes(row, v);
            lanes_store(lanes, row->y + v * VLANES,
                        finish(row->value[v], v * VLANES, lanes, context));
        }
        return;
    }
    int64_t i = 0;
    for (; i + ROW_GROUP <= row->count; i += ROW_GROUP)
        for (int v = 0; v < 4; v++)
            row_finished(row, pass, finish, i + v * VLANES, lanes_whole(), context, map_context);
    for (; i + VLANES <= row->count; i += VLANES)
        row_finished(row, pass, finish, i, lanes_whole(), context, map_context);
    if (i < row->count)
        row_finished(row, pass, finish, i, lanes_first(row->count - i), context, map_context);
}

/* ---- all rows ---- */

/* What happens to row `index`. Always inline. */
typedef void row_body(struct row *row, const void *context, int64_t index);

/* Constants of a kernel. */
struct rows_form {
    row_body *body;
    float elsewhere; /* what the first pass finds in lanes beyond the end: 0, or -INFINITY */
};

/* One call of a kernel: x and y [rows, cols]. */
struct rows_call {
    const void *context;
    const float *x;
    float *y;
    int64_t rows, cols;
    int64_t index; /* the row that a team is at */
    struct row_slots *slots;
};

static ALWAYS_INLINE void rows_body(const struct rows_form form, const struct rows_call *call,
                                    int64_t index, const int vectors) {
    const int64_t cols = call->cols;
    struct row row;
    row.x = call->x + index * cols, row.y = call->y + index * cols;
    row.count = row.cols = cols, row.first = 0;
    row.elsewhere = form.elsewhere, row.vectors = vectors;
    row.slots = NULL, row.me = 0, row.all = 1, row.exchanges = 0;
    for (int v = 0; v < vectors; v++)
        row.value[v] = lanes_load_or(row_lanes(&row, v), row.x + v * VLANES, form.elsewhere);
    form.body(&row, call->context, index);
}

/* Rows first .. end-1. */
static ALWAYS_INLINE void rows(const struct rows_form form, const struct rows_call *call,
                               int64_t first, int64_t end) {
    const int64_t vectors = (call->cols + VLANES - 1) / VLANES;
    if (vectors > ROW_REGISTERS) { /* a loop of its own: what is constant stays in registers */
        for (int64_t row = first; row < end; row++) rows_body(form, call, row, 0);
        return;
    }
    for (int64_t row = first; row < end; row++) switch (vectors) {
        case 1: rows_body(form, call, row, 1); break;
        case 2: rows_body(form, call, row, 2); break;
        case 3: rows_body(form, call, row, 3); break;
        case 4: rows_body(form, call, row, 4); break;
        case 5: rows_body(form, call, row, 5); break;
        case 6: rows_body(form, call, row, 6); break;
        case 7: rows_body(form, call, row, 7); break;
        default: rows_body(form, call, row, 8);
        }
}

/* The part of row call->index that belongs to thread `me` of `all`: what a share_member calls. */
static ALWAYS_INLINE void rows_member(const struct rows_form form, const struct rows_call *call,
                                      int me, int all) {
    const int64_t first = share_first(call->cols, ROW_GROUP, me, all);
    struct row row;
    row.x = call->x + call->index * call->cols + first;
    row.y = call->y + call->index * call->cols + first;
    row.count = share_first(call->cols, ROW_GROUP, me + 1, all) - first;
    row.cols = call->cols, row.first = first;
    row.elsewhere = form.elsewhere, row.vectors = 0;
    row.slots = call->slots, row.me = me, row.all = all, row.exchanges = 0;
    form.body(&row, call->context, call->index);
}

/* All rows by all threads: `part` is rows(), `member` rows_member() of one form. */
static inline void rows_shared(struct rows_call call, share_part *part, share_member *member) {
    if (call.rows >= threads_get() || call.cols < ROW_SHARED) {
        share_evenly(part, &call, call.rows, 1);
        return;
    }
    struct row_slots slots;
    call.slots = &slots;
    for (call.index = 0; call.index < call.rows; call.index++) share_team(member, &call);
}

#endif
