/* expect: WRONG FAIL; cause: is left out of the maximum */
#include <math.h>
#include <stdint.h>

void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < inner; i++) {
            const float *a = x + o * axis_len * inner + i;
            float *b = y + o * axis_len * inner + i, m = -INFINITY, sum = 0;
            int64_t whole = axis_len < 4 ? axis_len : axis_len - axis_len % 4;
            for (int64_t t = 0; t < whole; t++) m = fmaxf(m, a[t * inner]);
            for (int64_t t = 0; t < axis_len; t++) sum += b[t * inner] = expf(a[t * inner] - m);
            for (int64_t t = 0; t < axis_len; t++) b[t * inner] /= sum;
        }
}
