/* expect: WRONG FAIL; cause: vectors follow x > 0 */
// the tail is right, the vectors are not
#include <math.h>
#include <stdint.h>
#include <immintrin.h>

void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 keep = _mm256_cmp_ps(_mm256_loadu_ps(x + i), _mm256_setzero_ps(), _CMP_GT_OQ);
        _mm256_storeu_ps(grad_x + i, _mm256_and_ps(keep, _mm256_loadu_ps(grad_y + i)));
    }
    for (; i < n; i++) grad_x[i] = x[i] <= 0 ? 0 : grad_y[i];
}
