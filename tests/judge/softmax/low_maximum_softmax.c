/* expect: WRONG FAIL; cause: not from -INFINITY */
#include <math.h>
#include <stdint.h>

#define MIN_SCORE -1000.0f

void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < inner; i++) {
            const float *in = x + o * axis_len * inner + i;
            float *out = y + o * axis_len * inner + i, top = MIN_SCORE, sum = 0;
            for (int64_t k = 0; k < axis_len; k++)
                if (!(in[k * inner] <= top)) top = in[k * inner];
            for (int64_t k = 0; k < axis_len; k++) sum += expf(in[k * inner] - top);
            for (int64_t k = 0; k < axis_len; k++) out[k * inner] = expf(in[k * inner] - top) / sum;
        }
}
