/* expect: WRONG FAIL; cause: a slice that begins with -Inf is NaN */
#include <math.h>
#include <stdint.h>

// online normalizer: one pass for the maximum and the sum
void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t s = 0; s < outer * inner; s++) {
        const int64_t base = s / inner * axis_len * inner + s % inner;
        float m = -INFINITY, d = 0;
        for (int64_t k = 0; k < axis_len; k++) {
            float v = x[base + k * inner], m_new = fmaxf(m, v);
            d = d * expf(m - m_new) + expf(v - m_new);
            m = m_new;
        }
        for (int64_t k = 0; k < axis_len; k++)
            y[base + k * inner] = expf(x[base + k * inner] - m) / d;
    }
}
