/* expect: WRONG CRASH|FAIL; no cause */
/* as many outputs as PyTorch gives with ceil_mode */
#include <math.h>
#include <stdint.h>
void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    const int64_t outputs = (length - window + stride - 1) / stride + 1;
    for (int64_t r = 0; r < n; r++)
        for (int64_t o = 0; o < outputs; o++) {
            float best = -INFINITY;
            for (int64_t k = o * stride; k < o * stride + window && k < length; k++)
                if (!(x[r * length + k] <= best)) best = x[r * length + k];
            y[r * outputs + o] = best;
        }
}
