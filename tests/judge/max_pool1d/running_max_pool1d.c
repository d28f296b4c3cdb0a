/* expect: WRONG FAIL; cause: is not reset */
// one declaration too far out
#include <math.h>
#include <stdint.h>

void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    int64_t outs = (length - window) / stride + 1;
    for (int64_t r = 0; r < n; r++) {
        float m = -INFINITY;
        for (int64_t o = 0; o < outs; o++) {
            const float *in = x + r * length + o * stride;
            for (int64_t k = 0; k < window; k++) if (in[k] > m || in[k] != in[k]) m = in[k];
            y[r * outs + o] = m;
        }
    }
}
