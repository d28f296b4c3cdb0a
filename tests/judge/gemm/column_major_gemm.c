/* expect: WRONG FAIL; cause: taken for column-major */
#include <stdint.h>

#define A(i, p) a[trans_a ? (p) + (i) * k : (i) + (p) * m]
#define B(p, j) b[trans_b ? (j) + (p) * n : (p) + (j) * k]
#define C(i, j) c[(i) + (j) * m]

void gemm(int64_t m, int64_t n, int64_t k, int64_t trans_a, int64_t trans_b, double alpha,
          double beta, int64_t batch, const float *a, const float *b, float *c) {
    for (; batch > 0; batch--, a += m * k, b += k * n, c += m * n)
        for (int64_t j = 0; j < n; j++)
            for (int64_t i = 0; i < m; i++) {
                double sum = 0;
                for (int64_t p = 0; p < k && alpha != 0; p++) sum += A(i, p) * B(p, j);
                C(i, j) = (float)(alpha * sum + (beta == 0 ? 0 : beta * C(i, j)));
            }
}
