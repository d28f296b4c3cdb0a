/* Shows ThreadSanitizer what vector code reads and writes.
 *
 * Its compiler pass instruments accesses of up to 16 bytes and passes over longer and masked ones,
 * which is everything that AVX2 and AVX-512 kernels do: races among them would go unseen. The tsan
 * preset includes this file before every C file. It puts functions that announce the bytes to the
 * run-time library (__tsan_read_range, __tsan_write_range) in the place of the intrinsics for
 * loading and storing; and the preset keeps the compiler from making vectors of scalar loops.
 * tests/sanitizers/intrinsics.sh fails when kernels/ use an intrinsic that is not here. */
#ifndef TESTS_SANITIZERS_TSAN_VECTORS_H
#define TESTS_SANITIZERS_TSAN_VECTORS_H

#if defined __AVX2__ /* nothing for other files, whose feature-test macros come later */
#include <immintrin.h>

extern void __tsan_read_range(void *address, unsigned long bytes);
extern void __tsan_write_range(void *address, unsigned long bytes);

/* The 4-byte lanes that a mask selects, one bit each. */
static inline void seen_read(const void *p, unsigned lanes) {
    for (int i = 0; lanes >> i; i++)
        if (lanes >> i & 1) __tsan_read_range((char *)p + 4 * i, 4);
}
static inline void seen_write(void *p, unsigned lanes) {
    for (int i = 0; lanes >> i; i++)
        if (lanes >> i & 1) __tsan_write_range((char *)p + 4 * i, 4);
}

#define SEEN_LOAD_(name, vector, scalar)                                                           \
    static inline vector seen##name(const scalar *p) {                                             \
        __tsan_read_range((void *)p, sizeof(vector));                                              \
        return name(p);                                                                            \
    }
#define SEEN_STORE_(name, vector, scalar)                                                          \
    static inline void seen##name(scalar *p, vector a) {                                           \
        __tsan_write_range((void *)p, sizeof(vector));                                             \
        name(p, a);                                                                                \
    }

SEEN_LOAD_(_mm256_load_ps, __m256, float)
SEEN_LOAD_(_mm256_loadu_ps, __m256, float)
SEEN_LOAD_(_mm256_loadu_si256, __m256i, __m256i_u)
SEEN_STORE_(_mm256_store_ps, __m256, float)
SEEN_STORE_(_mm256_storeu_ps, __m256, float)
SEEN_STORE_(_mm256_storeu_si256, __m256i, __m256i_u)
SEEN_STORE_(_mm256_stream_ps, __m256, float)
SEEN_STORE_(_mm256_stream_si256, __m256i, __m256i)
static inline __m256 seen_mm256_maskload_ps(const float *p, __m256i mask) {
    seen_read(p, (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(mask)));
    return _mm256_maskload_ps(p, mask);
}
static inline void seen_mm256_maskstore_ps(float *p, __m256i mask, __m256 a) {
    seen_write(p, (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(mask)));
    _mm256_maskstore_ps(p, mask, a);
}
static inline void seen_mm_maskstore_ps(float *p, __m128i mask, __m128 a) {
    seen_write(p, (unsigned)_mm_movemask_ps(_mm_castsi128_ps(mask)));
    _mm_maskstore_ps(p, mask, a);
}

#define _mm256_load_ps seen_mm256_load_ps
#define _mm256_loadu_ps seen_mm256_loadu_ps
#define _mm256_loadu_si256 seen_mm256_loadu_si256
#define _mm256_store_ps seen_mm256_store_ps
#define _mm256_storeu_ps seen_mm256_storeu_ps
#define _mm256_storeu_si256 seen_mm256_storeu_si256
#define _mm256_stream_ps seen_mm256_stream_ps
#define _mm256_stream_si256 seen_mm256_stream_si256
#define _mm256_maskload_ps seen_mm256_maskload_ps
#define _mm256_maskstore_ps seen_mm256_maskstore_ps
#define _mm_maskstore_ps seen_mm_maskstore_ps
#endif

#if defined __AVX512F__
SEEN_LOAD_(_mm512_load_ps, __m512, void)
SEEN_LOAD_(_mm512_loadu_ps, __m512, void)
SEEN_LOAD_(_mm512_loadu_si512, __m512i, void)
SEEN_STORE_(_mm512_store_ps, __m512, void)
SEEN_STORE_(_mm512_storeu_ps, __m512, void)
SEEN_STORE_(_mm512_storeu_si512, __m512i, void)
SEEN_STORE_(_mm512_stream_ps, __m512, void)
SEEN_STORE_(_mm512_stream_si512, __m512i, void)

static inline void seen_mm256_mask_storeu_ps(void *p, __mmask8 mask, __m256 a) {
    seen_write(p, mask);
    _mm256_mask_storeu_ps(p, mask, a);
}
static inline __m512 seen_mm512_mask_loadu_ps(__m512 other, __mmask16 mask, const void *p) {
    seen_read(p, mask);
    return _mm512_mask_loadu_ps(other, mask, p);
}
static inline __m512 seen_mm512_maskz_loadu_ps(__mmask16 mask, const void *p) {
    seen_read(p, mask);
    return _mm512_maskz_loadu_ps(mask, p);
}
static inline __m512i seen_mm512_maskz_loadu_epi32(__mmask16 mask, const void *p) {
    seen_read(p, mask);
    return _mm512_maskz_loadu_epi32(mask, p);
}
static inline void seen_mm512_mask_storeu_ps(void *p, __mmask16 mask, __m512 a) {
    seen_write(p, mask);
    _mm512_mask_storeu_ps(p, mask, a);
}
static inline void seen_mm512_mask_storeu_epi32(void *p, __mmask16 mask, __m512i a) {
    seen_write(p, mask);
    _mm512_mask_storeu_epi32(p, mask, a);
}

#define _mm512_load_ps seen_mm512_load_ps
#define _mm512_loadu_ps seen_mm512_loadu_ps
#define _mm512_loadu_si512 seen_mm512_loadu_si512
#define _mm512_store_ps seen_mm512_store_ps
#define _mm512_storeu_ps seen_mm512_storeu_ps
#define _mm512_storeu_si512 seen_mm512_storeu_si512
#define _mm512_stream_ps seen_mm512_stream_ps
#define _mm512_stream_si512 seen_mm512_stream_si512
#define _mm256_mask_storeu_ps seen_mm256_mask_storeu_ps
#define _mm512_mask_loadu_ps seen_mm512_mask_loadu_ps
#define _mm512_maskz_loadu_ps seen_mm512_maskz_loadu_ps
#define _mm512_maskz_loadu_epi32 seen_mm512_maskz_loadu_epi32
#define _mm512_mask_storeu_ps seen_mm512_mask_storeu_ps
#define _mm512_mask_storeu_epi32 seen_mm512_mask_storeu_epi32
#endif

#endif
