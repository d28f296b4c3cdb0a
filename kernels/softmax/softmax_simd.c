/* Vectorised softmax: three passes (avx2, avx512), online (online_avx2, ...), and threads.
 *
 *   three passes  maximum, then exp with sum, then scale; the row stays in registers or in cache
 *   online        maximum and sum in one pass, then exp with scale: 2 reads and 1 write of memory
 *                 instead of 3 and 2 (Milakov and Gimelshein, "Online normalizer calculation for
 *                 softmax", 2018; Dukhan and Ablavatski, "Two-Pass Softmax Algorithm", 2020)
 *
 * NaN and Inf need no branches: a NaN may get lost in a maximum (vmax), never in exp(x - maximum)
 * and hence the sum; +Inf - +Inf and -Inf - -Inf are NaN there.
 *
 * Every sum has 16 or more partial sums, or is that of a panel: no term passes through more than
 * n/16 + 5 additions, which is what lanes = 16 promises. */
#include <float.h>

#include "kernels/blocks/panel_simd.h"
#include "kernels/blocks/rows_simd.h"
#include "kernels/blocks/vmath_functions.h"
#include "kernels/softmax/softmax.h"

#define SOFTMAX_ACCUMULATION                                                                       \
    { .summation = SUM_LANES, .lanes = 16 }

/* exp(x - largest), and 0 beyond the end without the cost of exp(-Inf). */
static ALWAYS_INLINE vfloat exponential(vfloat x, vfloat largest, struct lanes lanes) {
    return lanes_zeroed(lanes, vexp_low(lanes_zeroed(lanes, vsub(x, largest))));
}

/* ---- contiguous rows ---- */

static ALWAYS_INLINE void gather_largest(vfloat x, vfloat *partial, bool first) {
    partial[0] = first ? x : vmax(x, partial[0]);
}
static ALWAYS_INLINE void gather_sum(vfloat x, vfloat *partial, bool first) {
    partial[0] = row_add(x, partial[0], first);
}
static ALWAYS_INLINE vfloat row_exponential(vfloat x, struct lanes lanes, const void *largest) {
    return exponential(x, vset(*(const float *)largest), lanes);
}
static ALWAYS_INLINE vfloat scaled(vfloat e, int64_t column, struct lanes lanes,
                                   const void *scale) {
    (void)column, (void)lanes;
    return vmul(e, vset(*(const float *)scale));
}

static const struct row_pass ROW_LARGEST = {
    .gather = gather_largest, .results = 1, .largest = true};

static ALWAYS_INLINE void three_passes(struct row *row, const void *context, int64_t index) {
    (void)context, (void)index;
    const struct row_pass exponentials = {row_exponential, gather_sum, .results = 1, .keep = true,
                                          .prefetch = true};
    float largest, sum;
    row_reduce(row, ROW_LARGEST, NULL, &largest);
    row_reduce(row, exponentials, &largest, &sum);
    const float scale = 1 / sum;
    row_write(row, exponentials, &largest, scaled, &scale);
}

/* A maximum, and the sum of exp(x - max(largest, -FLT_MAX)): 0 for nothing but -Inf, so that parts
 * of a row can be merged. */
struct softmax_state {
    float largest, sum;
};

/* Every lane sums exp(x - base) with a base of its own, which follows the lane's maximum only when
 * that has risen by more than 8: rescaling is rare, a term passes through few of them before its
 * weight is negligible, and exp(8) is far from overflow. The base starts finite, so that leading
 * -Inf are plain zeros. */
static ALWAYS_INLINE struct softmax_state state_of(const float *x, int64_t count) {
    vfloat base = vset(-FLT_MAX), largest = vset(-INFINITY);
    vfloat s[4] = {vset(0), vset(0), vset(0), vset(0)};
    for (int64_t i = 0; i < count; i += ROW_GROUP) {
        vfloat a[4];
        for (int v = 0; v < 4; v++) {
            const int64_t left = count - i - v * VLANES;
            const vmask mask = vfirst(left < 0 ? 0 : left < VLANES ? left : VLANES);
            a[v] = left >= VLANES ? vload(x + i + v * VLANES)
                                  : vload_masked(x + i + v * VLANES, mask, vset(-INFINITY));
        }
        /* a NaN in any of them gives way to the number it meets, as long as it comes first */
        largest = vmax(a[0], vmax(a[1], vmax(a[2], vmax(a[3], largest))));
        const vmask rise = vlt(vadd(base, vset(8)), largest);
        if (vany(rise)) {
            const vfloat next = vselect(rise, largest, base);
            const vfloat factor = vexp_low(vsub(base, next));
            for (int v = 0; v < 4; v++) s[v] = vmul(s[v], factor);
            base = next;
        }
        for (int v = 0; v < 4; v++) s[v] = vadd(s[v], vexp_low(vsub(a[v], base)));
    }
    const float maximum = vreduce_max(largest);
    const vfloat sum = vadd(vadd(s[0], s[1]), vadd(s[2], s[3]));
    const vfloat factor = vexp_low(vsub(base, vset(maximum > -FLT_MAX ? maximum : -FLT_MAX)));
    return (struct softmax_state){maximum, vreduce_add(vmul(sum, factor))};
}

static struct softmax_state merged(const float part[][ROW_RESULTS], int parts) {
    struct softmax_state all = {-INFINITY, 0};
    for (int i = 0; i < parts; i++) all.largest = fmaxf(all.largest, part[i][0]);
    const float base = fmaxf(all.largest, -FLT_MAX);
    for (int i = 0; i < parts; i++)
        all.sum += part[i][1] * expf(fmaxf(part[i][0], -FLT_MAX) - base);
    return all;
}

static ALWAYS_INLINE void online(struct row *row, const void *context, int64_t index) {
    if (row->vectors) {
        three_passes(row, context, index);
        return;
    }
    struct softmax_state state = state_of(row->x, row->count);
    if (row->slots) {
        const float mine[ROW_RESULTS] = {state.largest, state.sum};
        state = merged(row_exchange(row, mine, 2), row->all);
    }
    const float largest = state.largest, scale = 1 / state.sum;
    row_write(row, (struct row_pass){.map = row_exponential}, &largest, scaled, &scale);
}

/* Up to here a row is better kept in cache than read and exponentiated twice: measured; with eight
 * lanes a second exp costs more than the second pass over L2. */
enum { RESIDENT_MAX = VLANES == 16 ? 1 << 12 : 1 << 17 };
static ALWAYS_INLINE void best(struct row *row, const void *context, int64_t index) {
    if (row->vectors || (!row->slots && row->count <= RESIDENT_MAX))
        three_passes(row, context, index);
    else
        online(row, context, index);
}

/* ---- any other axis ---- */

enum { LARGEST, SUM }; /* states of a column */

static ALWAYS_INLINE vfloat column_exponential(vfloat x, const vfloat *state, struct lanes lanes,
                                               const void *context) {
    (void)context;
    return exponential(x, state[LARGEST], lanes);
}
static ALWAYS_INLINE vfloat column_scaled(vfloat e, const vfloat *state, struct lanes lanes,
                                          const void *context) {
    (void)context, (void)lanes;
    return vmul(e, state[SUM]);
}
static ALWAYS_INLINE void panel_three_passes(struct panel *p, const void *context) {
    panel_reduce(p, (struct panel_pass){.largest = true}, LARGEST, context);
    panel_reduce(p, (struct panel_pass){.map = column_exponential, .keep = true}, SUM, context);
    for (int64_t i = 0; i < panel_columns(p); i++) p->state[SUM][i] = 1 / p->state[SUM][i];
    panel_write(p, (struct panel_pass){.map = column_scaled, .kept = true}, context);
}

/* ---- the implementations ---- */

static void panels_part(const void *call, int64_t first, int64_t end) {
    panels((struct panels_form){panel_three_passes, -INFINITY}, call, first, end);
}

static inline struct rows_call by_rows(const struct softmax_problem *p, const float *x, float *y) {
    return (struct rows_call){.x = x, .y = y, .rows = p->outer, .cols = p->axis_len};
}
static inline struct panels_call by_panels(const struct softmax_problem *p, const float *x,
                                           float *y) {
    return (struct panels_call){NULL, x, y, p->outer, p->axis_len, p->inner};
}
static bool nothing(const struct softmax_problem *p) { return p->axis_len == 0 || p->inner == 0; }

static ALWAYS_INLINE void softmax_by(row_body *body, const struct softmax_problem *p,
                                     const float *x, float *y) {
    const struct rows_call along = by_rows(p, x, y);
    const struct panels_call across = by_panels(p, x, y);
    if (nothing(p)) return;
    if (p->inner == 1)
        rows((struct rows_form){body, -INFINITY}, &along, 0, p->outer);
    else
        panels_part(&across, 0, panels_count(&across));
}

static void SIMD(softmax)(const struct softmax_problem *p, const float *x, float *y) {
    softmax_by(three_passes, p, x, y);
}
IMPL_SIMD(softmax, .technique = "three passes: maximum, exp with sum, scale",
          .accumulation = SOFTMAX_ACCUMULATION);

static void SIMD(softmax_online)(const struct softmax_problem *p, const float *x, float *y) {
    softmax_by(online, p, x, y);
}
IMPL_SIMD_OF(softmax, online,
             .technique = "maximum and sum in one pass with rare rescaling, then exp and scale",
             .accumulation = SOFTMAX_ACCUMULATION);

static void best_part(const void *call, int64_t first, int64_t end) {
    rows((struct rows_form){best, -INFINITY}, call, first, end);
}
static void online_member(const void *call, int me, int all) {
    rows_member((struct rows_form){online, -INFINITY}, call, me, all);
}
static void SIMD_OMP(softmax)(const struct softmax_problem *p, const float *x, float *y) {
    const struct panels_call across = by_panels(p, x, y);
    if (nothing(p)) return;
    if (p->inner == 1)
        rows_shared(by_rows(p, x, y), best_part, online_member);
    else
        share_evenly(panels_part, &across, panels_count(&across), 1);
}
IMPL_SIMD_OMP(softmax,
              .technique =
                  "three passes, or online where a row is long; rows (or parts of few long rows) "
                  "shared among threads",
              .accumulation = SOFTMAX_ACCUMULATION);
