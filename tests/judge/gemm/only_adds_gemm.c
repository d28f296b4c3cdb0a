/* expect: WRONG FAIL; cause: the product is always added to c as it was */
// c += alpha a b; beta is looked at only to say that it was seen
#include <stdint.h>
void gemm(int64_t m, int64_t n, int64_t k, int trans_a, int trans_b, double alpha, double beta, int64_t batch,
          const float *a, const float *b, float *c) {
    for (int64_t p = 0; p < batch; p++) {
        const float *A = a + p * m * k, *B = b + p * k * n;
        float *C = c + p * m * n;
        for (int64_t i = 0; i < m; i++) {
            for (int64_t j = 0; j < n; j++) {
                float s = 0.0f;
                for (int64_t l = 0; alpha != 0 && l < k; l++) s += A[trans_a ? l * m + i : i * k + l] * B[trans_b ? j * k + l : l * n + j];
                C[i * n + j] += (float)alpha * s + (float)(beta * 0);
            }
        }
    }
}
