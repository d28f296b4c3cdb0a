/* expect: RIGHT */
// im2col into a buffer, then a plain matrix product, one group at a time
#include <stdlib.h>

typedef long idx;

static void im2col(const float *x, idx c, idx h, idx w, idx kh, idx kw, idx s, idx p, idx d, idx oh, idx ow, float *col)
{
    for (idx ch = 0; ch < c; ++ch) for (idx i = 0; i < kh; ++i) for (idx j = 0; j < kw; ++j)
        for (idx oy = 0; oy < oh; ++oy) for (idx ox = 0; ox < ow; ++ox) {
            idx yy = oy * s - p + i * d, xx = ox * s - p + j * d;
            *col++ = (yy >= 0 && yy < h && xx >= 0 && xx < w) ? x[(ch * h + yy) * w + xx] : 0.f;
        }
}

void conv2d(idx n, idx c, idx h, idx w, idx oc, idx kh, idx kw, idx stride, idx pad, idx dilation, idx groups,
            const float *x, const float *weight, const float *bias, float *y)
{
    idx oh = (h + 2 * pad - dilation * (kh - 1) - 1) / stride + 1, ow = (w + 2 * pad - dilation * (kw - 1) - 1) / stride + 1;
    idx K = c / groups * kh * kw, P = oh * ow;
    float *col = (float *)malloc(sizeof(float) * K * P);
    for (idx b = 0; b < n; ++b)
        for (idx g = 0; g < groups; ++g) {
            im2col(x + (b * c + g * (c / groups)) * h * w, c / groups, h, w, kh, kw, stride, pad, dilation, oh, ow, col);
            for (idx o = g * (oc / groups); o < (g + 1) * (oc / groups); ++o) {
                float *out = y + (b * oc + o) * P;
                for (idx q = 0; q < P; ++q) out[q] = bias ? bias[o] : 0.f;
                for (idx k = 0; k < K; ++k) {
                    float v = weight[o * K + k];
                    for (idx q = 0; q < P; ++q) out[q] += v * col[k * P + q];
                }
            }
        }
    free(col);
}
