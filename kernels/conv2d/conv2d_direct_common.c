/* Direct convolution over output channels: every output pixel of a register tile gathers its taps
 * from x as it lies, broadcast against vectors of packed weights; no im2col, no K blocks. The tile
 * is transposed once, when it is stored to NCHW. An image whose borders matter is copied once into
 * a frame of zeros, so that the tile knows no borders. (Georganas et al., "Anatomy of
 * high-performance deep learning convolutions on SIMD architectures", SC 2018, does the same on
 * blocked layouts.) */
#include <string.h>

#include "kernels/conv2d/conv2d_direct.h"
#include "kernels/conv2d/conv2d_engine.h"

struct plan {
    const struct direct_kernel *kernel;
    int64_t c, oc, oh, ow; /* channels of one group; output extent */
    bool thins;            /* 1x1 with a stride: the frame holds the pixels that are read, packed */
    bool copies;           /* x goes through the frame */
    int64_t stride;        /* between the windows in the image that tiles read */
    int64_t height, width; /* of the image that tiles read */
    int64_t blocks;        /* of kernel->channels output channels, per group */
    int64_t across;        /* half tiles in an output row */
    int64_t pairs;         /* tiles of one image and block */
};

static const struct direct_kernel *kernel_of(enum isa isa) {
#if ASSAY_SIMD
    return isa >= ISA_AVX512 ? &direct_avx512 : &direct_avx2;
#else
    (void)isa;
    return NULL;
#endif
}

static struct plan plan_of(const struct conv2d_problem *p, enum isa isa) {
    struct plan s = {.kernel = kernel_of(isa),
                     .c = p->c / p->groups,
                     .oc = p->oc / p->groups,
                     .oh = conv2d_oh(p),
                     .ow = conv2d_ow(p)};
    /* A last, partial half tile reads past its row's end. */
    s.thins = p->kh == 1 && p->kw == 1 && p->stride > 1;
    s.copies = p->pad > 0 || s.ow % s.kernel->half || s.thins;
    s.stride = s.thins ? 1 : p->stride;
    s.height = s.thins ? s.oh : p->h + 2 * p->pad;
    s.width = s.thins ? s.ow : p->w + 2 * p->pad;
    s.blocks = conv2d_blocks(s.oc, s.kernel->channels);
    s.across = conv2d_blocks(s.ow, s.kernel->half);
    s.pairs = conv2d_blocks(s.across * s.oh, 2);
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

static size_t workspace_bytes(const struct conv2d_problem *p, enum isa isa, int threads) {
    const struct plan s = plan_of(p, isa);
    (void)threads;
    return s.copies ? conv2d_float_bytes(p->c * s.height * s.width + s.kernel->half * s.stride) : 0;
}

/* Share `index` of `count` of 0..extent-1. */
static void share(int64_t extent, int index, int count, int64_t *first, int64_t *last) {
    *first = extent * index / count;
    *last = extent * (index + 1) / count;
}

/* Every stride-th pixel of every stride-th row of one channel. */
static void thin_plane(const struct conv2d_problem *p, const struct plan *s, const float *from,
                       float *to) {
    for (int64_t oy = 0; oy < s->oh; oy++, to += s->ow) {
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

static void fill_frame(const struct conv2d_job *job, const struct plan *s, int64_t n, int thread,
                       int threads) {
    const struct conv2d_problem *p = job->p;
    const int64_t plane = s->height * s->width;
    float *const frame = (float *)job->workspace;
    int64_t first, last;
    share(p->c, thread, threads, &first, &last);
    for (int64_t c = first; c < last; c++) {
        const float *from = job->x + (n * p->c + c) * p->h * p->w;
        if (s->thins)
            thin_plane(p, s, from, frame + c * plane);
        else
            s->kernel->frame(from, p->h, p->w, p->pad, frame + c * plane);
    }
    if (last == p->c)
        memset(frame + p->c * plane, 0, (size_t)(s->kernel->half * s->stride) * sizeof *frame);
}

/* Point half `h` of the tile at half tile `index` of the image; beyond the last one it stores
 * nothing. */
static void place(struct direct_tile *t, const struct plan *s, int h, int64_t index, const float *x,
                  float *y) {
    const int64_t oy = index / s->across, ox = index % s->across * s->kernel->half;
    t->x[h] = t->x[0];
    t->y[h] = t->y[0];
    t->count[h] = 0;
    if (oy >= s->oh) return;
    t->x[h] = x + (oy * s->width + ox) * s->stride;
    t->y[h] = y + oy * s->ow + ox;
    t->count[h] = (int)conv2d_least(s->kernel->half, s->ow - ox);
}

static void convolve(const struct conv2d_job *job, const struct plan *s, int64_t n, int thread,
                     int threads) {
    const struct conv2d_problem *p = job->p;
    const int64_t plane = s->height * s->width, y_plane = s->oh * s->ow;
    const float *image =
        s->copies ? (const float *)job->workspace : job->x + n * p->c * p->h * p->w;
    struct direct_tile t = {.c = s->c,
                            .kh = p->kh,
                            .kw = p->kw,
                            .plane = plane,
                            .row = p->dilation * s->width,
                            .tap = p->dilation,
                            .stride = s->stride,
                            .y_plane = y_plane};
    int64_t first, last;
    share(p->groups * s->blocks * s->pairs, thread, threads, &first, &last);
    for (int64_t i = first; i < last; i++) {
        const int64_t pair = i % s->pairs, block = i / s->pairs % s->blocks;
        const int64_t group = i / s->pairs / s->blocks, o = block * s->kernel->channels;
        const float *x = image + group * s->c * plane;
        float *y = job->y + (n * p->oc + group * s->oc + o) * y_plane;
        t.weight = (const float *)job->prepared + i / s->pairs * block_floats(p, s);
        t.outputs = (int)conv2d_least(s->kernel->channels, s->oc - o);
        t.bias = job->bias ? job->bias + group * s->oc + o : NULL;
        place(&t, s, 0, 2 * pair, x, y);
        place(&t, s, 1, 2 * pair + 1, x, y);
        s->kernel->tile(&t);
    }
}

/* Two phases an image: fill the frame, convolve. */
static int64_t phases(const struct conv2d_problem *p) { return 2 * p->n; }

static void run(const struct conv2d_job *job, int64_t phase, int thread, int threads) {
    const struct plan s = plan_of(job->p, job->isa);
    if (phase % 2)
        convolve(job, &s, phase / 2, thread, threads);
    else if (s.copies)
        fill_frame(job, &s, phase / 2, thread, threads);
}

const struct conv2d_engine conv2d_engine_direct = {supports,        prepared_bytes, prepare,
                                                   workspace_bytes, phases,         run};
