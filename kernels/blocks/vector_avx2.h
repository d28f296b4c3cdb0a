/* Eight floats. vector_avx512.h has the same names for sixteen, so that an algorithm is written
 * once and compiled by whichever of the two its file includes.
 *
 * vmin and vmax return their second argument when either is NaN. */
#ifndef KERNELS_BLOCKS_VECTOR_AVX2_H
#define KERNELS_BLOCKS_VECTOR_AVX2_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

typedef __m256 vfloat;
typedef __m256 vmask; /* the sign bit of a lane says yes */
enum { VLANES = 8 };

static inline vfloat vset(float a) { return _mm256_set1_ps(a); }
static inline vfloat vload(const float *p) { return _mm256_loadu_ps(p); }
static inline void vstore(float *p, vfloat a) { _mm256_storeu_ps(p, a); }
/* A streaming store; p aligned to VLANES floats, and an sfence after the last. */
static inline void vstream(float *p, vfloat a) { _mm256_stream_ps(p, a); }

/* The first `count` lanes, 0 <= count <= VLANES. */
static inline vmask vfirst(int64_t count) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane));
}
/* Lanes outside the mask: `other`; their memory is not touched. */
static inline vfloat vload_masked(const float *p, vmask mask, vfloat other) {
    return _mm256_blendv_ps(other, _mm256_maskload_ps(p, _mm256_castps_si256(mask)), mask);
}
/* The same with 0 there. */
static inline __attribute__((always_inline)) vfloat vload_zeroed(const float *p, vmask mask) {
    return _mm256_maskload_ps(p, _mm256_castps_si256(mask));
}
static inline void vstore_masked(float *p, vmask mask, vfloat a) {
    _mm256_maskstore_ps(p, _mm256_castps_si256(mask), a);
}
/* The first `count` lanes; count may be any int. */
static inline vmask vfirst_any(int count) { return vfirst(count); }
/* The same for any int64. */
static inline vmask vfirst_far(int64_t count) {
    return vfirst(count >= VLANES ? VLANES : count <= 0 ? 0 : count);
}
/* Lanes first .. last-1 of those that there are; first and last may be anything. */
static inline vmask vbetween(int64_t first, int64_t last) {
    return _mm256_andnot_ps(vfirst_far(first), vfirst_far(last));
}
/* Lane i to p[i], for i < count; count may be anything. */
static inline void vstore_first(float *p, vfloat a, int64_t count) {
    if (count >= VLANES)
        vstore(p, a);
    else
        vstore_masked(p, vfirst_far(count), a);
}

static inline vfloat vadd(vfloat a, vfloat b) { return _mm256_add_ps(a, b); }
static inline vfloat vsub(vfloat a, vfloat b) { return _mm256_sub_ps(a, b); }
static inline vfloat vmul(vfloat a, vfloat b) { return _mm256_mul_ps(a, b); }
static inline vfloat vdiv(vfloat a, vfloat b) { return _mm256_div_ps(a, b); }
static inline vfloat vfma(vfloat a, vfloat b, vfloat c) { return _mm256_fmadd_ps(a, b, c); }
static inline vfloat vfms(vfloat a, vfloat b, vfloat c) { return _mm256_fmsub_ps(a, b, c); }
static inline vfloat vfnma(vfloat a, vfloat b, vfloat c) { return _mm256_fnmadd_ps(a, b, c); }
static inline vfloat vsqrt(vfloat a) { return _mm256_sqrt_ps(a); }
static inline vfloat vmin(vfloat a, vfloat b) { return _mm256_min_ps(a, b); }
static inline vfloat vmax(vfloat a, vfloat b) { return _mm256_max_ps(a, b); }
static inline vfloat vabs(vfloat a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
/* |magnitude| with the sign bit of `sign` */
static inline vfloat vcopysign(vfloat magnitude, vfloat sign) {
    return _mm256_or_ps(vabs(magnitude), _mm256_and_ps(_mm256_set1_ps(-0.0f), sign));
}

/* False where either is NaN. */
static inline vmask vlt(vfloat a, vfloat b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
/* The opposite: true where either is NaN. */
static inline vmask vnlt(vfloat a, vfloat b) { return _mm256_cmp_ps(a, b, _CMP_NLT_UQ); }
/* Not a <= b: true where either is NaN. */
static inline vmask vnle(vfloat a, vfloat b) { return _mm256_cmp_ps(a, b, _CMP_NLE_UQ); }
static inline vmask vnan(vfloat a) { return _mm256_cmp_ps(a, a, _CMP_UNORD_Q); }
static inline vfloat vselect(vmask mask, vfloat yes, vfloat no) {
    return _mm256_blendv_ps(no, yes, mask);
}
/* a, and 0 outside the mask */
static inline vfloat vzeroed(vmask mask, vfloat a) { return _mm256_and_ps(mask, a); }
static inline bool vany(vmask mask) { return _mm256_movemask_ps(mask) != 0; }

static inline float vreduce_add(vfloat a) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
static inline float vreduce_max(vfloat a) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/* 1 / a to 13 %, for normal a > 0: the bits of a float are about its logarithm. */
static inline vfloat vrcp_rough(vfloat a) {
    const __m256i bits = _mm256_sub_epi32(_mm256_set1_epi32(0x7EF311C7), _mm256_castps_si256(a));
    return _mm256_castsi256_ps(bits);
}
/* 2^n for integral -126 <= n <= 127 */
static inline vfloat vpow2(vfloat n) {
    const __m256i k = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(k, 23));
}

/* a * 2^n for integral -250 <= n <= 250, rounded once where the result is denormal and a * 2^(n/2)
 * is not. */
static inline vfloat vscale(vfloat a, vfloat n) {
    const __m256i k = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(k, 1);
    const __m256i bias = _mm256_set1_epi32(127);
    const __m256i one = _mm256_add_epi32(half, bias);
    const __m256i two = _mm256_add_epi32(_mm256_sub_epi32(k, half), bias);
    a = _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(one, 23)));
    return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(two, 23)));
}

/* vscale for 1/2 < |a| < 2 and n <= 100 in the lanes to keep, 0 in the others, whose n may be
 * anything. Usually no lane comes near the denormals, and the exponent field takes all; otherwise
 * it takes what stays normal, and one multiplication does the rest and rounds. An underflow costs
 * an assist of a hundred cycles and more: a lane that is dropped has none. */
static inline vfloat vscale_zeroed(vmask keep, vfloat a, vfloat n) {
    const vmask low = _mm256_cmp_ps(n, _mm256_set1_ps(-125), _CMP_LT_OQ);
    if (__builtin_expect(_mm256_movemask_ps(low) == 0, 1)) {
        const __m256i k = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
        return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), k));
    }
    n = _mm256_max_ps(_mm256_set1_ps(-150), n);
    const __m256i k = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
    const __m256i one = _mm256_max_epi32(k, _mm256_set1_epi32(-(120 << 23)));
    const __m256i two = _mm256_add_epi32(_mm256_sub_epi32(k, one), _mm256_set1_epi32(127 << 23));
    a = _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), one));
    return _mm256_mul_ps(_mm256_and_ps(a, keep), _mm256_castsi256_ps(two));
}

/* a = m * 2^n with 0.75 <= m < 1.5, for finite a > 0, denormal too. Others: unspecified. */
static inline vfloat vsplit(vfloat a, vfloat *n) {
    const vmask denormal = vlt(a, vset(0x1p-126f));
    a = vselect(denormal, vmul(a, vset(0x1p24f)), a);
    const __m256i bits = _mm256_castps_si256(a);
    /* exponent of a / 0.75, rounded down: adding 0.25 in mantissa units carries from 1.5 up */
    const __m256i offset = _mm256_sub_epi32(bits, _mm256_set1_epi32(0x3F400000));
    const __m256i k = _mm256_srai_epi32(offset, 23);
    *n = vsub(_mm256_cvtepi32_ps(k), vselect(denormal, vset(24), vset(0)));
    return _mm256_castsi256_ps(_mm256_sub_epi32(bits, _mm256_slli_epi32(k, 23)));
}

/* ---- shuffles ---- */

/* a shifted down by one lane, lane 0 of next moving in. */
static inline vfloat vshift_in(vfloat a, vfloat next) {
    const vfloat mixed = _mm256_blend_ps(a, next, 1);
    return _mm256_permutevar8x32_ps(mixed, _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0));
}

/* 2 VLANES floats in order -> even ones, odd ones; and back. */
static inline vfloat vquarters(vfloat a) { /* 64-bit quarters 0 2 1 3 */
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(a), 0xD8));
}
static inline void vdeinterleave(vfloat r[2]) {
    const vfloat a = r[0], b = r[1];
    r[0] = vquarters(_mm256_shuffle_ps(a, b, 0x88));
    r[1] = vquarters(_mm256_shuffle_ps(a, b, 0xDD));
}
static inline void vinterleave(vfloat r[2]) {
    const vfloat low = _mm256_unpacklo_ps(r[0], r[1]), high = _mm256_unpackhi_ps(r[0], r[1]);
    r[0] = _mm256_permute2f128_ps(low, high, 0x20);
    r[1] = _mm256_permute2f128_ps(low, high, 0x31);
}

/* Rows become columns: pairs within 128-bit lanes, then the lanes. */
static inline void vtranspose(vfloat r[VLANES]) {
    vfloat t[VLANES];
    for (int i = 0; i < 8; i += 4) {
        const vfloat a = _mm256_unpacklo_ps(r[i], r[i + 1]), b = _mm256_unpackhi_ps(r[i], r[i + 1]);
        const vfloat c = _mm256_unpacklo_ps(r[i + 2], r[i + 3]),
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

/* Lanes of `low` from the lower half to a, of `high` from the upper half to b; both masks count
 * from 0 and have no lane beyond their half. */
static inline void vstore_halves(float *a, float *b, vfloat r, vmask low, vmask high) {
    const __m256i low_bits = _mm256_castps_si256(low), high_bits = _mm256_castps_si256(high);
    _mm_maskstore_ps(a, _mm256_castsi256_si128(low_bits), _mm256_castps256_ps128(r));
    _mm_maskstore_ps(b, _mm256_castsi256_si128(high_bits), _mm256_extractf128_ps(r, 1));
}

/* ---- vectors of int32 ---- */

typedef __m256i vint;
enum { VLEVELS = 3 }; /* VLANES = 2^VLEVELS */

static inline vint vint_set(int32_t a) { return _mm256_set1_epi32(a); }
static inline vint vint_load(const int32_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
static inline void vint_store(int32_t *p, vint a) { _mm256_storeu_si256((__m256i *)p, a); }
static inline vint vint_max(vint a, vint b) { return _mm256_max_epi32(a, b); }
/* The bits of floats, and back. */
static inline vint vint_bits(vfloat a) { return _mm256_castps_si256(a); }
static inline vfloat vint_floats(vint bits) { return _mm256_castsi256_ps(bits); }
static inline vint vint_select(vmask mask, vint yes, vint no) {
    return _mm256_blendv_epi8(no, yes, _mm256_castps_si256(mask));
}

/* Elements step .. step+7 of a and b end to end; step is 1, 2 or 4, a constant. */
static inline __attribute__((always_inline)) vint vint_next(vint a, vint b, const int step) {
    const vint middle = _mm256_permute2x128_si256(a, b, 0x21); /* a's upper half, b's lower */
    if (step == 1) return _mm256_alignr_epi8(middle, a, 4);
    if (step == 2) return _mm256_alignr_epi8(middle, a, 8);
    return middle;
}

/* The same for a step from 0 to 7 known only at run time. */
struct vint_step {
    vint index, from_b;
};
static inline struct vint_step vint_step_of(int64_t step) {
    const vint steps = _mm256_set1_epi32((int)step),
               iota = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (struct vint_step){_mm256_add_epi32(iota, steps), _mm256_cmpgt_epi32(steps, iota)};
}
static inline vint vint_from(vint a, vint b, const struct vint_step *step) {
    /* b's first lanes in place of a's, then rotate: vpermd takes its index modulo 8 */
    return _mm256_permutevar8x32_epi32(_mm256_blendv_epi8(a, b, step->from_b), step->index);
}

/* ---- tables ---- */

enum { VTABLE = 8 }; /* entries that one instruction looks up */

/* Entry i mod VTABLE of the table. */
static inline vfloat vlookup(const float table[VTABLE], vint i) {
    return _mm256_permutevar8x32_ps(vload(table), i);
}

#endif
