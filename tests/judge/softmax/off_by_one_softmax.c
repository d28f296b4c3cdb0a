/* expect: WRONG CRASH; no cause */
#include <math.h>
#include <stdint.h>
void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t s = 0; s < outer * inner; s++) {
        const float *p = x + s / inner * axis_len * inner + s % inner;
        float *q = y + (p - x), m = -INFINITY, d = 0;
        for (int64_t k = 0; k <= axis_len; k++) m = fmaxf(m, p[k * inner]);
        for (int64_t k = 0; k < axis_len; k++) d += expf(p[k * inner] - m);
        for (int64_t k = 0; k < axis_len; k++) q[k * inner] = expf(p[k * inner] - m) / d;
    }
}
