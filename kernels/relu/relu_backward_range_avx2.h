/* x <= 0 ? 0 : grad_y over a range, eight at a time. The mask is "not less or equal, or unordered",
 * so that a NaN x lets the gradient pass. */
#ifndef KERNELS_RELU_RELU_BACKWARD_RANGE_AVX2_H
#define KERNELS_RELU_RELU_BACKWARD_RANGE_AVX2_H

#include <immintrin.h>

#include "kernels/core/past_caches.h"

static inline __m256 relu_gradient(__m256 grad_y, __m256 x) {
    return _mm256_and_ps(grad_y, _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NLE_UQ));
}
static inline __m256 relu_gradient_at(const float *grad_y, const float *x) {
    return relu_gradient(_mm256_loadu_ps(grad_y), _mm256_loadu_ps(x));
}

/* Fewer than eight. */
static inline void relu_backward_few(const float *grad_y, const float *x, float *grad_x,
                                     int64_t n) {
    const __m256i few =
        _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    const __m256 g = _mm256_maskload_ps(grad_y, few);
    _mm256_maskstore_ps(grad_x, few, relu_gradient(g, _mm256_maskload_ps(x, few)));
}

/* `past`: stores go past the caches. */
static inline void relu_backward_range(const float *grad_y, const float *x, float *grad_x,
                                       int64_t n, bool past) {
    int64_t i = 0;
    if (past) {
        i = past_caches_head(grad_x, n, 8);
        relu_backward_few(grad_y, x, grad_x, i);
        for (; i + 16 <= n; i += 16) {
            const __m256 a = relu_gradient_at(grad_y + i, x + i);
            const __m256 b = relu_gradient_at(grad_y + i + 8, x + i + 8);
            _mm256_stream_ps(grad_x + i, a);
            _mm256_stream_ps(grad_x + i + 8, b);
        }
        _mm_sfence();
    }
    for (; i + 16 <= n; i += 16) {
        const __m256 a = relu_gradient_at(grad_y + i, x + i);
        const __m256 b = relu_gradient_at(grad_y + i + 8, x + i + 8);
        _mm256_storeu_ps(grad_x + i, a);
        _mm256_storeu_ps(grad_x + i + 8, b);
    }
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(grad_x + i, relu_gradient_at(grad_y + i, x + i));
    relu_backward_few(grad_y + i, x + i, grad_x + i, n - i);
}

#endif
