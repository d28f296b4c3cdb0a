#include <math.h>

#include "kernels/norm/layer_norm.h"

static double plain_mean(const float *x, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += x[i];
    return sum / (double)count;
}

/* Mean and sum of squared deviations in one pass: Welford, "Note on a method for calculating
 * corrected sums of squares and products", Technometrics 4 (1962). In double, since the recurrence
 * in float32 has an error in the variance that two passes do not have: proportional to
 * |mean| / deviation. */
static void layer_norm_welford(const struct layer_norm_problem *p, const float *x,
                               const float *weight, const float *bias, float *y, float *mean,
                               float *rstd) {
    for (int64_t row = 0; row < p->rows; row++, x += p->cols, y += p->cols) {
        double centre = 0, squares = 0;
        for (int64_t i = 0; i < p->cols; i++) {
            const double before = x[i] - centre;
            centre += before / (double)(i + 1);
            squares += before * (x[i] - centre);
        }
        /* from an infinite mean on, the recurrence only makes Inf - Inf */
        if (!isfinite(centre)) centre = plain_mean(x, p->cols);
        const double scale = 1 / sqrt(squares / (double)p->cols + p->eps);
        for (int64_t i = 0; i < p->cols; i++) {
            const double z = (x[i] - centre) * scale;
            y[i] = (float)(p->affine ? z * weight[i] + bias[i] : z);
        }
        mean[row] = p->cols ? (float)centre : NAN;
        rstd[row] = (float)scale;
    }
}

IMPL(layer_norm, welford,
     .technique = "mean and variance in one pass by Welford's recurrence, in double",
     .accumulation = {.summation = SUM_COMPENSATED});
