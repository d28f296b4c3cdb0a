#include "kernels/adam_step/adam_step_range_avx2.h"
#include "kernels/core/threads.h"

enum { BLOCK = 1 << 12 };

static void adam_step_avx2_omp(const struct adam_step_problem *p, float *param, const float *grad,
                               float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    const struct adam_constants constants = adam_constants(p);
    const struct adam_streams streams = {param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq};
    const int64_t blocks = (p->n + BLOCK - 1) / BLOCK;
    if (blocks <= 1) { /* waking a team costs more than a block */
        adam_range(&constants, &streams, 0, p->n);
        return;
    }
#pragma omp parallel for num_threads(threads_get()) schedule(static)
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t end = (b + 1) * BLOCK;
        adam_range(&constants, &streams, b * BLOCK, end < p->n ? end : p->n);
    }
}

ADAM_STEP(avx2_omp, .technique = "avx2, blocks of parameters shared out among threads",
          .isa = ISA_AVX2, .uses_threads = true);
