/* expect: RIGHT */
#include <math.h>
#include <stdint.h>

void layer_norm(int64_t rows, int64_t cols, double eps, int affine, const float *x, const float *weight,
                const float *bias, float *y, float *mean, float *rstd) {
    for (int64_t r = 0; r < rows; r++, x += cols, y += cols) {
        double m = 0, v = 0;
        for (int64_t i = 0; i < cols; i++) m += x[i];
        m /= (double)cols;
        for (int64_t i = 0; i < cols; i++) v += (x[i] - m) * (x[i] - m);
        v /= (double)cols;
        const double s = 1 / sqrt(v + eps);
        for (int64_t i = 0; i < cols; i++) {
            double n = (x[i] - m) * s;
            if (affine) n = n * weight[i] + bias[i];
            y[i] = (float)n;
        }
        mean[r] = (float)m;
        rstd[r] = (float)s;
    }
}
