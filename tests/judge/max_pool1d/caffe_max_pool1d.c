/* expect: WRONG FAIL; cause: the maximum starts from -FLT_MAX */
// as in Caffe
#include <float.h>
#include <math.h>
#include <stdint.h>

void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    int64_t outs = (length - window) / stride + 1;
    for (int64_t r = 0; r < n; r++)
        for (int64_t o = 0; o < outs; o++) {
            const float *in = x + r * length + o * stride;
            float m = -FLT_MAX;
            for (int64_t k = 0; k < window; k++) if (in[k] > m) m = in[k];
            y[r * outs + o] = m;
        }
}
