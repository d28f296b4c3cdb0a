/* expect: RIGHT */
#include <math.h>
#include <stdint.h>
void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < inner; i++) {
            const float *in = x + o * axis_len * inner + i;
            float *out = y + o * axis_len * inner + i;
            float m = -INFINITY, s = 0;
            for (int64_t k = 0; k < axis_len; k++) m = fmaxf(m, in[k * inner]);
            for (int64_t k = 0; k < axis_len; k++) s += out[k * inner] = expf(in[k * inner] - m);
            for (int64_t k = 0; k < axis_len; k++) out[k * inner] /= s;
        }
}
