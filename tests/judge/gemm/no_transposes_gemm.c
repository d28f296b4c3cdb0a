/* expect: WRONG FAIL; cause: trans_a and trans_b are both ignored */
#include <stdint.h>

void gemm(int64_t m, int64_t n, int64_t k, int64_t trans_a, int64_t trans_b, double alpha,
          double beta, int64_t batch, const float *a, const float *b, float *c) {
    (void)trans_a, (void)trans_b;
    for (int64_t e = 0; e < batch; e++, a += m * k, b += k * n, c += m * n)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) {
                float sum = 0;
                for (int64_t p = 0; p < k && alpha != 0; p++) {
                    const float x = a[i * k + p];
                    const float w = b[p * n + j];
                    sum += x * w;
                }
                float *to = c + i * n + j;
                *to = (float)alpha * sum + (beta == 0 ? 0 : (float)beta * *to);
            }
}
