#include "kernels/core/vector_avx2.h"

#include "kernels/adam_step/adam_step_range.h"

static void adam_step_avx2(const struct adam_step_problem *p, float *param, const float *grad,
                           float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    const struct adam_constants constants = adam_constants(p);
    const struct adam_streams streams = {param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq};
    adam_range(&constants, &streams, 0, p->n);
}

ADAM_STEP(avx2, .technique = "fused, one pass, 8 parameters per instruction", .isa = ISA_AVX2);
