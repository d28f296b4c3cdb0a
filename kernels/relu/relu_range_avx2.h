/* max(0, x) over a range, eight at a time. vmaxps returns its second operand when either is NaN:
 * with x second, NaN stays. */
#ifndef KERNELS_RELU_RELU_RANGE_AVX2_H
#define KERNELS_RELU_RELU_RANGE_AVX2_H

#include <immintrin.h>
#include <stdint.h>

static inline void relu_range(const float *x, float *y, int64_t n) {
    const __m256 zero = _mm256_setzero_ps();
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256 a = _mm256_max_ps(zero, _mm256_loadu_ps(x + i));
        const __m256 b = _mm256_max_ps(zero, _mm256_loadu_ps(x + i + 8));
        const __m256 c = _mm256_max_ps(zero, _mm256_loadu_ps(x + i + 16));
        const __m256 d = _mm256_max_ps(zero, _mm256_loadu_ps(x + i + 24));
        _mm256_storeu_ps(y + i, a);
        _mm256_storeu_ps(y + i + 8, b);
        _mm256_storeu_ps(y + i + 16, c);
        _mm256_storeu_ps(y + i + 24, d);
    }
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(y + i, _mm256_max_ps(zero, _mm256_loadu_ps(x + i)));
    if (i == n) return;
    const __m256i tail = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n - i)),
                                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm256_maskstore_ps(y + i, tail, _mm256_max_ps(zero, _mm256_maskload_ps(x + i, tail)));
}

#endif
