/* expect: RIGHT */
#include <stdint.h>
#include <stdlib.h>
/* Gil and Werman: running maxima forwards and backwards in blocks of the window's length */
static float larger(float a, float b) { return a != a ? a : b != b ? b : a > b ? a : b; }
void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    const int64_t outputs = (length - window) / stride + 1;
    float *prefix = malloc(2 * (size_t)length * sizeof *prefix), *suffix = prefix + length;
    for (int64_t row = 0; row < n; row++, x += length, y += outputs) {
        for (int64_t i = 0; i < length; i++) prefix[i] = i % window ? larger(prefix[i - 1], x[i]) : x[i];
        for (int64_t i = length - 1; i >= 0; i--)
            suffix[i] = i == length - 1 || (i + 1) % window == 0 ? x[i] : larger(suffix[i + 1], x[i]);
        for (int64_t o = 0; o < outputs; o++) y[o] = larger(suffix[o * stride], prefix[o * stride + window - 1]);
    }
    free(prefix);
}
