/* Convolution as a matrix product per image and group,
 *     y[oc x pixels] = weight[oc x K] columns[K x pixels],  K = c/groups*kh*kw,
 * where row (ci,ky,kx) of `columns` holds what that tap sees from every output pixel (im2col:
 * Chellapilla, Puri, Simard 2006). The matrix is never made: the GEMM asks for one packed panel of
 * it at a time. 1x1 windows of stride 1 need no panels either: `columns` is the image as it lies.
 */
#include <string.h>

#include "kernels/conv/conv2d_engine.h"

/* The microkernel with blocks of B that stay in L2 beside the panels of A: a panel made here is
 * used once per panel of A and never again. */
static struct pgemm_kernel kernel_of(enum isa isa) {
    struct pgemm_kernel kernel = *pgemm_kernel_for(isa);
    const int64_t fits = ((int64_t)768 << 10) / (kernel.kc * (int64_t)sizeof(float));
    kernel.nc = conv2d_most(fits / kernel.nr, 1) * kernel.nr;
    return kernel;
}

/* What panel() needs: one image's group. */
struct source {
    const struct conv2d_problem *p;
    const float *x;
    int64_t ow;
};

/* `count` pixels of one output row from column ox on, seen by one tap. */
static void tap_row(const struct source *s, const float *plane, int64_t iy, int64_t ix, int count,
                    float *into) {
    const struct conv2d_problem *p = s->p;
    if (iy < 0 || iy >= p->h) {
        memset(into, 0, (size_t)count * sizeof *into);
        return;
    }
    const float *row = plane + iy * p->w;
    int i = 0;
    for (; i < count && ix < 0; i++, ix += p->stride) into[i] = 0;
    if (p->stride == 1) {
        const int64_t inside = conv2d_most(conv2d_least(count - i, p->w - ix), 0);
        for (int64_t k = 0; k < inside; k++) into[i + k] = row[ix + k];
        i += (int)inside;
    } else if (p->stride == 2) { /* a constant step is what compilers make vectors of */
        const int64_t inside = conv2d_most(conv2d_least(count - i, (p->w - ix + 1) / 2), 0);
        for (int64_t k = 0; k < inside; k++) into[i + k] = row[ix + 2 * k];
        i += (int)inside;
    } else {
        for (; i < count && ix < p->w; i++, ix += p->stride) into[i] = row[ix];
    }
    for (; i < count; i++) into[i] = 0;
}

static void panel(const void *context, int64_t first, int count, int64_t k_first, int64_t k_count,
                  int width, float *into) {
    const struct source *s = context;
    const struct conv2d_problem *p = s->p;
    const int64_t taps = p->kh * p->kw;
    for (int64_t k = k_first; k < k_first + k_count; k++, into += width) {
        const float *plane = s->x + k / taps * p->h * p->w;
        const int64_t down = k % taps / p->kw * p->dilation - p->pad;
        const int64_t right = k % p->kw * p->dilation - p->pad;
        int64_t oy = first / s->ow, ox = first % s->ow;
        for (int i = 0; i < count;) {
            const int here = (int)conv2d_least(count - i, s->ow - ox);
            tap_row(s, plane, oy * p->stride + down, ox * p->stride + right, here, into + i);
            i += here;
            oy++;
            ox = 0;
        }
        for (int i = count; i < width; i++) into[i] = 0;
    }
}

static struct pgemm product_of(const struct conv2d_problem *p, const struct pgemm_kernel *kernel) {
    const int64_t k = p->c / p->groups * p->kh * p->kw;
    struct pgemm g = {.kernel = kernel,
                      .m = p->oc / p->groups,
                      .n = conv2d_oh(p) * conv2d_ow(p),
                      .k = k,
                      .alpha = 1,
                      .a = {.form = PGEMM_PREPACKED},
                      .b = {.form = PGEMM_CALLBACK, .panel = panel}};
    if (p->kh == 1 && p->kw == 1 && p->stride == 1 && p->pad == 0) {
        g.b = (struct pgemm_operand){.form = PGEMM_PACK, .row = p->h * p->w, .column = 1};
    }
    g.c_row = g.n;
    return g;
}

static const char *supports(const struct conv2d_problem *p) {
    (void)p;
    return NULL;
}

static int64_t phases(const struct conv2d_problem *p, enum isa isa) {
    (void)isa;
    return p->n > 0;
}

/* Of one group's packed weights. */
static size_t group_bytes(const struct pgemm *g) {
    return (pgemm_prepacked_a_bytes(g->kernel, g->m, g->k) + 63) / 64 * 64;
}

static size_t prepared_bytes(const struct conv2d_problem *p, enum isa isa) {
    const struct pgemm_kernel kernel = kernel_of(isa);
    const struct pgemm g = product_of(p, &kernel);
    return group_bytes(&g) * (size_t)p->groups;
}

static void prepare(const struct conv2d_problem *p, enum isa isa, const float *weight,
                    void *prepared) {
    const struct pgemm_kernel kernel = kernel_of(isa);
    struct pgemm g = product_of(p, &kernel);
    for (int64_t group = 0; group < p->groups; group++) {
        g.a = (struct pgemm_operand){
            .form = PGEMM_PACK, .data = weight + group * g.m * g.k, .row = g.k, .column = 1};
        pgemm_prepack_a(&g, (unsigned char *)prepared + (size_t)group * group_bytes(&g));
    }
}

static size_t workspace_bytes(const struct conv2d_problem *p, enum isa isa, int threads) {
    const struct pgemm_kernel kernel = kernel_of(isa);
    const struct pgemm g = product_of(p, &kernel);
    size_t most = 0; /* OpenMP may give fewer threads than asked for */
    for (int parts = 1; parts <= threads; parts++) {
        const size_t bytes = pgemm_parts_workspace_bytes(&g, parts);
        if (bytes > most) most = bytes;
    }
    return most;
}

static void run(const struct conv2d_job *job, int64_t phase, int thread, int threads) {
    const struct conv2d_problem *p = job->p;
    const struct pgemm_kernel kernel = kernel_of(job->isa);
    const int64_t c = p->c / p->groups;
    struct pgemm g = product_of(p, &kernel);
    (void)phase;
    for (int64_t n = 0; n < p->n; n++)
        for (int64_t group = 0; group < p->groups; group++) {
            const float *x = job->x + (n * p->c + group * c) * p->h * p->w;
            const struct source source = {p, x, conv2d_ow(p)};
            g.a.data =
                (const float *)job->prepared + (size_t)group * group_bytes(&g) / sizeof(float);
            g.b.data = x;
            g.b.context = &source;
            g.c = job->y + (n * p->oc + group * g.m) * g.n;
            g.epilogue.row_bias = job->bias ? job->bias + group * g.m : NULL;
            pgemm_run_part(&g, thread, threads, job->workspace);
        }
}

const struct conv2d_engine conv2d_engine_gemm = CONV2D_ENGINE_OF(supports, );

static const char *supports_pointwise(const struct conv2d_problem *p) {
    return p->kh == 1 && p->kw == 1 ? NULL : "pointwise is for kh=1,kw=1";
}

const struct conv2d_engine conv2d_engine_pointwise = CONV2D_ENGINE_OF(supports_pointwise, );
