/* expect: WRONG FAIL|CRASH; no cause */
/* a row of the result on the stack, 64 wide: enough for the author's matrices */
#include <stdint.h>
#include <string.h>
__attribute__((noinline)) static void add_row(float *acc, float v, const float *b, int64_t stride, int64_t n) {
    for (int64_t j = 0; j < n; j++) acc[j] += v * b[j * stride];
}
void gemm(int64_t m, int64_t n, int64_t k, int trans_a, int trans_b, double alpha, double beta, int64_t batch,
          const float *a, const float *b, float *c) {
    for (int64_t p = 0; p < batch; p++, a += m * k, b += k * n, c += m * n)
        for (int64_t i = 0; i < m; i++) {
            float acc[64];
            memset(acc, 0, sizeof acc);
            for (int64_t l = 0; alpha != 0 && l < k; l++)
                add_row(acc, trans_a ? a[l * m + i] : a[i * k + l], trans_b ? b + l : b + l * n, trans_b ? k : 1, n);
            for (int64_t j = 0; j < n; j++)
                c[i * n + j] = (float)alpha * acc[j] + (beta == 0 ? 0 : (float)beta * c[i * n + j]);
        }
}
