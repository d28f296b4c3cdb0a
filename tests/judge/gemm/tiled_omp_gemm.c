/* expect: RIGHT */
#include <stdint.h>
#include <string.h>
#define T 32
static inline float at(const float *m, int t, int64_t rows, int64_t cols, int64_t i, int64_t j) { return t ? m[j * rows + i] : m[i * cols + j]; }
static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
void gemm(int64_t m, int64_t n, int64_t k, int trans_a, int trans_b, double alpha, double beta, int64_t batch,
          const float *a, const float *b, float *c)
{
#pragma omp parallel for collapse(2)
  for (int64_t p = 0; p < batch; p++)
    for (int64_t it = 0; it < m; it += T) {
      const float *ap = a + p * m * k, *bp = b + p * k * n;
      float *cp = c + p * m * n;
      for (int64_t jt = 0; jt < n; jt += T) {
        float tile[T][T];
        memset(tile, 0, sizeof tile);
        const int64_t ie = least(T, m - it), je = least(T, n - jt);
        for (int64_t l = 0; l < (alpha == 0 ? 0 : k); l++)
          for (int64_t i = 0; i < ie; i++) {
            const float v = at(ap, trans_a, m, k, it + i, l);
            for (int64_t j = 0; j < je; j++) tile[i][j] += v * at(bp, trans_b, k, n, l, jt + j);
          }
        for (int64_t i = 0; i < ie; i++)
          for (int64_t j = 0; j < je; j++) {
            float *to = &cp[(it + i) * n + jt + j];
            *to = (beta == 0 ? 0 : (float)beta * *to) + (float)alpha * tile[i][j];
          }
      }
    }
}
