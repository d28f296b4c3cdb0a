/* max(0, x) over a range, sixteen at a time. vmaxps returns its second operand when either is NaN:
 * with x second, NaN stays. */
#ifndef KERNELS_RELU_RELU_RANGE_AVX512_H
#define KERNELS_RELU_RELU_RANGE_AVX512_H

#include <immintrin.h>
#include <stdint.h>

static inline void relu_range(const float *x, float *y, int64_t n) {
    const __m512 zero = _mm512_setzero_ps();
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m512 a = _mm512_max_ps(zero, _mm512_loadu_ps(x + i));
        const __m512 b = _mm512_max_ps(zero, _mm512_loadu_ps(x + i + 16));
        _mm512_storeu_ps(y + i, a);
        _mm512_storeu_ps(y + i + 16, b);
    }
    for (; i < n; i += 16) {
        const __mmask16 tail = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : (__mmask16)0xffff;
        _mm512_mask_storeu_ps(y + i, tail, _mm512_max_ps(zero, _mm512_maskz_loadu_ps(tail, x + i)));
    }
}

#endif
