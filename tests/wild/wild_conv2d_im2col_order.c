/* Published, and wrong: an im2col whose columns are ordered image by image, while the product is
 * reshaped as if the image were the fastest index.
 *
 * columns: [c * kh * kw, n * oh * ow]; the product [oc, n * oh * ow] is then taken for
 * [oc, oh, ow, n] and transposed to [n, oc, oh, ow]. With n = 1 nothing shows. */
#include <stdlib.h>

#include "kernels/conv/conv2d.h"
#include "kernels/core/plugin.h"

/* The column matrix of one group's channels. */
static void im2col(const struct conv2d_problem *p, const float *x, int64_t channels,
                   float *columns) {
    const int64_t oh = conv2d_oh(p), ow = conv2d_ow(p), count = p->n * oh * ow;
    for (int64_t r = 0; r < channels * p->kh * p->kw; r++)
        for (int64_t column = 0; column < count; column++) {
            const int64_t n = column / (oh * ow), at = column % (oh * ow);
            const int64_t c = r / (p->kh * p->kw), ky = r / p->kw % p->kh, kx = r % p->kw;
            const int64_t iy = at / ow * p->stride + ky * p->dilation - p->pad;
            const int64_t ix = at % ow * p->stride + kx * p->dilation - p->pad;
            const bool inside = iy >= 0 && iy < p->h && ix >= 0 && ix < p->w;
            columns[r * count + column] = inside ? x[((n * p->c + c) * p->h + iy) * p->w + ix] : 0;
        }
}

static float dot(const float *weight, const float *column, int64_t rows, int64_t step) {
    float sum = 0;
    for (int64_t r = 0; r < rows; r++) sum += weight[r] * column[r * step];
    return sum;
}

static void conv2d_wild_im2col_order(const struct conv2d_problem *p, const float *x,
                                     const float *weight, const float *bias, float *y,
                                     const void *prepared, void *workspace) {
    const int64_t pixels = conv2d_oh(p) * conv2d_ow(p), count = p->n * pixels;
    const int64_t channels = p->c / p->groups, rows = channels * p->kh * p->kw;
    float *const columns = malloc((size_t)(rows * count + 1) * sizeof *columns);
    (void)prepared, (void)workspace;
    for (int64_t o = 0; o < p->oc && columns; o++) {
        const int64_t group = o / (p->oc / p->groups);
        if (o % (p->oc / p->groups) == 0)
            im2col(p, x + group * channels * p->h * p->w, channels, columns);
        for (int64_t column = 0; column < count; column++) {
            const int64_t n = column % p->n, at = column / p->n; /* (oh, ow, n), not (n, oh, ow) */
            y[(n * p->oc + o) * pixels + at] =
                dot(weight + o * rows, columns + column, rows, count) + (bias ? bias[o] : 0);
        }
    }
    free(columns);
}

static IMPL(conv2d, wild_im2col_order, .technique = "im2col of the whole batch, then one product",
            .defect = "im2col's columns are ordered batch-first, but reshaped as batch-last",
            .caught = "FAIL: elements wrong");

static const struct implementation *const implementations[] = {&impl_conv2d_wild_im2col_order,
                                                               NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("wild_conv2d_im2col_order"),
                                             .implementations = implementations};
