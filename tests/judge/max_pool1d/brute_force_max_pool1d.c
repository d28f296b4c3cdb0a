/* expect: RIGHT */
#include <math.h>
#include <stdint.h>
void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    int64_t out = (length - window) / stride + 1;
    for (int64_t r = 0; r < n; r++)
        for (int64_t o = 0; o < out; o++) {
            float best = -INFINITY;
            for (int64_t k = 0; k < window; k++) {
                float v = x[r * length + o * stride + k];
                if (v > best || isnan(v)) { best = v; if (isnan(v)) break; }
            }
            y[r * out + o] = best;
        }
}
