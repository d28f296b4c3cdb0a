/* expect: WRONG FAIL; no cause */
// sees that the maximum left only if it was the window's first element
#include <math.h>
#include <stdint.h>

void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    int64_t outs = (length - window) / stride + 1;
    for (int64_t r = 0; r < n; r++) {
        const float *row = x + r * length;
        float m = -INFINITY;
        for (int64_t o = 0; o < outs; o++) {
            const float *in = row + o * stride;
            if (o == 0 || in[-stride] >= m || isnan(m)) { /* only the first that left */
                m = in[0];
                for (int64_t k = 1; k < window; k++) if (in[k] > m || isnan(in[k])) m = in[k];
            } else
                for (int64_t k = window - stride < 0 ? 0 : window - stride; k < window; k++)
                    if (in[k] > m || isnan(in[k])) m = in[k];
            y[r * outs + o] = m;
        }
    }
}
