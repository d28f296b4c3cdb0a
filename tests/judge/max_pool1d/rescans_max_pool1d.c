/* expect: RIGHT */
// looks again only when the maximum has left the window
#include <math.h>
#include <stdint.h>

void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    int64_t outs = (length - window) / stride + 1;
    for (int64_t r = 0; r < n; r++) {
        const float *row = x + r * length;
        int64_t at = -1; /* where the maximum stands */
        for (int64_t o = 0; o < outs; o++) {
            int64_t from = o * stride, to = from + window, k = from;
            if (at >= from && o > 0) k = from - stride + window; /* only what is new */
            else at = from;
            if (k < from) k = from;
            for (; k < to; k++)
                if (isnan(row[k]) || row[k] >= row[at]) at = k;
            y[r * outs + o] = row[at];
        }
    }
}
