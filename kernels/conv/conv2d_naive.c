#include "kernels/conv/conv2d.h"

/* One output, the sum over the taps that read elements; x and weight are those of its group. */
static float output(const struct conv2d_problem *p, const float *x, const float *weight, float sum,
                    int64_t oy, int64_t ox) {
    const struct window down = conv2d_down(p), across = conv2d_across(p);
    const int64_t top = window_start(&down, oy), left = window_start(&across, ox);
    const struct window_range rows = window_taps(&down, oy), columns = window_taps(&across, ox);
    for (int64_t ci = 0; ci < p->c / p->groups; ci++)
        for (int64_t ky = rows.first; ky < rows.end; ky++)
            for (int64_t kx = columns.first; kx < columns.end; kx++) {
                const int64_t iy = top + ky * p->dilation, ix = left + kx * p->dilation;
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
                        output(p, x + (n * p->c + o / og * cg) * p->h * p->w,
                               weight + o * cg * p->kh * p->kw, bias ? bias[o] : 0, oy, ox);
}

IMPL(conv2d, naive, .technique = "seven nested loops");
