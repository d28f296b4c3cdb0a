/* Published, and wrong: a convolution layer with one two-dimensional kernel for all channels.
 *
 * Tutorials convolve a grey image with a kh x kw kernel, then loop that over the channels of a
 * colour image and add up: a layer has a kernel for each pair of input and output channel. */
#include "kernels/conv/conv2d.h"
#include "kernels/core/plugin.h"

/* Adds the convolution of one channel to y. */
static void convolve(const struct conv2d_problem *p, const float *image, const float *kernel,
                     float *y) {
    const int64_t oh = conv2d_oh(p), ow = conv2d_ow(p);
    for (int64_t i = 0; i < oh; i++)
        for (int64_t j = 0; j < ow; j++)
            for (int64_t ki = 0; ki < p->kh; ki++)
                for (int64_t kj = 0; kj < p->kw; kj++) {
                    const int64_t row = i * p->stride + ki * p->dilation - p->pad;
                    const int64_t column = j * p->stride + kj * p->dilation - p->pad;
                    if (row >= 0 && row < p->h && column >= 0 && column < p->w)
                        y[i * ow + j] += image[row * p->w + column] * kernel[ki * p->kw + kj];
                }
}

static void conv2d_wild_one_kernel(const struct conv2d_problem *p, const float *x,
                                   const float *weight, const float *bias, float *y,
                                   const void *prepared, void *workspace) {
    const int64_t pixels = conv2d_oh(p) * conv2d_ow(p);
    const int64_t group_in = p->c / p->groups, group_out = p->oc / p->groups;
    (void)prepared, (void)workspace;
    for (int64_t n = 0; n < p->n; n++)
        for (int64_t o = 0; o < p->oc; o++) {
            float *const to = y + (n * p->oc + o) * pixels;
            for (int64_t i = 0; i < pixels; i++) to[i] = bias ? bias[o] : 0;
            for (int64_t c = 0; c < group_in; c++) {
                const int64_t channel = o / group_out * group_in + c;
                convolve(p, x + (n * p->c + channel) * p->h * p->w, weight, to);
            }
        }
}

static IMPL(conv2d, wild_one_kernel, .technique = "one kernel, channel by channel",
            .defect = "one 2-D kernel for all channels, of the input and of the output",
            .caught = "FAIL: elements wrong");

static const struct implementation *const implementations[] = {&impl_conv2d_wild_one_kernel, NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("wild_conv2d_one_kernel"),
                                             .implementations = implementations};
