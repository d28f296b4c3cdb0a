/* expect: RIGHT */
// both corrections in the step size, and eps scaled with them
#include <math.h>
#include <stdint.h>

void adam_step(int64_t n, int64_t step, double lr, double beta1, double beta2, double eps,
               double weight_decay, int decoupled, int amsgrad, int maximize, float *param,
               const float *grad, float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    double bc1 = 1 - pow(beta1, step), bc2 = 1 - pow(beta2, step);
    for (int64_t i = 0; i < n; i++) {
        double g = maximize ? -grad[i] : grad[i];
        if (weight_decay != 0 && !decoupled) g += weight_decay * param[i];
        if (decoupled) param[i] *= 1 - lr * weight_decay;
        exp_avg[i] = beta1 * exp_avg[i] + (1 - beta1) * g;
        exp_avg_sq[i] = beta2 * exp_avg_sq[i] + (1 - beta2) * g * g;
        double u = exp_avg_sq[i];
        if (amsgrad) {
            if (!(max_exp_avg_sq[i] >= u) && max_exp_avg_sq[i] == max_exp_avg_sq[i]) max_exp_avg_sq[i] = u;
            u = max_exp_avg_sq[i];
        };
        param[i] -= lr * sqrt(bc2) / bc1 * exp_avg[i] / (sqrt(u) + eps * sqrt(bc2));
    }
}
