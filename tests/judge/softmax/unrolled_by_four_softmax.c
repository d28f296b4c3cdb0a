/* expect: WRONG FAIL; no cause */
/* elements beyond the last multiple of four are forgotten in the sum, in rows alone */
#include <math.h>
#include <stdint.h>
void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t s = 0; s < outer * inner; s++) {
        const float *p = x + s / inner * axis_len * inner + s % inner;
        float *q = y + (p - x), m = -INFINITY, d0 = 0, d1 = 0, d2 = 0, d3 = 0;
        int64_t k = 0;
        for (k = 0; k < axis_len; k++) m = fmaxf(m, p[k * inner]);
        for (k = 0; k + 4 <= axis_len; k += 4) {
            d0 += expf(p[(k + 0) * inner] - m);
            d1 += expf(p[(k + 1) * inner] - m);
            d2 += expf(p[(k + 2) * inner] - m);
            d3 += expf(p[(k + 3) * inner] - m);
        }
        for (; inner > 1 && k < axis_len; k++) d0 += expf(p[k * inner] - m);
        const float d = d0 + d1 + d2 + d3;
        for (k = 0; k < axis_len; k++) q[k * inner] = expf(p[k * inner] - m) / d;
    }
}
