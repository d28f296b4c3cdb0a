/* expect: WRONG FAIL; cause: the maximum starts from 0 */
#include <math.h>
#include <stdint.h>
void softmax(int64_t O, int64_t N, int64_t I, const float *x, float *y) {
    for (int64_t o = 0; o < O; o++) for (int64_t i = 0; i < I; i++) {
        float max = 0;
        for (int64_t n = 0; n < N; n++)
            if (x[(o*N + n)*I + i] > max) max = x[(o*N + n)*I + i];
        float sum = 0;
        for (int64_t n = 0; n < N; n++) sum += expf(x[(o*N + n)*I + i] - max);
        for (int64_t n = 0; n < N; n++) y[(o*N + n)*I + i] = expf(x[(o*N + n)*I + i] - max) / sum;
    }
}
