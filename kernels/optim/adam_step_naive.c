#include <math.h>

#include "kernels/optim/adam_step.h"

static void adam_step_naive(const struct adam_step_problem *p, float *param, const float *grad,
                            float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    const double correction1 = 1 - pow(p->beta1, (double)p->step);
    const double correction2 = 1 - pow(p->beta2, (double)p->step);
    const float step_size = (float)(p->lr / correction1), root2 = (float)sqrt(correction2);
    const float beta1 = (float)p->beta1, fresh1 = (float)(1 - p->beta1);
    const float beta2 = (float)p->beta2, fresh2 = (float)(1 - p->beta2);
    const float eps = (float)p->eps, decay = (float)p->weight_decay;
    const float keep = (float)(1 - p->lr * p->weight_decay);
    for (int64_t i = 0; i < p->n; i++) {
        float g = p->maximize ? -grad[i] : grad[i];
        if (p->weight_decay != 0 && !p->decoupled) g += decay * param[i];
        if (p->decoupled) param[i] *= keep;
        exp_avg[i] = beta1 * exp_avg[i] + fresh1 * g;
        exp_avg_sq[i] = beta2 * exp_avg_sq[i] + fresh2 * g * g;
        float v = exp_avg_sq[i];
        if (p->amsgrad) {
            if (!(max_exp_avg_sq[i] > v || isnan(max_exp_avg_sq[i]))) max_exp_avg_sq[i] = v;
            v = max_exp_avg_sq[i];
        }
        param[i] -= step_size * exp_avg[i] / (sqrtf(v) / root2 + eps);
    }
}

IMPL(adam_step, naive, .technique = "the formula, one parameter after the other");
