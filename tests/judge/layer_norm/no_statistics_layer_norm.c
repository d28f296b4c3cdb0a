/* expect: WRONG FAIL; no cause */
/* y is right; the outputs mean and rstd are forgotten */
#include <math.h>
#include <stdint.h>
void layer_norm(int64_t rows, int64_t cols, double eps, int affine, const float *x, const float *weight,
                const float *bias, float *y, float *mean, float *rstd) {
    (void)mean, (void)rstd;
    for (int64_t r = 0; r < rows; r++) {
        double m = 0, v = 0;
        for (int64_t i = 0; i < cols; i++) m += x[r * cols + i] / (double)cols;
        for (int64_t i = 0; i < cols; i++) v += (x[r * cols + i] - m) * (x[r * cols + i] - m) / (double)cols;
        for (int64_t i = 0; i < cols; i++)
            y[r * cols + i] = (float)((x[r * cols + i] - m) / sqrt(v + eps)) * (affine ? weight[i] : 1) + (affine ? bias[i] : 0);
    }
}
