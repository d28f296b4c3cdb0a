/* expect: RIGHT */
// from every input to the outputs that see it
#include <math.h>
#include <stdint.h>

void conv2d(int64_t n, int64_t c, int64_t h, int64_t w, int64_t oc, int64_t kh, int64_t kw,
            int64_t stride, int64_t pad, int64_t dilation, int64_t groups, const float *x,
            const float *weight, const float *bias, float *y) {
    int64_t oh = (h + 2 * pad - dilation * (kh - 1) - 1) / stride + 1;
    int64_t ow = (w + 2 * pad - dilation * (kw - 1) - 1) / stride + 1;
    int64_t cg = c / groups, og = oc / groups;
    for (int64_t b = 0; b < n; b++)
        for (int64_t o = 0; o < oc; o++) {
            float *out = y + (b * oc + o) * oh * ow;
            for (int64_t i = 0; i < oh * ow; i++) out[i] = bias ? bias[o] : 0.0f;
            for (int64_t ci = 0; ci < cg; ci++) {
                const float *in = x + (b * c + o / og * cg + ci) * h * w;
                for (int64_t iy = 0; iy < h; iy++)
                    for (int64_t ix = 0; ix < w; ix++)
                        for (int64_t ky = 0; ky < kh; ky++) {
                            int64_t ty = iy + pad - ky * dilation;
                            if (ty < 0 || ty % stride || ty / stride >= oh) continue;
                            for (int64_t kx = 0; kx < kw; kx++) {
                                int64_t tx = ix + pad - kx * dilation;
                                if (tx < 0 || tx % stride || tx / stride >= ow) continue;
                                out[ty / stride * ow + tx / stride] +=
                                    in[iy * w + ix] * weight[((o * cg + ci) * kh + ky) * kw + kx];
                            }
                        }
            }
        }
}
