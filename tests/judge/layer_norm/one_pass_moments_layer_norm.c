/* expect: WRONG FAIL; cause?: which cancels when the mean is large */
/* what is left after E[x^2] and E[x]^2 cancel is noise: named where the compiler fuses the same products */
#include <math.h>
#include <stdint.h>
// one pass over the data: var = E[x^2] - E[x]^2
void layer_norm(int64_t rows, int64_t cols, double eps, int affine, const float *x, const float *weight,
                const float *bias, float *y, float *mean, float *rstd) {
    for (int64_t r = 0; r < rows; r++) {
        float s = 0.0f, ss = 0.0f;
        for (int64_t c = 0; c < cols; c++) {
            s += x[r * cols + c];
            ss += x[r * cols + c] * x[r * cols + c];
        }
        mean[r] = s / cols;
        rstd[r] = 1.0f / sqrtf(ss / cols - mean[r] * mean[r] + (float)eps);
        for (int64_t c = 0; c < cols; c++) {
            y[r * cols + c] = (x[r * cols + c] - mean[r]) * rstd[r];
            if (affine) y[r * cols + c] = y[r * cols + c] * weight[c] + bias[c];
        }
    }
}
