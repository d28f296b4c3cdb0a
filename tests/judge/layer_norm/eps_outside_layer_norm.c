/* expect: WRONG FAIL; cause: eps stands outside the root */

#include <math.h>
#include <stdint.h>

void layer_norm(int64_t rows, int64_t cols, double eps, int affine, const float *x, const float *weight,
                const float *bias, float *y, float *mean, float *rstd) {
    for (int64_t r = 0; r < rows; r++) {
        const float *in = x + r * cols;
        float *out = y + r * cols;
        float sum = 0, squares = 0;
        for (int64_t i = 0; i < cols; i++) sum += in[i];
        const float m = sum / cols;
        for (int64_t i = 0; i < cols; i++) squares += (in[i] - m) * (in[i] - m);
        const float s = 1 / (sqrtf(squares / cols) + (float)eps);
        for (int64_t i = 0; i < cols; i++) out[i] = affine ? (in[i] - m) * s * weight[i] + bias[i] : (in[i] - m) * s;
        mean[r] = m;
        rstd[r] = s;
    }
}
