/* Kernels that are wrong for few problems: what shrinking and random problems must find about them
 * stands in CMakeLists.txt. */
#include <math.h>
#include <stdbool.h>

#include "kernels/conv/conv2d.h"
#include "kernels/core/plugin.h"
#include "kernels/dense/gemm.h"
#include "kernels/pool/max_pool1d.h"
#include "kernels/softmax/softmax.h"

static double product(const struct gemm_problem *p, const float *a, const float *b, int64_t i,
                      int64_t j) {
    double sum = 0;
    for (int64_t k = 0; k < p->k; k++)
        sum += (double)(p->trans_a ? a[k * p->m + i] : a[i * p->k + k]) *
               (p->trans_b ? b[j * p->k + k] : b[k * p->n + j]);
    return sum;
}

/* From six rows on, the old c is counted twice. */
static void gemm_from_six_rows(const struct gemm_problem *p, const float *a, const float *b,
                               float *c, void *workspace) {
    (void)workspace;
    const double beta = p->m >= 6 ? 2 * p->beta : p->beta;
    for (int64_t t = 0; t < p->batch; t++)
        for (int64_t i = 0; i < p->m; i++)
            for (int64_t j = 0; j < p->n; j++) {
                float *to = &c[(t * p->m + i) * p->n + j];
                const double sum = p->alpha == 0 ? 0
                                                 : p->alpha * product(p, a + t * p->m * p->k,
                                                                      b + t * p->k * p->n, i, j);
                *to = (float)(sum + (beta == 0 ? 0 : beta * *to));
            }
}

/* One window's sum over one input channel. */
static double window(const struct conv2d_problem *p, const float *x, const float *weight,
                     int64_t oy, int64_t ox) {
    double sum = 0;
    for (int64_t ky = 0; ky < p->kh; ky++)
        for (int64_t kx = 0; kx < p->kw; kx++) {
            const int64_t y = oy * p->stride + ky * p->dilation - p->pad;
            const int64_t z = ox * p->stride + kx * p->dilation - p->pad;
            if (y >= 0 && y < p->h && z >= 0 && z < p->w)
                sum += (double)weight[ky * p->kw + kx] * x[y * p->w + z];
        }
    return sum;
}

/* Every group reads the channels of the first. */
static void conv2d_first_group(const struct conv2d_problem *p, const float *x, const float *weight,
                               const float *bias, float *y, const void *prepared, void *workspace) {
    (void)prepared, (void)workspace;
    const int64_t channels = p->c / p->groups;
    for (int64_t n = 0; n < p->n; n++)
        for (int64_t o = 0; o < p->oc; o++)
            for (int64_t oy = 0; oy < conv2d_oh(p); oy++)
                for (int64_t ox = 0; ox < conv2d_ow(p); ox++) {
                    double sum = bias ? bias[o] : 0;
                    for (int64_t c = 0; c < channels; c++)
                        sum += window(p, x + (n * p->c + c) * p->h * p->w,
                                      weight + (o * channels + c) * p->kh * p->kw, oy, ox);
                    *y++ = (float)sum;
                }
}

/* Windows of five and more that move by three lose their last element. */
static void max_pool1d_short_window(const struct max_pool1d_problem *p, const float *x, float *y,
                                    void *workspace) {
    (void)workspace;
    const int64_t outputs = max_pool1d_outputs(p);
    const int64_t last = p->window - (p->window >= 5 && p->stride == 3);
    for (int64_t n = 0; n < p->n; n++)
        for (int64_t o = 0; o < outputs; o++) {
            const float *from = x + n * p->length + o * p->stride;
            float largest = from[0];
            for (int64_t i = 1; i < last; i++) largest = max_pool1d_larger(largest, from[i]);
            y[n * outputs + o] = largest;
        }
}

/* A NaN counts as minus infinity. */
static void softmax_drops_nan(const struct softmax_problem *p, const float *x, float *y) {
    for (int64_t slice = 0; slice < p->outer * p->inner; slice++) {
        const int64_t first = slice / p->inner * p->axis_len * p->inner + slice % p->inner;
        double largest = -INFINITY, sum = 0;
        for (int64_t i = 0; i < p->axis_len; i++) largest = fmax(largest, x[first + i * p->inner]);
        for (int pass = 0; pass < 2; pass++)
            for (int64_t i = 0; i < p->axis_len; i++) {
                const double value = x[first + i * p->inner];
                const double e = exp((isnan(value) ? -INFINITY : value) - largest);
                if (pass)
                    y[first + i * p->inner] = (float)(e / sum);
                else
                    sum += e;
            }
    }
}

static IMPL(gemm, from_six_rows, .technique = "wrong on purpose");
static IMPL(conv2d, first_group, .technique = "wrong on purpose");
static IMPL(max_pool1d, short_window, .technique = "wrong on purpose");
static IMPL(softmax, drops_nan, .technique = "wrong on purpose");

static const struct implementation *const implementations[] = {
    &impl_gemm_from_six_rows, &impl_conv2d_first_group, &impl_max_pool1d_short_window,
    &impl_softmax_drops_nan, NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("wrong_rarely"),
                                             .implementations = implementations};
