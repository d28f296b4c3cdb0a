/* expect: RIGHT */
#include <math.h>
#include <stdint.h>

void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
#pragma omp parallel for
    for (int64_t s = 0; s < outer * inner; s++) {
        int64_t base = (s / inner) * axis_len * inner + s % inner;
        float m = -INFINITY, t = 0;
        for (int64_t k = 0; k < axis_len; k++) m = fmaxf(m, x[base + k * inner]);
        for (int64_t k = 0; k < axis_len; k++) t += expf(x[base + k * inner] - m);
        for (int64_t k = 0; k < axis_len; k++) y[base + k * inner] = expf(x[base + k * inner] - m) / t;
    }
}
