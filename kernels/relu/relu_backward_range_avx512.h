/* x <= 0 ? 0 : grad_y over a range, sixteen at a time. The mask is "not less or equal, or
 * unordered", so that a NaN x lets the gradient pass. */
#ifndef KERNELS_RELU_RELU_BACKWARD_RANGE_AVX512_H
#define KERNELS_RELU_RELU_BACKWARD_RANGE_AVX512_H

#include <immintrin.h>
#include <stdint.h>

static inline __m512 relu_gradient(__m512 grad_y, __m512 x) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NLE_UQ), grad_y);
}

static inline void relu_backward_range(const float *grad_y, const float *x, float *grad_x,
                                       int64_t n) {
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m512 a = relu_gradient(_mm512_loadu_ps(grad_y + i), _mm512_loadu_ps(x + i));
        const __m512 b =
            relu_gradient(_mm512_loadu_ps(grad_y + i + 16), _mm512_loadu_ps(x + i + 16));
        _mm512_storeu_ps(grad_x + i, a);
        _mm512_storeu_ps(grad_x + i + 16, b);
    }
    for (; i < n; i += 16) {
        const __mmask16 tail = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : (__mmask16)0xffff;
        const __m512 g = _mm512_maskz_loadu_ps(tail, grad_y + i);
        _mm512_mask_storeu_ps(grad_x + i, tail,
                              relu_gradient(g, _mm512_maskz_loadu_ps(tail, x + i)));
    }
}

#endif
