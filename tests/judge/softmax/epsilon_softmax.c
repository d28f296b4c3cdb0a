/* expect: WRONG FAIL; no cause */
/* the sum gets 1e-3 "so that nothing divides by zero": a size of epsilon that nobody else has */
#include <math.h>
#include <stdint.h>
void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t s = 0; s < outer * inner; s++) {
        const float *p = x + s / inner * axis_len * inner + s % inner;
        float *q = y + (p - x), m = -INFINITY, d = 0.f;
        for (int64_t k = 0; k < axis_len; k++) m = fmaxf(m, p[k * inner]);
        for (int64_t k = 0; k < axis_len; k++) d += expf(p[k * inner] - m);
        for (int64_t k = 0; k < axis_len; k++) q[k * inner] = expf(p[k * inner] - m) / (d + 1e-3f);
    }
}
