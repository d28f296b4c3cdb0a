/* Wrong convolutions: each a mistake that somebody really makes, switched into one right kernel. */
#include <math.h>
#include <string.h>

#include "kernels/conv/conv2d.h"
#include "kernels/core/plugin.h"
#include "tests/mutants/shortened.h"

#define WRONG "FAIL: elements wrong"

/* name, what is wrong with it, what the verifier says, more of the descriptor */
#define MUTANTS(M)                                                                                 \
    M(flipped, "the kernel is flipped: a true convolution, not a cross-correlation", WRONG)        \
    M(flipped_columns, "each row of the kernel is reversed: kx runs from right to left", WRONG)    \
    M(flipped_rows, "the rows of the kernel are reversed: ky runs from the bottom up", WRONG)      \
    M(transposed_kernel, "rows and columns of the kernel are swapped: weight[kx][ky]", WRONG)      \
    M(kh_for_kw, "the kernel is taken to be square, kh x kh", WRONG "|CRASH: end of weight")       \
    M(h_for_w, "the width of an image row is taken for its height h", WRONG "|CRASH: end of x")    \
    M(swapped_extents, "y is laid out with oh and ow exchanged", WRONG)                            \
    M(no_padding, "the padding is skipped: windows begin at the image's corner", WRONG)            \
    M(edge_padding, "the padding repeats the border instead of being 0", WRONG)                    \
    M(mirror_padding, "the padding mirrors the image instead of being 0", WRONG)                   \
    M(wrapped_padding, "the padding wraps around to the other side of the image", WRONG)           \
    M(leaking_rows, "columns left and right of a row are read from its neighbours", WRONG)         \
    M(border_lost, "the first row and column of x count as padding: > 0 where >= 0 is meant",      \
      WRONG)                                                                                       \
    M(centred_padding, "windows are centred on the output whatever pad is: pad = kh / 2", WRONG)   \
    M(padding_of_dilation, "the padding is multiplied by the dilation", WRONG)                     \
    M(stride_of_rows, "the stride is applied to rows alone", WRONG)                                \
    M(stride_of_columns, "the stride is applied to columns alone", WRONG)                          \
    M(stride_ignored, "the stride is ignored", WRONG)                                              \
    M(stride_on_taps, "the taps are stride apart as well: (oy + ky) * stride", WRONG)              \
    M(stride_on_padding, "the padding is multiplied by the stride: (oy - pad) * stride", WRONG)    \
    M(dilation_ignored, "the dilation is ignored", WRONG)                                          \
    M(dilation_of_columns, "the dilation is applied to columns alone", WRONG)                      \
    M(dilation_off_by_one, "the taps are dilation + 1 apart", WRONG)                               \
    M(groups_ignored, "groups is ignored: every output sees the first c / groups channels", WRONG) \
    M(groups_interleaved, "output o belongs to group o % groups, not o / (oc / groups)", WRONG)    \
    M(channels_interleaved, "the channels of a group are taken every groups-th, not in a row",     \
      WRONG)                                                                                       \
    M(first_channel, "only the first input channel is summed", WRONG)                              \
    M(shared_kernel, "one kernel per output for all input channels", WRONG)                        \
    M(depthwise, "each output sees one input channel alone, as depthwise does", WRONG)             \
    M(weight_layout, "weight is read as [c, oc, kh, kw]", WRONG)                                   \
    M(weight_hwio, "weight is read as [kh, kw, c / groups, oc]", WRONG)                            \
    M(weight_of_group, "every group uses the kernels of the first", WRONG)                         \
    M(y_nhwc, "y is written as [n, oh, ow, oc]", WRONG)                                            \
    M(nhwc, "x is read as [n, h, w, c]", WRONG)                                                    \
    M(bias_ignored, "bias is ignored", WRONG)                                                      \
    M(bias_per_channel, "bias is added once for each input channel", WRONG)                        \
    M(bias_of_group, "bias is indexed by the output's place in its group", WRONG)                  \
    M(bias_by_column, "bias is indexed by the output column", WRONG)                               \
    M(bias_by_image, "bias is indexed by the image of the batch", WRONG)                           \
    M(bias_read, "bias is read with bias=0, where it is NULL", "CRASH: a NULL pointer")            \
    M(first_image, "every image of the batch gets the result of the first", WRONG)                 \
    M(last_column, "the last output column is not written", "FAIL: was not written")               \
    M(last_row, "the last output row repeats the one above", WRONG)                                \
    M(rounded_up, "the output extent is rounded up, and y laid out by it",                         \
      WRONG "|CRASH: end of y|FAIL: was not written")                                              \
    M(padding_once, "the output extent counts the padding once, not twice",                        \
      WRONG "|FAIL: was not written")                                                              \
    M(last_tap, "the last tap of the kernel is left out", WRONG)                                   \
    M(tail_of_channels, "the last c % 8 input channels are dropped", WRONG)                        \
    M(zeros_skipped, "a zero weight skips its products, so 0 * NaN and 0 * Inf are lost",          \
      "FAIL: expected nan, got")                                                                   \
    M(short_pixels, "the pixels of an output image are counted in 16 bits",                        \
      "FAIL: was not written")                                                                     \
    M(flushed, "denormal results are flushed to 0, which is not declared", WRONG)                  \
    M(half_sum, "the sum is kept in half precision (11 bits)", WRONG)                              \
    M(winograd_rounded, "Winograd's transformed kernel is rounded to bfloat16", WRONG,             \
      .accumulation = {.halo = 1})                                                                 \
    M(winograd_sign, "Winograd's output transform adds the last point, where it is subtracted",    \
      WRONG, .accumulation = {.halo = 1})                                                          \
    M(winograd_half, "Winograd's kernel transform lacks the factor 1/2", WRONG,                    \
      .accumulation = {.halo = 1})                                                                 \
    M(promises_directness, "is Winograd, and promises the accuracy of a direct sum", WRONG)        \
    M(promises_compensation, "promises a compensated sum and adds one term after the other",       \
      WRONG, .accumulation = {.summation = SUM_COMPENSATED})

enum mutation {
    RIGHT,
    RIGHT_WINOGRAD,
#define NAME(name_, ...) name_,
    MUTANTS(NAME)
};

struct image {
    const struct conv2d_problem *p;
    const float *x; /* one image */
    const float *weight, *bias;
    enum mutation m;
};

/* ---- where things are -------------------------------------------------------------------------
 */

/* A coordinate outside [0, extent) as this padding has it; negative: the value is 0. */
static int64_t padded(int64_t at, int64_t extent, enum mutation m) {
    if (at >= 0 && at < extent) return at;
    if (m == edge_padding) return at < 0 ? 0 : extent - 1;
    if (m == wrapped_padding) return ((at % extent) + extent) % extent;
    if (m == mirror_padding && extent > 1) {
        const int64_t period = 2 * (extent - 1), in = ((at % period) + period) % period;
        return in < extent ? in : period - in;
    }
    return -1;
}

static float pixel(const struct image *s, int64_t channel, int64_t iy, int64_t ix) {
    const struct conv2d_problem *p = s->p;
    const int64_t pixels = p->h * p->w;
    if (s->m == leaking_rows) {
        const int64_t at = iy * p->w + ix;
        return iy < 0 || iy >= p->h || at < 0 || at >= pixels ? 0 : s->x[channel * pixels + at];
    }
    iy = padded(iy, p->h, s->m);
    ix = padded(ix, p->w, s->m);
    if (iy < 0 || ix < 0) return 0;
    if (s->m == nhwc) return s->x[(iy * p->w + ix) * p->c + channel];
    if (s->m == h_for_w) return s->x[channel * pixels + iy * p->h + ix];
    return s->x[channel * pixels + iy * p->w + ix];
}

static float tap(const struct image *s, int64_t o, int64_t ci, int64_t ky, int64_t kx) {
    const struct conv2d_problem *p = s->p;
    const int64_t cg = p->c / p->groups, taps = p->kh * p->kw;
    const float *plane = s->weight + (o * cg + ci) * taps;
    switch (s->m) {
    case flipped: return plane[taps - 1 - ky * p->kw - kx];
    case flipped_columns: return plane[ky * p->kw + p->kw - 1 - kx];
    case flipped_rows: return plane[(p->kh - 1 - ky) * p->kw + kx];
    case weight_hwio: return s->weight[((ky * p->kw + kx) * cg + ci) * p->oc + o];
    case weight_of_group:
        return s->weight[(o % (p->oc / p->groups) * cg + ci) * taps + ky * p->kw + kx];
    case transposed_kernel: return plane[kx * p->kh + ky];
    case kh_for_kw: return plane[ky * p->kh + kx];
    case shared_kernel: return s->weight[o * cg * taps + ky * p->kw + kx];
    case weight_layout: return s->weight[(ci * p->oc + o) * taps + ky * p->kw + kx];
    default: return plane[ky * p->kw + kx];
    }
}

/* The input channel that is channel `ci` of output `o`'s group. */
static int64_t channel_of(const struct image *s, int64_t o, int64_t ci) {
    const struct conv2d_problem *p = s->p;
    const int64_t cg = p->c / p->groups, group = o / (p->oc / p->groups);
    switch (s->m) {
    case groups_ignored: return ci;
    case groups_interleaved: return o % p->groups * cg + ci;
    case channels_interleaved: return ci * p->groups + group;
    default: return group * cg + ci;
    }
}

/* The input row (or column) of tap `k` of output `at`. */
static int64_t place(const struct image *s, int64_t at, int64_t k, bool column) {
    const struct conv2d_problem *p = s->p;
    int64_t stride = p->stride, dilation = p->dilation, pad = p->pad;
    if (s->m == stride_ignored || s->m == (column ? stride_of_rows : stride_of_columns)) stride = 1;
    if (s->m == dilation_ignored || (s->m == dilation_of_columns && !column)) dilation = 1;
    if (s->m == dilation_off_by_one) dilation++;
    if (s->m == no_padding) pad = 0;
    if (s->m == centred_padding) pad = (column ? p->kw : p->kh) / 2;
    if (s->m == padding_of_dilation) pad *= p->dilation;
    if (s->m == stride_on_padding) pad *= p->stride;
    if (s->m == stride_on_taps) dilation *= p->stride;
    return at * stride + k * dilation - pad;
}

/* ---- the sum ----------------------------------------------------------------------------------
 */

static bool dropped(const struct image *s, int64_t o, int64_t ci, int64_t k, float weight) {
    const int64_t cg = s->p->c / s->p->groups;
    switch (s->m) {
    case first_channel: return ci > 0;
    case depthwise: return ci != o % cg;
    case last_tap: return k == s->p->kh * s->p->kw - 1 && k;
    case tail_of_channels: return cg > 8 && ci >= cg - cg % 8;
    case zeros_skipped: return weight == 0;
    default: return false;
    }
}

static float direct(const struct image *s, int64_t o, int64_t oy, int64_t ox) {
    const struct conv2d_problem *p = s->p;
    float sum = 0;
    for (int64_t ci = 0; ci < p->c / p->groups; ci++)
        for (int64_t ky = 0; ky < p->kh; ky++)
            for (int64_t kx = 0; kx < p->kw; kx++) {
                const int64_t iy = place(s, oy, ky, false), ix = place(s, ox, kx, true);
                const float weight = tap(s, o, ci, ky, kx);
                const bool lost = s->m == border_lost && (iy < 1 || ix < 1);
                if (!lost && !dropped(s, o, ci, ky * p->kw + kx, weight))
                    sum += pixel(s, channel_of(s, o, ci), iy, ix) * weight;
                if (s->m == half_sum) sum = shortened(sum, BITS_OF_HALF);
            }
    return sum;
}

/* out = left in left^T; left is [rows, cols], in [cols, cols]. */
static void sandwich(int rows, int cols, const float *left, const float *in, float *out) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < rows; j++) {
            float sum = 0;
            for (int k = 0; k < cols * cols; k++) {
                const float factor = left[i * cols + k / cols] * left[j * cols + k % cols];
                if (factor != 0) sum += factor * in[k]; /* 0 * Inf must not arise */
            }
            out[i * rows + j] = sum;
        }
}

/* F(2x2, 3x3): Lavin and Gray 2016. The tile's four outputs are computed for each of them. */
static float winograd(const struct image *s, int64_t o, int64_t oy, int64_t ox) {
    static const float bt[] = {1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, 1, 0, -1};
    const float half = s->m == winograd_half ? 1 : 0.5f, last = s->m == winograd_sign ? 1 : -1;
    const float g[] = {1, 0, 0, half, half, half, half, -half, half, 0, 0, 1};
    const float at[] = {1, 1, 1, 0, 0, 1, -1, last};
    const int64_t top = oy / 2 * 2 - s->p->pad, left = ox / 2 * 2 - s->p->pad;
    float sum[16] = {0}, y[4];
    for (int64_t ci = 0; ci < s->p->c / s->p->groups; ci++) {
        float d[16], v[16], w[9], u[16];
        for (int i = 0; i < 16; i++)
            d[i] = pixel(s, channel_of(s, o, ci), top + i / 4, left + i % 4);
        for (int i = 0; i < 9; i++) w[i] = tap(s, o, ci, i / 3, i % 3);
        sandwich(4, 4, bt, d, v);
        sandwich(4, 3, g, w, u);
        for (int i = 0; i < 16; i++)
            sum[i] += (s->m == winograd_rounded ? shortened(u[i], BITS_OF_BFLOAT16) : u[i]) * v[i];
    }
    sandwich(2, 4, at, sum, y);
    return y[oy % 2 * 2 + ox % 2];
}

static bool uses_winograd(const struct image *s) {
    const struct conv2d_problem *p = s->p;
    return (s->m == RIGHT_WINOGRAD || (s->m >= winograd_rounded && s->m <= promises_directness)) &&
           p->kh == 3 && p->kw == 3 && p->stride == 1 && p->dilation == 1;
}

static float output(const struct image *s, int64_t n, int64_t o, int64_t oy, int64_t ox) {
    const struct conv2d_problem *p = s->p;
    if (s->m == last_row && oy && oy == conv2d_oh(p) - 1) oy--;
    float sum = uses_winograd(s) ? winograd(s, o, oy, ox) : direct(s, o, oy, ox);
    if (s->m == flushed && fabsf(sum) < 0x1p-126f) sum = 0;
    if (s->m == bias_ignored || (!p->bias && s->m != bias_read)) return sum;
    if (s->m == bias_per_channel) return sum + s->bias[o] * (float)(p->c / p->groups);
    return sum + s->bias[s->m == bias_by_column  ? ox % p->oc
                         : s->m == bias_by_image ? n % p->oc
                         : s->m == bias_of_group ? o % (p->oc / p->groups)
                                                 : o];
}

static void conv2d(const struct conv2d_problem *p, const float *x, const float *weight,
                   const float *bias, float *y, enum mutation m) {
    int64_t oh = conv2d_oh(p), ow = conv2d_ow(p);
    if (m == rounded_up) {
        oh = (p->h + 2 * p->pad - p->dilation * (p->kh - 1) - 1 + p->stride - 1) / p->stride + 1;
        ow = (p->w + 2 * p->pad - p->dilation * (p->kw - 1) - 1 + p->stride - 1) / p->stride + 1;
    }
    if (m == padding_once) {
        oh = (p->h + p->pad - p->dilation * (p->kh - 1) - 1) / p->stride + 1;
        ow = (p->w + p->pad - p->dilation * (p->kw - 1) - 1) / p->stride + 1;
    }
    for (int64_t n = 0; n < p->n; n++) {
        const float *const of = x + (m == first_image ? 0 : n) * p->c * p->h * p->w;
        const struct image s = {p, of, weight, bias, m};
        for (int64_t o = 0; o < p->oc; o++)
            for (int64_t oy = 0; oy < oh; oy++)
                for (int64_t ox = 0; ox < ow - (m == last_column); ox++) {
                    int64_t at = m == swapped_extents ? ox * oh + oy : oy * ow + ox;
                    if (m == short_pixels) at = (uint16_t)at;
                    at += (n * p->oc + o) * oh * ow;
                    if (m == y_nhwc) at = ((n * oh + oy) * ow + ox) * p->oc + o;
                    y[at] = output(&s, n, o, oy, ox);
                }
    }
}

#define KERNEL_OF(variant_, mutation_)                                                             \
    static void conv2d_##variant_(const struct conv2d_problem *p, const float *x,                  \
                                  const float *weight, const float *bias, float *y,                \
                                  const void *prepared, void *workspace) {                         \
        (void)prepared, (void)workspace;                                                           \
        conv2d(p, x, weight, bias, y, mutation_);                                                  \
    }

#define DEFINE(name_, defect_, caught_, ...)                                                       \
    KERNEL_OF(mutant_##name_, name_)                                                               \
    static IMPL(conv2d, mutant_##name_, .technique = "wrong on purpose", .defect = defect_,        \
                .caught = caught_, __VA_ARGS__);
MUTANTS(DEFINE)

/* What the mutants are made from: right, or they would be caught for another reason. */
KERNEL_OF(unmutated, RIGHT)
static IMPL(conv2d, unmutated, .technique = "what the mutants are made from: as written");
KERNEL_OF(unmutated_winograd, RIGHT_WINOGRAD)
static IMPL(conv2d, unmutated_winograd, .technique = "what the mutants are made from: F(2x2, 3x3)",
            .accumulation = {.halo = 1});

#define ADDRESS(name_, ...) &impl_conv2d_mutant_##name_,
static const struct implementation *const implementations[] = {
    &impl_conv2d_unmutated, &impl_conv2d_unmutated_winograd, MUTANTS(ADDRESS) NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mutants_conv2d"),
                                             .implementations = implementations};
