/* The few vector operations that the convolution engines need, under one name each for AVX-512 and
 * AVX2: a file gets the widest its flags allow. */
#ifndef KERNELS_CONV_CONV2D_VEC_H
#define KERNELS_CONV_CONV2D_VEC_H

#include <immintrin.h>
#include <stdint.h>

#ifdef __AVX512F__

enum { LANES = 16 };
typedef __m512 vec;

static inline vec vzero(void) { return _mm512_setzero_ps(); }
static inline vec vset(float x) { return _mm512_set1_ps(x); }
static inline vec vadd(vec a, vec b) { return _mm512_add_ps(a, b); }
static inline vec vsub(vec a, vec b) { return _mm512_sub_ps(a, b); }
static inline vec vfma(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
static inline vec vload(const float *from) { return _mm512_loadu_ps(from); }
static inline void vstore(float *to, vec a) { _mm512_storeu_ps(to, a); }

/* Lanes [0, count); count may be anything. Lanes [first, last). */
typedef __mmask16 vmask;
static inline vmask vlow(int64_t count) {
    return (vmask)(count >= LANES ? 0xFFFF : count <= 0 ? 0 : (1 << count) - 1);
}
static inline vmask vlanes(int64_t first, int64_t last) {
    return (vmask)(vlow(last) & ~vlow(first));
}
/* Lanes first to last-1 from from[lane], 0 elsewhere; only those are read. */
static inline vec vload_part(const float *from, int64_t first, int64_t last) {
    return _mm512_maskz_loadu_ps(vlanes(first, last), from);
}
static inline void vstore_part(float *to, vec a, int64_t count) {
    _mm512_mask_storeu_ps(to, vlow(count), a);
}

/* a shifted down by one lane, lane 0 of next moving in. */
static inline vec vshift_in(vec a, vec next) {
    return _mm512_castsi512_ps(
        _mm512_alignr_epi32(_mm512_castps_si512(next), _mm512_castps_si512(a), 1));
}

/* 2 LANES floats in order -> even ones, odd ones; and back. */
static inline void vsplit2(vec r[2]) {
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd =
        _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    const vec a = r[0], b = r[1];
    r[0] = _mm512_permutex2var_ps(a, even, b);
    r[1] = _mm512_permutex2var_ps(a, odd, b);
}
static inline void vjoin2(vec r[2]) {
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const __m512i high =
        _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const vec a = r[0], b = r[1];
    r[0] = _mm512_permutex2var_ps(a, low, b);
    r[1] = _mm512_permutex2var_ps(a, high, b);
}

/* Rows become columns: pairs within 128-bit lanes, then the lanes. */
static inline void vtranspose(vec r[LANES]) {
    vec t[LANES];
    for (int i = 0; i < 16; i += 4) {
        const vec a = _mm512_unpacklo_ps(r[i], r[i + 1]), b = _mm512_unpackhi_ps(r[i], r[i + 1]);
        const vec c = _mm512_unpacklo_ps(r[i + 2], r[i + 3]),
                  d = _mm512_unpackhi_ps(r[i + 2], r[i + 3]);
        t[i] = _mm512_shuffle_ps(a, c, 0x44);
        t[i + 1] = _mm512_shuffle_ps(a, c, 0xEE);
        t[i + 2] = _mm512_shuffle_ps(b, d, 0x44);
        t[i + 3] = _mm512_shuffle_ps(b, d, 0xEE);
    }
    for (int i = 0; i < 4; i++) {
        const vec a = _mm512_shuffle_f32x4(t[i], t[i + 4], 0x88);
        const vec b = _mm512_shuffle_f32x4(t[i], t[i + 4], 0xDD);
        const vec c = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0x88);
        const vec d = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0xDD);
        r[i] = _mm512_shuffle_f32x4(a, c, 0x88);
        r[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
        r[i + 8] = _mm512_shuffle_f32x4(a, c, 0xDD);
        r[i + 12] = _mm512_shuffle_f32x4(b, d, 0xDD);
    }
}

/* Lanes of `low` from the lower half to a, of `high` from the upper half to b; both masks count
 * from 0 and have no lane beyond their half. */
static inline void vstore_halves(float *a, float *b, vec r, vmask low, vmask high) {
    _mm256_mask_storeu_ps(a, (__mmask8)low, _mm512_castps512_ps256(r));
    /* Not an extract and a masked store: compilers may join them into vextractf32x8 to memory,
     * which faults on masked lanes too (Intel SDM, exception class E6NF). */
    _mm512_mask_storeu_ps(b - 8, (vmask)(high << 8), r);
}

#else

enum { LANES = 8 };
typedef __m256 vec;

static inline vec vzero(void) { return _mm256_setzero_ps(); }
static inline vec vset(float x) { return _mm256_set1_ps(x); }
static inline vec vadd(vec a, vec b) { return _mm256_add_ps(a, b); }
static inline vec vsub(vec a, vec b) { return _mm256_sub_ps(a, b); }
static inline vec vfma(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
static inline vec vload(const float *from) { return _mm256_loadu_ps(from); }
static inline void vstore(float *to, vec a) { _mm256_storeu_ps(to, a); }

typedef __m256i vmask;
static inline vmask vlow(int64_t count) {
    const int lanes = (int)(count >= LANES ? LANES : count <= 0 ? 0 : count);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline vmask vlanes(int64_t first, int64_t last) {
    return _mm256_andnot_si256(vlow(first), vlow(last));
}
static inline vec vload_part(const float *from, int64_t first, int64_t last) {
    return _mm256_maskload_ps(from, vlanes(first, last));
}
static inline void vstore_part(float *to, vec a, int64_t count) {
    if (count >= LANES)
        vstore(to, a);
    else
        _mm256_maskstore_ps(to, vlow(count), a);
}

static inline vec vshift_in(vec a, vec next) {
    const vec mixed = _mm256_blend_ps(a, next, 1);
    return _mm256_permutevar8x32_ps(mixed, _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0));
}

static inline vec vfours(vec a) { /* 64-bit quarters 0 2 1 3 */
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(a), 0xD8));
}
static inline void vsplit2(vec r[2]) {
    const vec a = r[0], b = r[1];
    r[0] = vfours(_mm256_shuffle_ps(a, b, 0x88));
    r[1] = vfours(_mm256_shuffle_ps(a, b, 0xDD));
}
static inline void vjoin2(vec r[2]) {
    const vec low = _mm256_unpacklo_ps(r[0], r[1]), high = _mm256_unpackhi_ps(r[0], r[1]);
    r[0] = _mm256_permute2f128_ps(low, high, 0x20);
    r[1] = _mm256_permute2f128_ps(low, high, 0x31);
}

static inline void vtranspose(vec r[LANES]) {
    vec t[LANES];
    for (int i = 0; i < 8; i += 4) {
        const vec a = _mm256_unpacklo_ps(r[i], r[i + 1]), b = _mm256_unpackhi_ps(r[i], r[i + 1]);
        const vec c = _mm256_unpacklo_ps(r[i + 2], r[i + 3]),
                  d = _mm256_unpackhi_ps(r[i + 2], r[i + 3]);
        t[i] = _mm256_shuffle_ps(a, c, 0x44);
        t[i + 1] = _mm256_shuffle_ps(a, c, 0xEE);
        t[i + 2] = _mm256_shuffle_ps(b, d, 0x44);
        t[i + 3] = _mm256_shuffle_ps(b, d, 0xEE);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm256_permute2f128_ps(t[i], t[i + 4], 0x20);
        r[i + 4] = _mm256_permute2f128_ps(t[i], t[i + 4], 0x31);
    }
}

static inline void vstore_halves(float *a, float *b, vec r, vmask low, vmask high) {
    _mm_maskstore_ps(a, _mm256_castsi256_si128(low), _mm256_castps256_ps128(r));
    _mm_maskstore_ps(b, _mm256_castsi256_si128(high), _mm256_extractf128_ps(r, 1));
}

#endif

/* 4 LANES floats in order -> every fourth from 0, 1, 2 and 3; and back: 8 shuffles. */
static inline void vsplit4(vec r[4]) {
    vec even[2], odd[2];
    vsplit2(r);
    vsplit2(r + 2);
    even[0] = r[0], even[1] = r[2], odd[0] = r[1], odd[1] = r[3];
    vsplit2(even);
    vsplit2(odd);
    r[0] = even[0], r[1] = odd[0], r[2] = even[1], r[3] = odd[1];
}
static inline void vjoin4(vec r[4]) {
    vec even[2] = {r[0], r[2]}, odd[2] = {r[1], r[3]};
    vjoin2(even);
    vjoin2(odd);
    r[0] = even[0], r[1] = odd[0], r[2] = even[1], r[3] = odd[1];
    vjoin2(r);
    vjoin2(r + 2);
}

#endif
