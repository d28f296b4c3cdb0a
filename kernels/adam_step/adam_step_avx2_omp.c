#include "kernels/core/vector_avx2.h"

#include "kernels/adam_step/adam_step_omp.h"

static void adam_step_avx2_omp(const struct adam_step_problem *p, float *param, const float *grad,
                               float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    const struct adam_streams streams = {param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq};
    adam_parallel(p, &streams);
}

ADAM_STEP(avx2_omp, .technique = "avx2, blocks of parameters shared out among threads",
          .isa = ISA_AVX2, .uses_threads = true);
