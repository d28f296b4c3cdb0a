/* expect: WRONG FAIL; cause: x > largest is false for NaN */

#include <float.h>
#include <math.h>
#include <stdint.h>
void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    const int64_t outputs = (length - window) / stride + 1;
    for (int64_t r = 0; r < n; r++)
        for (int64_t o = 0; o < outputs; o++) {
            const float *p = x + r * length + o * stride;
            float best = p[0];
            for (int64_t k = 1; k < window; k++) if (p[k] > best) best = p[k];
            y[r * outputs + o] = best;
        }
}
