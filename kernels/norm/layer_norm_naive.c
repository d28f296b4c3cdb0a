#include <math.h>

#include "kernels/norm/layer_norm.h"

static void layer_norm_naive(const struct layer_norm_problem *p, const float *x,
                             const float *weight, const float *bias, float *y, float *mean,
                             float *rstd) {
    for (int64_t row = 0; row < p->rows; row++, x += p->cols, y += p->cols) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < p->cols; i++) sum += x[i];
        const float centre = (float)(sum / (double)p->cols);
        for (int64_t i = 0; i < p->cols; i++) {
            const double d = x[i] - centre;
            squares += d * d;
        }
        const float scale = (float)(1 / sqrt(squares / (double)p->cols + p->eps));
        for (int64_t i = 0; i < p->cols; i++) {
            const float z = (x[i] - centre) * scale;
            y[i] = p->affine ? z * weight[i] + bias[i] : z;
        }
        mean[row] = centre;
        rstd[row] = scale;
    }
}

IMPL(layer_norm, naive, .technique = "two passes and a third to write; sums in double",
     .accumulation = {.summation = SUM_COMPENSATED});
