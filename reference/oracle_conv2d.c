/* Oracle of conv2d, on GSL. A unit is one output row (n, o, oy).
 *
 * Direct algorithms: a dot product of c/groups*kh*kw terms and a bias, so the gauge is
 *   sum = sum |x||weight| + |bias|,   local = 0.
 *
 * Winograd (halo r > 0, on 3x3 windows of stride 1 and dilation 1): an implementation may choose
 * among tiles of m = 2 (r = 1) or m = 2 and m = 4 (r = 3) outputs a side and the direct sum, so
 * each gauge is the largest of theirs. Tiles of m outputs a side, from the corner of the image on,
 * computed as (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016) y =
 * A^T [ sum_c (G g_c G^T) .* (B^T d_c B) ] A,   d_c: the (m+2) x (m+2) inputs of the tile. With U =
 * G g G^T and V = B^T d B, an output (i, j) of the tile has two kinds of error, to first order
 * (Barabasz, Anderson, Soodhalter, Gregg, "Error analysis and improving the accuracy of Winograd
 * convolution for deep neural networks", ACM TOMS 46 (2020), section 4):
 *   - the running sums over c, each within growth(c) u sum_c |U_c||V_c|, reach the output through
 *     A:   sum   = (|A^T| [ sum_c |U_c| .* |V_c| ] |A|)_ij + |bias|;
 *   - the transforms of tile, filter and result, two passes each of at most 4, 4 and 5 roundings
 *     (a constant that is not a binary fraction is one more): 28 in all, each in units of the
 *     transforms of absolute values:
 *          local = 28 (|A^T| [ sum_c (|G||g_c||G^T|) .* (|B^T||d_c||B|) ] |A|)_ij.
 * Matrices: interpolation points 0, 1, -1 for m = 2; 0, 1, -1, 2, -2 for m = 4, infinity in both.
 * An implementation with smaller points is more accurate than that. For independent normal data
 * the worst output of a tile has sum 2.3 (m = 2) and 60 (m = 4) times that of the direct sum, and
 * the constant worst-case factors, (max over i of sum_k |A^T|_ik max|G|_k sum|B^T|_k)^2, would be
 * 25 and 860: the gauges made from the data are tighter by more than a factor of ten.
 *
 * Anything is right (conv2d.h leaves them open): padding that meets a weight that is not finite; an
 * output whose finite products may overflow halfway; with Winograd, every output but a NaN in a
 * tile that holds an infinity or NaN, or whose transform may overflow. */
#include <gsl/gsl_blas.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/conv/conv2d.h"
#include "reference/oracle.h"

enum { TILE_MAX = 6, TILINGS = 2, TRANSFORM_ROUNDINGS = 28 };
enum { TILES_CACHED = 1024, MATRICES_CACHED = 1 << 15 }; /* of 720 bytes */

static int64_t units(const void *problem) {
    const struct conv2d_problem *p = problem;
    return p->n * p->oc * conv2d_oh(p);
}

/* The row being evaluated. */
struct row {
    const struct conv2d_problem *p;
    const float *x;      /* the group's first channel */
    const float *weight; /* of this output channel */
    double bias;
    int64_t oy, channels;
};

static double pixel(const struct row *r, int64_t channel, int64_t iy, int64_t ix) {
    const struct conv2d_problem *p = r->p;
    if (iy < 0 || iy >= p->h || ix < 0 || ix >= p->w) return 0;
    return r->x[(channel * p->h + iy) * p->w + ix];
}

/* ---- direct -----------------------------------------------------------------------------------
 */

struct dot {
    gsl_vector *window, *weight;
    double finite;  /* sum of |x||weight| over the pairs of finite numbers, and |bias| */
    bool open;      /* padding meets a weight that is not finite */
    bool undefined; /* the window or the weights hold a NaN */
};

static void gather(const struct row *r, struct dot *dot, int64_t ox) {
    const struct conv2d_problem *p = r->p;
    size_t k = 0;
    dot->finite = isfinite(r->bias) ? fabs(r->bias) : 0;
    dot->open = dot->undefined = false;
    for (int64_t ci = 0; ci < r->channels; ci++)
        for (int64_t ky = 0; ky < p->kh; ky++)
            for (int64_t kx = 0; kx < p->kw; kx++, k++) {
                const int64_t iy = r->oy * p->stride - p->pad + ky * p->dilation;
                const int64_t ix = ox * p->stride - p->pad + kx * p->dilation;
                const bool padding = iy < 0 || iy >= p->h || ix < 0 || ix >= p->w;
                const double value = pixel(r, ci, iy, ix), w = dot->weight->data[k];
                dot->window->data[k] = value;
                if (padding && !isfinite(w)) dot->open = true;
                if (isnan(value) || isnan(w)) dot->undefined = true;
                if (isfinite(value) && isfinite(w)) dot->finite += fabs(value * w);
            }
}

/* ---- Winograd ---------------------------------------------------------------------------------
 */

typedef double tile_matrix[TILE_MAX][TILE_MAX];

struct winograd {
    int outputs, inputs; /* m, m + 2 */
    double at[4][TILE_MAX];
    tile_matrix gt, b; /* G^T and B: a row for each input of a transform */
};

static const struct winograd winograd2 = {
    2,
    4,
    {{1, 1, 1, 0}, {0, 1, -1, -1}},
    {{1, .5, .5, 0}, {0, .5, -.5, 0}, {0, .5, .5, 1}},
    {{1, 0, 0, 0}, {0, 1, -1, 1}, {-1, 1, 1, 0}, {0, 0, 0, -1}},
};
static const struct winograd winograd4 = {
    4,
    6,
    {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}},
    {{1. / 4, -1. / 6, -1. / 6, 1. / 24, 1. / 24, 0},
     {0, -1. / 6, 1. / 6, 1. / 12, -1. / 12, 0},
     {0, -1. / 6, -1. / 6, 1. / 6, 1. / 6, 1}},
    {{4, 0, 0, 0, 0, 0},
     {0, -4, 4, -2, 2, 4},
     {-5, -4, -4, -1, -1, 0},
     {0, 1, -1, 2, -2, -5},
     {1, 1, 1, 1, 1, 0},
     {0, 0, 0, 0, 0, 1}},
};

/* The tile sizes that a halo allows: into[0..count-1]. */
static int winograds_of(const struct conv2d_problem *p, int halo,
                        const struct winograd *into[TILINGS]) {
    int count = 0;
    if (p->kh != 3 || p->kw != 3 || p->stride != 1 || p->dilation != 1) return 0;
    if (halo >= 1) into[count++] = &winograd2;
    if (halo >= 3) into[count++] = &winograd4;
    return count;
}

static void absolute(int rows, const tile_matrix in, tile_matrix out) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < TILE_MAX; j++) out[i][j] = fabs(in[i][j]);
}

/* out = by^T in by, where `by` has `count` rows, and `in` as many rows and columns. */
static void transform(int count, const tile_matrix by, const tile_matrix in, tile_matrix out) {
    tile_matrix half = {{0}}; /* (by^T in)^T */
    for (int k = 0; k < count; k++)
        for (int m = 0; m < count; m++)
            for (int i = 0; i < TILE_MAX; i++) half[k][i] += in[m][k] * by[m][i];
    memset(out, 0, sizeof(tile_matrix));
    for (int i = 0; i < TILE_MAX; i++)
        for (int k = 0; k < count; k++)
            for (int j = 0; j < TILE_MAX; j++) out[i][j] += half[k][i] * by[k][j];
}

/* Of values and of absolute values throughout. */
struct transformed {
    tile_matrix value, magnitude;
};

static void transform_both(int count, const tile_matrix by, const tile_matrix in,
                           struct transformed *out) {
    tile_matrix by_magnitude, in_magnitude;
    absolute(count, by, by_magnitude);
    absolute(count, in, in_magnitude);
    transform(count, by, in, out->value);
    transform(count, by_magnitude, in_magnitude, out->magnitude);
}

/* Every channel's transform of `side` x `side` numbers, and these. */
struct transforms {
    float *of;
    struct transformed *made;
};

/* Those made last: all rows of a tile need the same ones, and of the inputs so do all output
 * channels. Whether they are the same is compared, number by number. */
struct cache {
    int64_t channels; /* of all that is in it */
    float *asked;     /* what the tile in question has */
    struct transforms filters, tile[TILES_CACHED];
};

static void *room(int64_t channels, size_t bytes) {
    void *made = malloc((size_t)(channels + 1) * bytes);
    if (!made) abort();
    return made;
}

static void forget(struct transforms *t) {
    free(t->of);
    free(t->made);
    *t = (struct transforms){NULL, NULL};
}

/* The cache of a tiling, for this many channels. */
static struct cache *cache_for(const struct winograd *f, int64_t channels) {
    static struct cache caches[TILINGS];
    struct cache *cache = &caches[f == &winograd4];
    if (cache->asked && cache->channels == channels) return cache;
    forget(&cache->filters);
    for (int i = 0; i < TILES_CACHED; i++) forget(&cache->tile[i]);
    free(cache->asked);
    cache->channels = channels;
    cache->asked = room(channels, TILE_MAX * TILE_MAX * sizeof(float));
    return cache;
}

/* by^T d by for every channel's d in `of`. */
static const struct transformed *transforms_of(struct transforms *t, const float *of, int side,
                                               const tile_matrix by, int64_t channels) {
    const size_t numbers = (size_t)(side * side), bytes = (size_t)channels * numbers * sizeof *of;
    if (t->of && memcmp(t->of, of, bytes) == 0) return t->made;
    if (!t->of) {
        t->of = room(channels, numbers * sizeof *of);
        t->made = room(channels, sizeof *t->made);
    }
    memcpy(t->of, of, bytes);
    for (int64_t ci = 0; ci < channels; ci++) {
        tile_matrix d = {{0}};
        for (int k = 0; k < side * side; k++) d[k / side][k % side] = of[ci * side * side + k];
        transform_both(side, by, d, &t->made[ci]);
    }
    return t->made;
}

/* V of every channel's tile. As many are kept as a few megabytes hold. */
static const struct transformed *transform_tile(const struct row *r, const struct winograd *f,
                                                struct cache *cache, int64_t top, int64_t left) {
    const int a = f->inputs, m = f->outputs;
    const int64_t pad = r->p->pad, across = (conv2d_ow(r->p) + m - 1) / m;
    int64_t most = MATRICES_CACHED / (r->channels + 1);
    if (most > TILES_CACHED) most = TILES_CACHED;
    const int64_t at = (top + pad) / m * across + (left + pad) / m;
    for (int64_t ci = 0, k = 0; ci < r->channels; ci++)
        for (int i = 0; i < a; i++)
            for (int j = 0; j < a; j++, k++)
                cache->asked[k] = (float)pixel(r, ci, top + i, left + j);
    return transforms_of(&cache->tile[most > 1 ? at % most : 0], cache->asked, a, f->b,
                         r->channels);
}

/* The gauges of one tile in the transformed domain: products[i][j] = sum_c |U||V|, transforms alike
 * of transformed absolute values. peak: what a transform may reach on its way, even where the other
 * factor is so small that the product is not large. */
struct tile_gauge {
    tile_matrix products, transforms;
    double peak;
};

/* The larger of both; NaN wins. */
static double larger(double a, double b) { return a <= b ? b : b <= a || isnan(a) ? a : b; }

static void tile_gauge(const struct row *r, int a, const struct transformed *u,
                       const struct transformed *v, struct tile_gauge *gauge) {
    *gauge = (struct tile_gauge){.peak = 0};
    for (int64_t ci = 0; ci < r->channels; ci++) {
        for (int i = 0; i < a; i++)
            for (int j = 0; j < a; j++) {
                gauge->products[i][j] += fabs(u[ci].value[i][j] * v[ci].value[i][j]);
                gauge->transforms[i][j] += u[ci].magnitude[i][j] * v[ci].magnitude[i][j];
                gauge->peak = larger(gauge->peak, v[ci].magnitude[i][j]);
            }
        for (int k = 0; k < 9; k++)
            gauge->peak = larger(gauge->peak, 4 * fabs((double)r->weight[ci * 9 + k]));
    }
}

/* (|A^T| [gauge] |A|)_ij */
static double through(const struct winograd *f, const tile_matrix gauge, int64_t i, int64_t j) {
    double sum = 0;
    for (int k = 0; k < f->inputs; k++)
        for (int l = 0; l < f->inputs; l++) sum += fabs(f->at[i][k] * f->at[j][l]) * gauge[k][l];
    return sum;
}

/* ---- one row ----------------------------------------------------------------------------------
 */

/* One tiling on its way along a row. */
struct tiling {
    const struct winograd *f;
    struct cache *cache;
    const struct transformed *filters;
    struct tile_gauge gauge; /* of the tile that holds the current output */
};

static void widen(const struct row *r, struct tiling *tiling, int64_t ox, double *sum,
                  double *local, double *peak) {
    const struct winograd *f = tiling->f;
    const int64_t m = f->outputs, pad = r->p->pad;
    if (ox % m == 0)
        tile_gauge(r, f->inputs, tiling->filters,
                   transform_tile(r, f, tiling->cache, r->oy / m * m - pad, ox - pad),
                   &tiling->gauge);
    const double products = through(f, tiling->gauge.products, r->oy % m, ox % m);
    const double transforms = through(f, tiling->gauge.transforms, r->oy % m, ox % m);
    *sum = larger(*sum, products + fabs(r->bias));
    *local = larger(*local, TRANSFORM_ROUNDINGS * transforms);
    *peak = larger(*peak, tiling->gauge.peak);
}

static void evaluate_row(const struct row *r, struct tiling *tiling, int tilings, struct dot *dot,
                         const struct expectation *y, int64_t first) {
    for (int64_t ox = 0; ox < conv2d_ow(r->p); ox++) {
        gather(r, dot, ox);
        double value, sum = dot->finite, local = 0, peak = dot->finite;
        gsl_blas_ddot(dot->window, dot->weight, &value);
        value += r->bias;
        for (int i = 0; i < tilings; i++) widen(r, &tiling[i], ox, &sum, &local, &peak);
        /* What intermediate results may reach; with Winograd it is infinite or NaN where the tile
         * is not finite. */
        const double magnitude = larger(local + dot->finite, peak);
        const bool settled = tilings ? dot->undefined : isnan(value);
        if (!dot->open && (settled || magnitude < 0x1p127))
            expect(y, first + ox, value, sum, local);
        else
            expect_anything(y, first + ox);
    }
}

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct conv2d_problem *p = call->problem;
    const int64_t oh = conv2d_oh(p), ow = conv2d_ow(p), cg = p->c / p->groups;
    const int64_t o = unit / oh % p->oc, n = unit / oh / p->oc, group = o / (p->oc / p->groups);
    const size_t terms = (size_t)(cg * p->kh * p->kw);
    const float *weight = (const float *)call->operand[CONV2D_WEIGHT] + o * (int64_t)terms;
    const float *bias = call->operand[CONV2D_BIAS];
    const struct row row = {
        .p = p,
        .x = (const float *)call->operand[CONV2D_X] + (n * p->c + group * cg) * p->h * p->w,
        .weight = weight,
        .bias = bias ? bias[o] : 0,
        .oy = unit % oh,
        .channels = cg,
    };
    struct dot dot = {gsl_vector_alloc(terms), gsl_vector_alloc(terms), 0, false, false};
    for (size_t k = 0; k < terms; k++) gsl_vector_set(dot.weight, k, weight[k]);
    const struct winograd *allowed[TILINGS];
    struct tiling tiling[TILINGS];
    const int tilings = winograds_of(p, call->halo, allowed);
    for (int i = 0; i < tilings; i++) {
        struct cache *cache = cache_for(allowed[i], cg);
        tiling[i] = (struct tiling){.f = allowed[i], .cache = cache};
        tiling[i].filters = transforms_of(&cache->filters, weight, 3, allowed[i]->gt, cg);
    }
    evaluate_row(&row, tiling, tilings, &dot, &call->expected[CONV2D_Y], unit * ow);
    gsl_vector_free(dot.window);
    gsl_vector_free(dot.weight);
}

const struct oracle oracle_conv2d = {sizeof(struct oracle), "conv2d", units, evaluate, false};
