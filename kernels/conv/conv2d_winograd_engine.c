/* Winograd convolution F(m x m, 3 x 3), m = 2 or 4: Lavin and Gray, "Fast algorithms for
 * convolutional neural networks", CVPR 2016.
 *
 * Tiles of m x m outputs read a x a inputs, a = m+2. In the transformed domain a convolution is a^2
 * independent products over the channels, each a matrix product
 *     M[oc x tiles] = U[oc x c] V[c x tiles].
 * Tiles are worked in blocks: V of a block, a group of output channels of M and their U stay in L2;
 * M never leaves it. A block is a run of tiles in the order (n, row, column), so that the matrix
 * products are as wide as the registers whatever the width of the image. */
#include "kernels/conv/conv2d_engine.h"
#include "kernels/conv/conv2d_winograd.h"

enum { V_BYTES = 1 << 20, M_BYTES = 1 << 19, INPUTS_MAX = 6 };

struct plan {
    const struct pgemm_kernel *gemm;
    const struct winograd_transforms *transforms;
    int64_t m, a2;              /* outputs a side of a tile; (m+2)^2 */
    int64_t c, oc;              /* channels of one group */
    int64_t panels;             /* of U, of gemm->mr output channels */
    int64_t rows, columns;      /* tiles down and across an image */
    int64_t tiles, block;       /* of all images; in one block */
    int64_t group;              /* output channels whose M is held at once */
    int64_t v_step, m_step;     /* floats from one of the a2 matrices to the next */
    int64_t v_floats, m_floats; /* whole */
};

static const struct winograd_transforms *transforms_of(int m, enum isa isa) {
#if ASSAY_SIMD
    if (isa >= ISA_AVX512) return m == 4 ? &winograd4_avx512 : &winograd2_avx512;
    return m == 4 ? &winograd4_avx2 : &winograd2_avx2;
#else
    (void)m, (void)isa;
    return NULL;
#endif
}

/* Whole units that fit in `bytes` at `each` floats, at least one, at most `most`. */
static int64_t fit(int64_t bytes, int64_t each, int64_t unit, int64_t most) {
    const int64_t fits = bytes / (each * (int64_t)sizeof(float)) / unit * unit;
    return conv2d_least(conv2d_most(fits, unit), most);
}

static struct plan plan_of(const struct conv2d_problem *p, int m, enum isa isa) {
    struct plan s = {.gemm = pgemm_kernel_for(isa), .transforms = transforms_of(m, isa), .m = m};
    s.a2 = (m + 2) * (m + 2);
    s.c = p->c / p->groups;
    s.oc = p->oc / p->groups;
    s.panels = conv2d_blocks(s.oc, s.gemm->mr);
    s.rows = conv2d_blocks(conv2d_oh(p), m);
    s.columns = conv2d_blocks(conv2d_ow(p), m);
    s.tiles = p->n * s.rows * s.columns;
    s.block = fit(V_BYTES, s.a2 * s.c, s.gemm->nr, conv2d_round_up(conv2d_most(s.tiles, 1), 16));
    s.group = fit(M_BYTES, s.a2 * s.block, s.gemm->mr, s.panels * s.gemm->mr);
    /* One line more than needed: a step that is a multiple of 4 KiB would put the same element of
     * all matrices, which a transform touches together, into one set of the cache. */
    s.v_step = s.c * s.block + 16;
    s.m_step = s.group * s.block + 16;
    s.v_floats = conv2d_round_up(s.a2 * s.v_step, 16);
    s.m_floats = conv2d_round_up(s.a2 * s.m_step, 16);
    return s;
}

static const char *supports(const struct conv2d_problem *p) {
    if (p->kh != 3 || p->kw != 3) return "Winograd is for kh=3,kw=3";
    if (p->stride != 1) return "Winograd is for stride=1";
    if (p->dilation != 1) return "Winograd is for dilation=1";
    return NULL;
}

/* ---- filter transform -------------------------------------------------------------------------
 *
 * In double: done once, it need not add to the error. U is laid out [group][i,j][panel][c][mr], so
 * that each of the a2 matrices is an operand that the microkernel reads in order. */

static const double g2[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
static const double g4[6][3] = {{1. / 4, 0, 0},
                                {-1. / 6, -1. / 6, -1. / 6},
                                {-1. / 6, 1. / 6, -1. / 6},
                                {1. / 24, 1. / 12, 1. / 6},
                                {1. / 24, -1. / 12, 1. / 6},
                                {0, 0, 1}};

static void transform_filter(const struct plan *s, const float *w, float *u, int64_t step) {
    const int a = (int)s->m + 2;
    const double(*const g)[3] = s->m == 4 ? g4 : g2;
    double half[INPUTS_MAX][3];
    for (int i = 0; i < a; i++)
        for (int x = 0; x < 3; x++)
            half[i][x] = g[i][0] * w[x] + g[i][1] * w[3 + x] + g[i][2] * w[6 + x];
    for (int i = 0; i < a; i++)
        for (int j = 0; j < a; j++)
            u[(i * a + j) * step] =
                (float)(half[i][0] * g[j][0] + half[i][1] * g[j][1] + half[i][2] * g[j][2]);
}

static int64_t matrix_floats(const struct plan *s) { return s->panels * s->gemm->mr * s->c; }

static size_t prepared_bytes(const struct conv2d_problem *p, int m, enum isa isa) {
    const struct plan s = plan_of(p, m, isa);
    return conv2d_float_bytes(p->groups * s.a2 * matrix_floats(&s));
}

static void prepare(const struct conv2d_problem *p, int m, enum isa isa, const float *weight,
                    void *prepared) {
    const struct plan s = plan_of(p, m, isa);
    const int64_t mr = s.gemm->mr, step = matrix_floats(&s);
    static const float nothing[9];
    for (int64_t group = 0; group < p->groups; group++)
        for (int64_t o = 0; o < s.panels * mr; o++)
            for (int64_t ci = 0; ci < s.c; ci++)
                transform_filter(
                    &s, o < s.oc ? weight + ((group * s.oc + o) * s.c + ci) * 9 : nothing,
                    (float *)prepared + group * s.a2 * step + (o / mr * s.c + ci) * mr + o % mr,
                    step);
}

/* ---- run --------------------------------------------------------------------------------------
 */

static size_t workspace_bytes(const struct conv2d_problem *p, int m, enum isa isa, int threads) {
    const struct plan s = plan_of(p, m, isa);
    return (size_t)threads * (size_t)(s.v_floats + s.m_floats) * sizeof(float);
}

/* The tiles first..last-1 of all images, cut into segments: `image` and the position in it. */
struct walk {
    int64_t tile, image, row, column;
    int count;
};

static struct walk segment_at(const struct plan *s, int64_t tile, int64_t last) {
    const int64_t per_image = s->rows * s->columns;
    struct walk w = {tile, tile / per_image, tile % per_image / s->columns, tile % s->columns, 0};
    w.count =
        (int)conv2d_least(conv2d_least(s->columns - w.column, s->transforms->lanes), last - tile);
    return w;
}

static void transform_input(const struct plan *s, const struct conv2d_job *job, int64_t group,
                            int64_t first, int64_t last, float *v) {
    const struct conv2d_problem *p = job->p;
    for (int64_t ci = 0; ci < s->c; ci++)
        for (int64_t tile = first; tile < last;) {
            const struct walk w = segment_at(s, tile, last);
            const struct winograd_segment segment = {p->h, p->w, w.row * s->m - p->pad,
                                                     w.column * s->m - p->pad, w.count};
            const int64_t plane = w.image * p->c + group * s->c + ci;
            s->transforms->input(&segment, job->x + plane * p->h * p->w,
                                 v + ci * s->block + tile - first, s->v_step);
            tile += w.count;
        }
}

/* M = U V for output channels o to o + count - 1 of the group and `columns` tiles. */
static void multiply(const struct plan *s, const float *u, const float *v, float *product,
                     int64_t o, int64_t count, int64_t columns) {
    const int64_t mr = s->gemm->mr, nr = s->gemm->nr;
    struct pgemm_tile t = {
        .k = s->c, .a_row = 1, .a_column = mr, .b_row = s->block, .c_row = s->block, .alpha = 1};
    for (int64_t k = 0; k < s->a2; k++)
        for (int64_t j = 0; j < columns; j += nr)
            for (int64_t i = 0; i < count; i += mr) {
                t.a = u + k * matrix_floats(s) + (o + i) * s->c;
                t.b = v + k * s->v_step + j;
                t.c = product + k * s->m_step + i * s->block + j;
                t.rows = (int)conv2d_least(mr, count - i);
                t.columns = (int)conv2d_least(nr, columns - j);
                s->gemm->tile(&t);
            }
}

static void transform_output(const struct plan *s, const struct conv2d_job *job, int64_t channel,
                             int64_t count, int64_t first, int64_t last, const float *product) {
    const struct conv2d_problem *p = job->p;
    const int64_t oh = conv2d_oh(p), ow = conv2d_ow(p);
    for (int64_t i = 0; i < count; i++)
        for (int64_t tile = first; tile < last;) {
            const struct walk w = segment_at(s, tile, last);
            const struct winograd_segment segment = {oh, ow, w.row * s->m, w.column * s->m,
                                                     w.count};
            s->transforms->output(&segment, product + i * s->block + tile - first, s->m_step,
                                  job->bias ? job->bias[channel + i] : 0,
                                  job->y + (w.image * p->oc + channel + i) * oh * ow);
            tile += w.count;
        }
}

/* Threads share out the blocks; when there are fewer blocks than threads, also the output channels
 * (then each of them transforms the input for itself). */
static void run(const struct conv2d_job *job, int m, int thread, int threads) {
    const struct plan s = plan_of(job->p, m, job->isa);
    const int64_t blocks = conv2d_blocks(s.tiles, s.block), mr = s.gemm->mr;
    const int64_t across = conv2d_least(conv2d_most(blocks, 1), threads), down = threads / across;
    float *const v = (float *)job->workspace + thread * (s.v_floats + s.m_floats);
    float *const product = v + s.v_floats;
    if (thread >= across * down) return;
    const int64_t from = s.panels * (thread / across) / down * mr;
    const int64_t to = conv2d_least(s.panels * (thread / across + 1) / down * mr, s.oc);
    for (int64_t b = thread % across; b < blocks; b += across) {
        const int64_t first = b * s.block, last = conv2d_least(first + s.block, s.tiles);
        for (int64_t group = 0; group < job->p->groups; group++) {
            const float *u = (const float *)job->prepared + group * s.a2 * matrix_floats(&s);
            transform_input(&s, job, group, first, last, v);
            for (int64_t o = from; o < to; o += s.group) {
                const int64_t count = conv2d_least(s.group, to - o);
                multiply(&s, u, v, product, o, count, last - first);
                transform_output(&s, job, group * s.oc + o, count, first, last, product);
            }
        }
    }
}

static int64_t phases(const struct conv2d_problem *p, enum isa isa) {
    (void)isa;
    return p->n > 0;
}

#define WINOGRAD_ENGINE(m)                                                                         \
    static size_t prepared_bytes##m(const struct conv2d_problem *p, enum isa isa) {                \
        return prepared_bytes(p, m, isa);                                                          \
    }                                                                                              \
    static void prepare##m(const struct conv2d_problem *p, enum isa isa, const float *weight,      \
                           void *prepared) {                                                       \
        prepare(p, m, isa, weight, prepared);                                                      \
    }                                                                                              \
    static size_t workspace_bytes##m(const struct conv2d_problem *p, enum isa isa, int threads) {  \
        return workspace_bytes(p, m, isa, threads);                                                \
    }                                                                                              \
    static void run##m(const struct conv2d_job *job, int64_t phase, int thread, int threads) {     \
        (void)phase;                                                                               \
        run(job, m, thread, threads);                                                              \
    }                                                                                              \
    const struct conv2d_engine conv2d_engine_winograd##m =                                         \
        CONV2D_ENGINE_OF(supports, m, CONV2D_WINOGRAD_ACCUMULATION(m - 1));
WINOGRAD_ENGINE(2)
WINOGRAD_ENGINE(4)
