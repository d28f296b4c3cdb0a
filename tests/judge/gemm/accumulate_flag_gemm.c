/* expect: WRONG FAIL; cause: every beta but 0 counts as 1 */
#include <stdint.h>

void gemm(int64_t m, int64_t n, int64_t k, int64_t trans_a, int64_t trans_b, double alpha,
          double beta, int64_t batch, const float *a, const float *b, float *c) {
    for (int64_t e = 0; e < batch; e++, a += m * k, b += k * n, c += m * n)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) {
                float sum = 0;
                for (int64_t p = 0; p < k && alpha != 0; p++) {
                    const float x = trans_a ? a[p * m + i] : a[i * k + p];
                    const float w = trans_b ? b[j * k + p] : b[p * n + j];
                    sum += x * w;
                }
                float *to = c + i * n + j;
                *to = (float)alpha * sum + (beta != 0 ? *to : 0);
            }
}
