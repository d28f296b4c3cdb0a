#include "kernels/conv2d/conv2d.h"

/* One output: x and weight of its group; (top, left) is the corner of its window. */
static float window(const struct conv2d_problem *p, const float *x, const float *weight, float sum,
                    int64_t top, int64_t left) {
    for (int64_t ci = 0; ci < p->c / p->groups; ci++)
        for (int64_t ky = 0; ky < p->kh; ky++)
            for (int64_t kx = 0; kx < p->kw; kx++) {
                const int64_t iy = top + ky * p->dilation, ix = left + kx * p->dilation;
                if (iy < 0 || iy >= p->h || ix < 0 || ix >= p->w) continue;
                sum += x[(ci * p->h + iy) * p->w + ix] * weight[(ci * p->kh + ky) * p->kw + kx];
            }
    return sum;
}

static void conv2d_naive(const struct conv2d_problem *p, const float *x, const float *weight,
                         const float *bias, float *y, const void *prepared, void *workspace) {
    const int64_t cg = p->c / p->groups, og = p->oc / p->groups;
    const int64_t oh = conv2d_oh(p), ow = conv2d_ow(p);
    (void)prepared, (void)workspace;
    for (int64_t n = 0; n < p->n; n++)
        for (int64_t o = 0; o < p->oc; o++)
            for (int64_t oy = 0; oy < oh; oy++)
                for (int64_t ox = 0; ox < ow; ox++)
                    y[((n * p->oc + o) * oh + oy) * ow + ox] =
                        window(p, x + (n * p->c + o / og * cg) * p->h * p->w,
                               weight + o * cg * p->kh * p->kw, bias ? bias[o] : 0,
                               oy * p->stride - p->pad, ox * p->stride - p->pad);
}

CONV2D(naive, .technique = "seven nested loops");
