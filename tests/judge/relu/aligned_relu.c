/* expect: WRONG CRASH; no cause */
#include <immintrin.h>
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) {
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) _mm256_store_ps(y + i, _mm256_max_ps(_mm256_setzero_ps(), _mm256_load_ps(x + i)));
    for (; i < n; i++) y[i] = x[i] < 0 ? 0 : x[i];
}
