/* expect: WRONG FAIL; cause?: Schraudolph */
#include <math.h>
#include <stdint.h>
#include <string.h>
static inline float fastexp(float v) {
    if (v < -87.0f) v = -87.0f;
    int32_t i = (int32_t)(12102203.0f * v) + 1064866805;
    float f;
    memcpy(&f, &i, 4);
    return f;
}
void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t s = 0; s < outer * inner; s++) {
        const float *p = x + s / inner * axis_len * inner + s % inner;
        float *q = y + (p - x), m = -INFINITY, d = 0;
        for (int64_t k = 0; k < axis_len; k++) m = fmaxf(m, p[k * inner]);
        for (int64_t k = 0; k < axis_len; k++) d += q[k * inner] = fastexp(p[k * inner] - m);
        for (int64_t k = 0; k < axis_len; k++) q[k * inner] /= d;
    }
}
