/* Vectorised layer_norm, alone and with threads.
 *
 * Two passes with the correction of Chan, Golub, LeVeque 1983: the first gives a mean m, off by the
 * rounding errors of its sum; the second sums d = x - m and d^2, whence
 *     mean = m + sum d / n        var = sum d^2 / n - (sum d / n)^2
 * so that a large mean costs no accuracy: y is made of d, never of the rounded mean. A third pass
 * writes y. A row whose squares float32 cannot hold is done again in double. */
#include <math.h>

#include "kernels/blocks/rows_simd.h"
#include "kernels/norm/layer_norm.h"

/* What row_body finds in its context. */
struct call {
    const struct layer_norm_problem *p;
    const float *weight, *bias;
    float *mean, *rstd;
};

static ALWAYS_INLINE void gather_sum(vfloat x, vfloat *partial, bool first) {
    partial[0] = row_add(x, partial[0], first);
}

/* Deviations from a centre, and the moments about it. */
static ALWAYS_INLINE vfloat deviation(vfloat x, struct lanes lanes, const void *centre) {
    return lanes_zeroed(lanes, vsub(x, vset(*(const float *)centre)));
}
static ALWAYS_INLINE void gather_moments(vfloat d, vfloat *partial, bool first) {
    partial[0] = row_add(d, partial[0], first);
    partial[1] = row_fma(d, d, partial[1], first);
}

/* y = d * scale + offset, then weight and bias. */
struct normaliser {
    float scale, offset;
    const float *weight, *bias;
};
static ALWAYS_INLINE vfloat normalised(vfloat d, int64_t column, struct lanes lanes,
                                       const void *context) {
    const struct normaliser *n = context;
    (void)column, (void)lanes;
    return vfma(d, vset(n->scale), vset(n->offset));
}
static ALWAYS_INLINE vfloat affine(vfloat d, int64_t column, struct lanes lanes,
                                   const void *context) {
    const struct normaliser *n = context;
    return vfma(normalised(d, column, lanes, context), lanes_load(lanes, n->weight + column),
                lanes_load(lanes, n->bias + column));
}

/* Squares beyond float32, or no numbers at all: row `index`, of which this thread writes `count`
 * columns from `first`. */
static __attribute__((noinline)) void far_row(const struct call *c, const float *x, int64_t index,
                                              int64_t first, int64_t count, float *y) {
    const int64_t cols = c->p->cols;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < cols; i++) sum += x[i];
    const double centre = sum / (double)cols;
    for (int64_t i = 0; i < cols; i++) squares += (x[i] - centre) * (x[i] - centre);
    const double scale = 1 / sqrt(squares / (double)cols + c->p->eps);
    for (int64_t i = first; i < first + count; i++) {
        const float z = (float)((x[i] - centre) * scale);
        y[i - first] = c->weight ? z * c->weight[i] + c->bias[i] : z;
    }
    if (first) return;
    c->mean[index] = (float)centre;
    c->rstd[index] = (float)scale;
}

static ALWAYS_INLINE void one_row(struct row *row, const struct call *c, int64_t index,
                                  row_finish *finish) {
    const struct row_pass sum = {.gather = gather_sum, .results = 1};
    const struct row_pass moments = {deviation, gather_moments, .results = 2, .prefetch = true};
    const float inverse = 1 / (float)row->cols;
    float centre, moment[2];
    row_reduce(row, sum, NULL, &centre);
    centre *= inverse;
    row_reduce(row, moments, &centre, moment);
    if (!(moment[1] < INFINITY)) {
        far_row(c, row->x - row->first, index, row->first, row->count, row->y);
        return;
    }
    const float shift = moment[0] * inverse, variance = moment[1] * inverse - shift * shift;
    /* rounding must not make it negative; a NaN stays */
    const float scale = 1 / sqrtf((variance < 0 ? 0 : variance) + (float)c->p->eps);
    const struct normaliser n = {scale, -shift * scale, c->weight, c->bias};
    row_write(row, moments, &centre, finish, &n);
    if (!row_leads(row)) return;
    c->mean[index] = centre + shift;
    c->rstd[index] = scale;
}

static ALWAYS_INLINE void row_plain(struct row *row, const void *context, int64_t index) {
    one_row(row, context, index, normalised);
}
static ALWAYS_INLINE void row_affine(struct row *row, const void *context, int64_t index) {
    one_row(row, context, index, affine);
}

static void part(const void *call, int64_t first, int64_t end) {
    const struct rows_call *c = call;
    const struct call *own = c->context;
    if (c->cols == 0)
        for (int64_t row = first; row < end; row++) own->mean[row] = own->rstd[row] = NAN;
    else if (own->p->affine)
        rows((struct rows_form){row_affine, 0}, c, first, end);
    else
        rows((struct rows_form){row_plain, 0}, c, first, end);
}
static void member(const void *call, int me, int all) {
    const struct rows_call *c = call;
    const struct call *own = c->context;
    if (own->p->affine)
        rows_member((struct rows_form){row_affine, 0}, c, me, all);
    else
        rows_member((struct rows_form){row_plain, 0}, c, me, all);
}

#define LAYER_NORM_ACCUMULATION                                                                    \
    { .summation = SUM_LANES, .lanes = ROW_GROUP }

static void SIMD(layer_norm)(const struct layer_norm_problem *p, const float *x,
                             const float *weight, const float *bias, float *y, float *mean,
                             float *rstd) {
    const struct call own = {p, weight, bias, mean, rstd};
    part(&(struct rows_call){&own, x, y, p->rows, p->cols, 0, NULL}, 0, p->rows);
}
IMPL_SIMD(layer_norm, .technique = "two passes with corrected mean and variance, row in cache",
          .accumulation = LAYER_NORM_ACCUMULATION);

static void SIMD_OMP(layer_norm)(const struct layer_norm_problem *p, const float *x,
                                 const float *weight, const float *bias, float *y, float *mean,
                                 float *rstd) {
    const struct call own = {p, weight, bias, mean, rstd};
    rows_shared((struct rows_call){&own, x, y, p->rows, p->cols, 0, NULL}, part, member);
}
IMPL_SIMD_OMP(layer_norm,
              .technique = "two passes; rows (or parts of few long rows) shared among threads",
              .accumulation = LAYER_NORM_ACCUMULATION);
