/* max(0, x) over a range, sixteen at a time. vmaxps returns its second operand when either is NaN:
 * with x second, NaN stays. */
#ifndef KERNELS_RELU_RELU_RANGE_AVX512_H
#define KERNELS_RELU_RELU_RANGE_AVX512_H

#include <immintrin.h>

#include "kernels/core/past_caches.h"

static inline __m512 relu_vector(__m512 x) { return _mm512_max_ps(_mm512_setzero_ps(), x); }

/* Fewer than sixteen. */
static inline void relu_few(const float *x, float *y, int64_t n) {
    const __mmask16 few = (__mmask16)((1u << n) - 1);
    _mm512_mask_storeu_ps(y, few, relu_vector(_mm512_maskz_loadu_ps(few, x)));
}

/* `past`: stores go past the caches. */
static inline void relu_range(const float *x, float *y, int64_t n, bool past) {
    int64_t i = 0;
    if (past) {
        i = past_caches_head(y, n, 16);
        relu_few(x, y, i);
        for (; i + 16 <= n; i += 16) _mm512_stream_ps(y + i, relu_vector(_mm512_loadu_ps(x + i)));
        _mm_sfence();
    }
    for (; i + 32 <= n; i += 32) {
        const __m512 a = relu_vector(_mm512_loadu_ps(x + i));
        const __m512 b = relu_vector(_mm512_loadu_ps(x + i + 16));
        _mm512_storeu_ps(y + i, a);
        _mm512_storeu_ps(y + i + 16, b);
    }
    for (; i + 16 <= n; i += 16) _mm512_storeu_ps(y + i, relu_vector(_mm512_loadu_ps(x + i)));
    relu_few(x + i, y + i, n - i);
}

#endif
