/* expect: RIGHT */
#include <immintrin.h>
#include <stdint.h>

/* maxps returns its second operand when either is a NaN: so x goes second */
void relu(int64_t n, const float *x, float *y) {
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) _mm_storeu_ps(y + i, _mm_max_ps(_mm_setzero_ps(), _mm_loadu_ps(x + i)));
    for (; i < n; i++) _mm_store_ss(y + i, _mm_max_ss(_mm_setzero_ps(), _mm_load_ss(x + i)));
}
