/* expect: WRONG FAIL; no cause */
// the borders of the last call are left in a static buffer
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>

void conv2d(int64_t n, int64_t c, int64_t h, int64_t w, int64_t oc, int64_t kh, int64_t kw,
            int64_t stride, int64_t pad, int64_t dilation, int64_t groups, const float *x,
            const float *weight, const float *bias, float *y) {
    int64_t oh = (h + 2 * pad - dilation * (kh - 1) - 1) / stride + 1;
    int64_t ow = (w + 2 * pad - dilation * (kw - 1) - 1) / stride + 1;
    int64_t cg = c / groups, og = oc / groups;
    const int64_t H = h + 2 * pad, W = w + 2 * pad;
    static float *padded;
    static int64_t have;
    if (have < c * H * W) {
        free(padded);
        padded = calloc(have = c * H * W, sizeof *padded);
    }
    for (int64_t b = 0; b < n; b++) {
        for (int64_t ch = 0; ch < c; ch++)
            for (int64_t r = 0; r < h; r++)
                memcpy(padded + (ch * H + r + pad) * W + pad, x + ((b * c + ch) * h + r) * w, w * sizeof *x);
        for (int64_t o = 0; o < oc; o++)
            for (int64_t oy = 0; oy < oh; oy++)
                for (int64_t ox = 0; ox < ow; ox++) {
                    double sum = bias ? bias[o] : 0;
                    for (int64_t ci = 0; ci < cg; ci++)
                        for (int64_t ky = 0; ky < kh; ky++)
                            for (int64_t kx = 0; kx < kw; kx++)
                                sum += padded[((o / og * cg + ci) * H + oy * stride + ky * dilation) * W + ox * stride + kx * dilation] *
                                       weight[((o * cg + ci) * kh + ky) * kw + kx];
                    y[((b * oc + o) * oh + oy) * ow + ox] = sum;
                }
    }
}
