/* expect: WRONG FAIL; cause?: the kernel is flipped */
// convolution as in signal processing
#include <stdint.h>
void conv2d(int64_t n, int64_t c, int64_t h, int64_t w, int64_t oc, int64_t kh, int64_t kw, int64_t stride, int64_t pad,
            int64_t dilation, int64_t groups, const float *x, const float *weight, const float *bias, float *y) {
    const int64_t oh = (h + 2 * pad - dilation * (kh - 1) - 1) / stride + 1;
    const int64_t ow = (w + 2 * pad - dilation * (kw - 1) - 1) / stride + 1;
    const int64_t gc = c / groups, goc = oc / groups;
    for (int64_t b = 0; b < n; b++)
        for (int64_t o = 0; o < oc; o++)
            for (int64_t oy = 0; oy < oh; oy++)
                for (int64_t ox = 0; ox < ow; ox++) {
                    float sum = bias ? bias[o] : 0;
                    for (int64_t i = 0; i < gc; i++)
                        for (int64_t ky = 0; ky < kh; ky++)
                            for (int64_t kx = 0; kx < kw; kx++) {
                                const int64_t iy = oy * stride + ky * dilation - pad, ix = ox * stride + kx * dilation - pad;
                                if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
                                sum += weight[((o * gc + i) * kh + kh - 1 - ky) * kw + kw - 1 - kx] * x[((b * c + o / goc * gc + i) * h + iy) * w + ix];
                            }
                    *y++ = sum;
                }
}
