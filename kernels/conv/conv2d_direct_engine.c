/* Direct convolution over output channels: every output pixel of a register tile gathers its taps
 * from x as it lies, broadcast against vectors of packed weights; no im2col, no K blocks. The tile
 * is transposed once, when it is stored to NCHW. An image whose borders matter is copied into a
 * frame of zeros, so that the tile knows no borders, in bands of rows that stay in the L2 cache.
 * (Georganas et al., "Anatomy of high-performance deep learning convolutions on SIMD
 * architectures", SC 2018, does the same on blocked layouts.) */
#include <string.h>

#include "kernels/conv/conv2d_direct.h"
#include "kernels/conv/conv2d_engine.h"

enum { FRAME_BYTES = 1 << 20 }; /* of a band, beside the weights of a block and those to come */

struct plan {
    const struct direct_kernel *kernel;
    int64_t c, oc, oh, ow; /* channels of one group; output extent */
    bool one;              /* the window is one tap: rows of output follow each other as one */
    bool thins;            /* such a window with a stride: the frame holds what it reads, packed */
    bool copies;           /* x goes through the frame */
    int64_t band, bands;   /* output rows worked at a time */
    int64_t stride;        /* between the windows in the image that tiles read */
    int64_t plane, width;  /* of that image, floats */
    int64_t blocks;        /* of kernel->channels output channels, per group */
};

static const struct direct_kernel *kernel_of(enum isa isa) {
#if ASSAY_SIMD
    return isa >= ISA_AVX512 ? &direct_avx512 : &direct_avx2;
#else
    (void)isa;
    return NULL;
#endif
}

/* Rows of x with its borders that `rows` rows of output read. */
static int64_t rows_read(const struct conv2d_problem *p, int64_t rows) {
    return (rows - 1) * p->stride + (p->kh - 1) * p->dilation + 1;
}

static struct plan plan_of(const struct conv2d_problem *p, enum isa isa) {
    struct plan s = {.kernel = kernel_of(isa),
                     .c = p->c / p->groups,
                     .oc = p->oc / p->groups,
                     .oh = conv2d_oh(p),
                     .ow = conv2d_ow(p),
                     .one = p->kh == 1 && p->kw == 1};
    s.thins = s.one && p->stride > 1;
    s.copies = p->pad > 0 || s.thins || (s.one ? s.oh * s.ow : s.ow) < s.kernel->half;
    s.stride = s.thins ? 1 : p->stride;
    s.width = s.thins ? s.ow : p->w + 2 * p->pad;
    const int64_t rows = s.thins ? s.oh : rows_read(p, s.oh);
    const int64_t bytes = p->c * rows * s.width * (int64_t)sizeof(float);
    s.bands = s.copies ? conv2d_least(conv2d_blocks(bytes, FRAME_BYTES), s.oh) : 1;
    s.band = conv2d_blocks(s.oh, s.bands);
    s.bands = conv2d_blocks(s.oh, s.band);
    s.plane = s.copies ? (s.thins ? s.band : rows_read(p, s.band)) * s.width : p->h * p->w;
    s.blocks = conv2d_blocks(s.oc, s.kernel->channels);
    return s;
}

static const char *supports(const struct conv2d_problem *p) {
    (void)p;
    return NULL;
}

/* ---- weights: [group][block][c][kh][kw][channels], zeros beyond the last channel --------------
 */

static int64_t block_floats(const struct conv2d_problem *p, const struct plan *s) {
    return s->c * p->kh * p->kw * s->kernel->channels;
}

static size_t prepared_bytes(const struct conv2d_problem *p, enum isa isa) {
    const struct plan s = plan_of(p, isa);
    return conv2d_float_bytes(p->groups * s.blocks * block_floats(p, &s));
}

static void prepare(const struct conv2d_problem *p, enum isa isa, const float *weight,
                    void *prepared) {
    const struct plan s = plan_of(p, isa);
    const int64_t taps = s.c * p->kh * p->kw, channels = s.kernel->channels;
    float *to = prepared;
    for (int64_t group = 0; group < p->groups; group++)
        for (int64_t block = 0; block < s.blocks; block++)
            for (int64_t k = 0; k < taps; k++)
                for (int64_t i = 0; i < channels; i++) {
                    const int64_t o = block * channels + i;
                    *to++ = o < s.oc ? weight[(group * s.oc + o) * taps + k] : 0;
                }
}

/* ---- run --------------------------------------------------------------------------------------
 */

/* Tiles of rows shorter than half a tile read past their end. */
static size_t workspace_bytes(const struct conv2d_problem *p, enum isa isa, int threads) {
    const struct plan s = plan_of(p, isa);
    (void)threads;
    return s.copies ? conv2d_float_bytes(p->c * s.plane + s.kernel->half * s.stride) : 0;
}

/* Share `index` of `count` of 0..extent-1. */
static void share(int64_t extent, int index, int count, int64_t *first, int64_t *last) {
    *first = extent * index / count;
    *last = extent * (index + 1) / count;
}

/* Every stride-th pixel of every stride-th row of one channel, for output rows first..last-1. */
static void thin_plane(const struct conv2d_problem *p, const struct plan *s, const float *from,
                       int64_t first, int64_t last, float *to) {
    for (int64_t oy = first; oy < last; oy++, to += s->ow) {
        const int64_t iy = oy * p->stride - p->pad;
        if (p->pad == 0 && p->stride == 2) { /* ResNet's: no borders, and a constant step */
            for (int64_t ox = 0; ox < s->ow; ox++) to[ox] = from[iy * p->w + 2 * ox];
            continue;
        }
        for (int64_t ox = 0; ox < s->ow; ox++) {
            const int64_t ix = ox * p->stride - p->pad;
            const bool inside = iy >= 0 && iy < p->h && ix >= 0 && ix < p->w;
            to[ox] = inside ? from[iy * p->w + ix] : 0;
        }
    }
}

/* Output rows first..last-1 of image n. */
struct band {
    int64_t n, first, last;
};

static void fill_frame(const struct conv2d_job *job, const struct plan *s, const struct band *b,
                       int thread, int threads) {
    const struct conv2d_problem *p = job->p;
    const int64_t top = b->first * p->stride;
    float *const frame = (float *)job->workspace;
    int64_t first, last;
    share(p->c, thread, threads, &first, &last);
    for (int64_t c = first; c < last; c++) {
        const float *from = job->x + (b->n * p->c + c) * p->h * p->w;
        if (s->thins)
            thin_plane(p, s, from, b->first, b->last, frame + c * s->plane);
        else
            s->kernel->frame(from, p->h, p->w, p->pad, top, top + rows_read(p, b->last - b->first),
                             frame + c * s->plane);
    }
    if (last == p->c)
        memset(frame + p->c * s->plane, 0, (size_t)(s->kernel->half * s->stride) * sizeof *frame);
}

/* The rows of a band, and the half tiles that cover each. */
struct rows {
    int64_t count, length, across;
};

static struct rows rows_of(const struct plan *s, const struct band *b) {
    struct rows r = {b->last - b->first, s->ow, 0};
    if (s->one) r.length *= r.count, r.count = 1;
    r.across = conv2d_blocks(r.length, s->kernel->half);
    return r;
}

/* Point half `h` of the tile at half tile `index` of the band; beyond the last one it stores
 * nothing. The last of a row moves left to end where the row ends, and skips what the one before it
 * stores. */
static void place(struct direct_tile *t, const struct plan *s, const struct rows *r, int h,
                  int64_t index, const float *x, float *y) {
    const int64_t row = index / r->across, ox = index % r->across * s->kernel->half;
    const int64_t at = conv2d_most(conv2d_least(ox, r->length - s->kernel->half), 0);
    t->x[h] = t->x[0];
    t->y[h] = t->y[0];
    t->first[h] = t->last[h] = 0;
    if (row >= r->count) return;
    t->x[h] = x + (row * s->width + at) * s->stride;
    t->y[h] = y + row * s->ow + at;
    t->first[h] = (int)(ox - at);
    t->last[h] = (int)conv2d_least(s->kernel->half, r->length - at);
}

static void convolve(const struct conv2d_job *job, const struct plan *s, const struct band *b,
                     int thread, int threads) {
    const struct conv2d_problem *p = job->p;
    const int64_t y_plane = s->oh * s->ow;
    const struct rows r = rows_of(s, b);
    const int64_t pairs = conv2d_blocks(r.count * r.across, 2);
    const float *image =
        s->copies ? (const float *)job->workspace : job->x + b->n * p->c * p->h * p->w;
    struct direct_tile t = {.c = s->c,
                            .kh = p->kh,
                            .kw = p->kw,
                            .plane = s->plane,
                            .row = p->dilation * s->width,
                            .tap = p->dilation,
                            .stride = s->stride,
                            .y_plane = y_plane};
    int64_t first, last;
    share(p->groups * s->blocks * pairs, thread, threads, &first, &last);
    for (int64_t i = first; i < last; i++) {
        const int64_t pair = i % pairs, block = i / pairs % s->blocks;
        const int64_t group = i / pairs / s->blocks, o = block * s->kernel->channels;
        const float *x = image + group * s->c * s->plane;
        float *y = job->y + (b->n * p->oc + group * s->oc + o) * y_plane + b->first * s->ow;
        t.weight = (const float *)job->prepared + i / pairs * block_floats(p, s);
        t.outputs = (int)conv2d_least(s->kernel->channels, s->oc - o);
        t.bias = job->bias ? job->bias + group * s->oc + o : NULL;
        place(&t, s, &r, 0, 2 * pair, x, y);
        place(&t, s, &r, 1, 2 * pair + 1, x, y);
        s->kernel->tile(&t);
    }
}

/* Two phases a band: fill the frame, convolve. */
static int64_t phases(const struct conv2d_problem *p, enum isa isa) {
    return 2 * p->n * plan_of(p, isa).bands;
}

static void run(const struct conv2d_job *job, int64_t phase, int thread, int threads) {
    const struct plan s = plan_of(job->p, job->isa);
    const int64_t first = phase / 2 % s.bands * s.band;
    const struct band b = {phase / 2 / s.bands, first, conv2d_least(first + s.band, s.oh)};
    if (phase % 2)
        convolve(job, &s, &b, thread, threads);
    else if (s.copies)
        fill_frame(job, &s, &b, thread, threads);
}

const struct conv2d_engine conv2d_engine_direct = CONV2D_ENGINE_OF(supports, );
