/* max(0, x) over a range, eight at a time. vmaxps returns its second operand when either is NaN:
 * with x second, NaN stays. */
#ifndef KERNELS_RELU_RELU_RANGE_AVX2_H
#define KERNELS_RELU_RELU_RANGE_AVX2_H

#include <immintrin.h>

#include "kernels/core/past_caches.h"

static inline __m256 relu_vector(__m256 x) { return _mm256_max_ps(_mm256_setzero_ps(), x); }

/* Fewer than eight. */
static inline void relu_few(const float *x, float *y, int64_t n) {
    const __m256i few =
        _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm256_maskstore_ps(y, few, relu_vector(_mm256_maskload_ps(x, few)));
}

/* `past`: stores go past the caches. */
static inline void relu_range(const float *x, float *y, int64_t n, bool past) {
    int64_t i = 0;
    if (past) {
        i = past_caches_head(y, n, 8);
        relu_few(x, y, i);
        for (; i + 16 <= n; i += 16) {
            const __m256 a = relu_vector(_mm256_loadu_ps(x + i));
            const __m256 b = relu_vector(_mm256_loadu_ps(x + i + 8));
            _mm256_stream_ps(y + i, a);
            _mm256_stream_ps(y + i + 8, b);
        }
        _mm_sfence();
    }
    for (; i + 16 <= n; i += 16) {
        const __m256 a = relu_vector(_mm256_loadu_ps(x + i));
        const __m256 b = relu_vector(_mm256_loadu_ps(x + i + 8));
        _mm256_storeu_ps(y + i, a);
        _mm256_storeu_ps(y + i + 8, b);
    }
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(y + i, relu_vector(_mm256_loadu_ps(x + i)));
    relu_few(x + i, y + i, n - i);
}

#endif
