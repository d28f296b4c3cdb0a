/* expect: WRONG FAIL; cause: not by its root */
//
#include <math.h>
#include <stdint.h>

static double larger(double a, double b) { return isnan(a) ? a : isnan(b) ? b : a > b ? a : b; }

void adam_step(int64_t n, int64_t step, double lr, double beta1, double beta2, double eps, double weight_decay, int decoupled,
               int amsgrad, int maximize, float *param, const float *grad, float *exp_avg, float *exp_avg_sq,
               float *max_exp_avg_sq) {
    const double c1 = 1 - pow(beta1, (double)step), c2 = 1 - pow(beta2, (double)step);
    for (int64_t i = 0; i < n; i++) {
        float g = maximize ? -grad[i] : grad[i];
        double p = param[i];
        if (weight_decay != 0) {
            if (decoupled) p *= 1 - lr * weight_decay;
            else g += (float)(weight_decay * p);
        }
        const float m = (float)(beta1 * exp_avg[i] + (1 - beta1) * g); const double v = beta2 * exp_avg_sq[i] + (1 - beta2) * g * g;
        exp_avg[i] = (float)m;
        exp_avg_sq[i] = (float)v;
        double d = (float)v;
        if (amsgrad) max_exp_avg_sq[i] = (float)(d = larger(max_exp_avg_sq[i], (float)v));
        param[i] = (float)(p - lr / c1 * m / (sqrt(d) / c2 + eps));
    }
}
