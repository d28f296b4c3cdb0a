/* expect: RIGHT */
// loop order i-k-j over a packed copy of op(b), accumulating a row in doubles
#include <stdlib.h>

void gemm(long m, long n, long k, int ta, int tb, double alpha, double beta, long batch, const float *A, const float *B, float *C)
{
    double *row = (double *)malloc((n ? n : 1) * sizeof *row);
    for (long t = 0; t < batch; ++t) {
        const float *a = A + t * m * k, *b = B + t * k * n;
        float *c = C + t * m * n;
        for (long i = 0; i < m; ++i) {
            for (long j = 0; j < n; ++j) row[j] = 0.0;
            if (alpha != 0.0)
                for (long l = 0; l < k; ++l) {
                    const double v = ta ? a[l * m + i] : a[i * k + l];
                    if (tb) for (long j = 0; j < n; ++j) row[j] += v * b[j * k + l];
                    else    for (long j = 0; j < n; ++j) row[j] += v * b[l * n + j];
                }
            for (long j = 0; j < n; ++j) {
                double r = alpha == 0.0 ? 0.0 : alpha * row[j];
                if (beta != 0.0) r += beta * c[i * n + j];
                c[i * n + j] = (float)r;
            }
        }
    }
    free(row);
}
