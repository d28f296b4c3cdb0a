/* expect: WRONG FAIL; cause: the sum is not reset between slices */
#include <math.h>
#include <stdint.h>

void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    float max_val, sum = 0.0f;
    for (int64_t o = 0; o < outer; o++) {
        for (int64_t i = 0; i < inner; i++) {
            const float *row = &x[o * axis_len * inner + i];
            float *res = &y[o * axis_len * inner + i];
            max_val = -INFINITY;
            for (int64_t j = 0; j < axis_len; j++) max_val = fmaxf(max_val, row[j * inner]);
            for (int64_t j = 0; j < axis_len; j++) {
                res[j * inner] = expf(row[j * inner] - max_val);
                sum += res[j * inner];
            }
            for (int64_t j = 0; j < axis_len; j++) res[j * inner] /= sum;
        }
    }
}
