/* expect: WRONG FAIL; cause?: a running mean makes Inf - Inf */
#include <math.h>
#include <stdint.h>

void layer_norm(int64_t rows, int64_t cols, double eps, int64_t affine, const float *x,
                const float *weight, const float *bias, float *y, float *mean, float *rstd) {
    for (int64_t r = 0; r < rows; r++, x += cols, y += cols) {
        double mu = cols ? 0 : NAN, m2 = 0;
        for (int64_t j = 0; j < cols; j++) {
            const double delta = x[j] - mu;
            mu += delta / (double)(j + 1);
            m2 += delta * (x[j] - mu);
        }
        const double inverse = 1 / sqrt(m2 / (double)cols + eps);
        mean[r] = (float)mu;
        rstd[r] = (float)inverse;
        for (int64_t j = 0; j < cols; j++) {
            const double z = (x[j] - mu) * inverse;
            y[j] = (float)(affine ? z * weight[j] + bias[j] : z);
        }
    }
}
