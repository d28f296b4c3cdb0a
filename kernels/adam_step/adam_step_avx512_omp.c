#include "kernels/core/vector_avx512.h"

#include "kernels/adam_step/adam_step_omp.h"

static void adam_step_avx512_omp(const struct adam_step_problem *p, float *param, const float *grad,
                                 float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    const struct adam_streams streams = {param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq};
    adam_parallel(p, &streams);
}

ADAM_STEP(avx512_omp, .technique = "avx512, blocks of parameters shared out among threads",
          .isa = ISA_AVX512, .uses_threads = true);
