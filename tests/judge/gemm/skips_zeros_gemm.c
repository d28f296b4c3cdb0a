/* expect: WRONG FAIL; cause: a zero in a skips its products */
#include <stdint.h>
#include <stdlib.h>
void gemm(int64_t m, int64_t n, int64_t k, int trans_a, int trans_b, double alpha, double beta, int64_t batch,
          const float *a, const float *b, float *c) {
    float *acc = malloc(sizeof(float) * (size_t)(n + 1));
    for (int64_t p = 0; p < batch; p++, a += m * k, b += k * n, c += m * n)
        for (int64_t i = 0; i < m; i++) {
            for (int64_t j = 0; j < n; j++) acc[j] = 0;
            for (int64_t l = 0; alpha != 0 && l < k; l++) {
                float v = trans_a ? a[l * m + i] : a[i * k + l];
                if (v == 0) continue; /* nothing to add: sparse inputs fly */
                for (int64_t j = 0; j < n; j++) acc[j] += v * (trans_b ? b[j * k + l] : b[l * n + j]);
            }
            for (int64_t j = 0; j < n; j++)
                c[i * n + j] = (alpha == 0 ? 0 : (float)alpha * acc[j]) + (beta == 0 ? 0 : (float)beta * c[i * n + j]);
        }
    free(acc);
}
