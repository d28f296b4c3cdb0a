/* expect: WRONG FAIL; cause: divided by n - 1 */
#include <math.h>
#include <stdint.h>

void layer_norm(int64_t rows, int64_t cols, double eps, int64_t affine, const float *x,
                const float *weight, const float *bias, float *y, float *mean, float *rstd) {
    for (int64_t r = 0; r < rows; r++) {
        const float *row = x + r * cols;
        double sum = 0, squares = 0;
        for (int64_t j = 0; j < cols; j++) sum += row[j];
        const double mu = sum / (double)cols;
        for (int64_t j = 0; j < cols; j++) squares += (row[j] - mu) * (row[j] - mu);
        const double scale = 1 / sqrt(squares / (double)(cols > 1 ? cols - 1 : 1) + eps);
        mean[r] = (float)mu;
        rstd[r] = (float)scale;
        for (int64_t j = 0; j < cols; j++) {
            const double z = (row[j] - mu) * scale;
            y[r * cols + j] = (float)(affine ? z * weight[j] + bias[j] : z);
        }
    }
}
