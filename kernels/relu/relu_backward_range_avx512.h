/* x <= 0 ? 0 : grad_y over a range, sixteen at a time. The mask is "not less or equal, or
 * unordered", so that a NaN x lets the gradient pass. */
#ifndef KERNELS_RELU_RELU_BACKWARD_RANGE_AVX512_H
#define KERNELS_RELU_RELU_BACKWARD_RANGE_AVX512_H

#include <immintrin.h>

#include "kernels/core/past_caches.h"

static inline __m512 relu_gradient(__m512 grad_y, __m512 x) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NLE_UQ), grad_y);
}
static inline __m512 relu_gradient_at(const float *grad_y, const float *x) {
    return relu_gradient(_mm512_loadu_ps(grad_y), _mm512_loadu_ps(x));
}

/* Fewer than sixteen. */
static inline void relu_backward_few(const float *grad_y, const float *x, float *grad_x,
                                     int64_t n) {
    const __mmask16 few = (__mmask16)((1u << n) - 1);
    const __m512 g = _mm512_maskz_loadu_ps(few, grad_y);
    _mm512_mask_storeu_ps(grad_x, few, relu_gradient(g, _mm512_maskz_loadu_ps(few, x)));
}

/* `past`: stores go past the caches. */
static inline void relu_backward_range(const float *grad_y, const float *x, float *grad_x,
                                       int64_t n, bool past) {
    int64_t i = 0;
    if (past) {
        i = past_caches_head(grad_x, n, 16);
        relu_backward_few(grad_y, x, grad_x, i);
        for (; i + 16 <= n; i += 16)
            _mm512_stream_ps(grad_x + i, relu_gradient_at(grad_y + i, x + i));
        _mm_sfence();
    }
    for (; i + 32 <= n; i += 32) {
        const __m512 a = relu_gradient_at(grad_y + i, x + i);
        const __m512 b = relu_gradient_at(grad_y + i + 16, x + i + 16);
        _mm512_storeu_ps(grad_x + i, a);
        _mm512_storeu_ps(grad_x + i + 16, b);
    }
    for (; i + 16 <= n; i += 16) _mm512_storeu_ps(grad_x + i, relu_gradient_at(grad_y + i, x + i));
    relu_backward_few(grad_y + i, x + i, grad_x + i, n - i);
}

#endif
