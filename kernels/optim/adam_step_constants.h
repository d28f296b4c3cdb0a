/* What the vector forms of adam_step compute once per call: everything in double, rounded last. */
#ifndef KERNELS_OPTIM_ADAM_STEP_CONSTANTS_H
#define KERNELS_OPTIM_ADAM_STEP_CONSTANTS_H

#include <math.h>

#include "kernels/optim/adam_step.h"

struct adam_constants {
    float sign;          /* of the gradient */
    float l2;            /* weight decay through the gradient */
    float keep;          /* what decoupled weight decay leaves of a parameter */
    float beta1, fresh1; /* fresh = 1 - beta */
    float beta2, fresh2;
    float step_size;  /* lr / (1 - beta1^step) */
    float root_scale; /* 1 / sqrt(1 - beta2^step) */
    float eps;
    bool
        through_gradient; /* l2 applies; else the parameter must not touch the gradient (Inf * 0) */
};

static inline struct adam_constants adam_constants(const struct adam_step_problem *p) {
    const double step = (double)p->step;
    return (struct adam_constants){
        .sign = p->maximize ? -1.0f : 1.0f,
        .l2 = (float)p->weight_decay,
        .keep = p->decoupled ? (float)(1 - p->lr * p->weight_decay) : 1.0f,
        .beta1 = (float)p->beta1,
        .fresh1 = (float)(1 - p->beta1),
        .beta2 = (float)p->beta2,
        .fresh2 = (float)(1 - p->beta2),
        .step_size = (float)(p->lr / (1 - pow(p->beta1, step))),
        .root_scale = (float)(1 / sqrt(1 - pow(p->beta2, step))),
        .eps = (float)p->eps,
        .through_gradient = p->weight_decay != 0 && !p->decoupled,
    };
}

#endif
