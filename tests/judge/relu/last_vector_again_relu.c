/* expect: RIGHT */
#include <stdint.h>

static void vector(const float *x, float *y) {
    for (int lane = 0; lane < 8; lane++) y[lane] = x[lane] <= 0 ? 0 : x[lane];
}

// no scalar tail: the last vector overlaps the one before it
void relu(int64_t n, const float *x, float *y) {
    if (n < 8) {
        for (int64_t i = 0; i < n; i++) y[i] = x[i] <= 0 ? 0 : x[i];
        return;
    }
    for (int64_t i = 0; i + 8 <= n; i += 8) vector(x + i, y + i);
    vector(x + n - 8, y + n - 8);
}
