/* Published, and wrong: layer norm in one pass, with the variance as E[x^2] - E[x]^2.
 *
 * Algebra allows it, arithmetic does not: both terms are about mean^2, so their difference has lost
 * all digits of the variance when the mean is large beside the deviation, and may be negative. */
#include <math.h>

#include "kernels/core/plugin.h"
#include "kernels/norm/layer_norm.h"

static void layer_norm_wild_raw_variance(const struct layer_norm_problem *p, const float *x,
                                         const float *weight, const float *bias, float *y,
                                         float *mean, float *rstd) {
    const int64_t n = p->cols;
    for (int64_t row = 0; row < p->rows; row++) {
        float sum = 0, sum_of_squares = 0;
        for (int64_t i = 0; i < n; i++) {
            const float value = x[row * n + i];
            sum += value;
            sum_of_squares += value * value;
        }
        mean[row] = sum / (float)n;
        const float variance = sum_of_squares / (float)n - mean[row] * mean[row];
        rstd[row] = 1 / sqrtf(variance + (float)p->eps);
        for (int64_t i = 0; i < n; i++) {
            y[row * n + i] = (x[row * n + i] - mean[row]) * rstd[row];
            if (p->affine) y[row * n + i] = y[row * n + i] * weight[i] + bias[i];
        }
    }
}

static IMPL(layer_norm, wild_raw_variance, .technique = "one pass over x and x squared",
            .defect = "the variance is E[x^2] - E[x]^2, which cancels when the mean is large",
            .caught = "FAIL: elements wrong");

static const struct implementation *const implementations[] = {&impl_layer_norm_wild_raw_variance,
                                                               NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("wild_layer_norm_raw_variance"),
                                             .implementations = implementations};
