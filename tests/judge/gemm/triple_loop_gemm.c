/* expect: RIGHT */
#include <stdint.h>
void gemm(int64_t m, int64_t n, int64_t k, int trans_a, int trans_b, double alpha, double beta, int64_t batch,
          const float *a, const float *b, float *c) {
    for (int64_t p = 0; p < batch; p++, a += m * k, b += k * n, c += m * n)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) {
                float sum = 0;
                if (alpha != 0)
                    for (int64_t l = 0; l < k; l++)
                        sum += (trans_a ? a[l * m + i] : a[i * k + l]) * (trans_b ? b[j * k + l] : b[l * n + j]);
                const float old = beta == 0 ? 0 : (float)beta * c[i * n + j];
                c[i * n + j] = (alpha == 0 ? 0 : (float)alpha * sum) + old;
            }
}
