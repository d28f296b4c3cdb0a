/* Sixteen floats. vector_avx2.h has the same names for eight, so that an algorithm is written once
 * and compiled by whichever of the two its file includes.
 *
 * vmin and vmax return their second argument when either is NaN. */
#ifndef KERNELS_BLOCKS_VECTOR_AVX512_H
#define KERNELS_BLOCKS_VECTOR_AVX512_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

typedef __m512 vfloat;
typedef __mmask16 vmask;
enum { VLANES = 16 };

static inline vfloat vset(float a) { return _mm512_set1_ps(a); }
static inline vfloat vload(const float *p) { return _mm512_loadu_ps(p); }
static inline void vstore(float *p, vfloat a) { _mm512_storeu_ps(p, a); }
/* A streaming store; p aligned to VLANES floats, and an sfence after the last. */
static inline void vstream(float *p, vfloat a) { _mm512_stream_ps(p, a); }

/* The first `count` lanes, 0 <= count <= VLANES. */
static inline vmask vfirst(int64_t count) { return (vmask)_bzhi_u32(0xFFFF, (unsigned)count); }
/* Lanes outside the mask: `other`; their memory is not touched. */
static inline vfloat vload_masked(const float *p, vmask mask, vfloat other) {
    return _mm512_mask_loadu_ps(other, mask, p);
}
/* The same with 0 there. */
static inline __attribute__((always_inline)) vfloat vload_zeroed(const float *p, vmask mask) {
    return _mm512_maskz_loadu_ps(mask, p);
}
static inline void vstore_masked(float *p, vmask mask, vfloat a) {
    _mm512_mask_storeu_ps(p, mask, a);
}
/* The first `count` lanes; count may be any int. Comparisons, not a minimum and a maximum: those gcc
 * computes in a vector register, a detour on the way to a mask. */
static inline vmask vfirst_any(int count) {
    return (vmask)(count >= VLANES ? 0xFFFF : count <= 0 ? 0 : (1 << count) - 1);
}
/* The same for any int64. Comparisons, not a minimum and a maximum: those of several counts gcc
 * computes in a vector register, a detour on the way to a mask. */
static inline vmask vfirst_far(int64_t count) {
    return (vmask)(count >= VLANES ? 0xFFFF : count <= 0 ? 0 : (1 << count) - 1);
}
/* Lanes first .. last-1 of those that there are; first and last may be anything. */
static inline vmask vbetween(int64_t first, int64_t last) {
    return (vmask)(vfirst_far(last) & ~vfirst_far(first));
}
/* Lane i to p[i], for i < count; count may be anything. */
static inline void vstore_first(float *p, vfloat a, int64_t count) {
    _mm512_mask_storeu_ps(p, vfirst_far(count), a);
}

static inline vfloat vadd(vfloat a, vfloat b) { return _mm512_add_ps(a, b); }
static inline vfloat vsub(vfloat a, vfloat b) { return _mm512_sub_ps(a, b); }
static inline vfloat vmul(vfloat a, vfloat b) { return _mm512_mul_ps(a, b); }
static inline vfloat vdiv(vfloat a, vfloat b) { return _mm512_div_ps(a, b); }
static inline vfloat vfma(vfloat a, vfloat b, vfloat c) { return _mm512_fmadd_ps(a, b, c); }
static inline vfloat vfms(vfloat a, vfloat b, vfloat c) { return _mm512_fmsub_ps(a, b, c); }
static inline vfloat vfnma(vfloat a, vfloat b, vfloat c) { return _mm512_fnmadd_ps(a, b, c); }
static inline vfloat vsqrt(vfloat a) { return _mm512_sqrt_ps(a); }
static inline vfloat vmin(vfloat a, vfloat b) { return _mm512_min_ps(a, b); }
static inline vfloat vmax(vfloat a, vfloat b) { return _mm512_max_ps(a, b); }
static inline vfloat vabs(vfloat a) { return _mm512_abs_ps(a); }
/* |magnitude| with the sign bit of `sign` */
static inline vfloat vcopysign(vfloat magnitude, vfloat sign) {
    const __m512i bit = _mm512_set1_epi32(INT32_MIN); /* bit ? sign : magnitude */
    return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(bit, _mm512_castps_si512(sign),
                                                         _mm512_castps_si512(magnitude), 0xCA));
}

/* False where either is NaN. */
static inline vmask vlt(vfloat a, vfloat b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
/* The opposite: true where either is NaN. */
static inline vmask vnlt(vfloat a, vfloat b) { return _mm512_cmp_ps_mask(a, b, _CMP_NLT_UQ); }
/* Not a <= b: true where either is NaN. */
static inline vmask vnle(vfloat a, vfloat b) { return _mm512_cmp_ps_mask(a, b, _CMP_NLE_UQ); }
static inline vmask vnan(vfloat a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
static inline vfloat vselect(vmask mask, vfloat yes, vfloat no) {
    return _mm512_mask_blend_ps(mask, no, yes);
}
/* a, and 0 outside the mask */
static inline vfloat vzeroed(vmask mask, vfloat a) { return _mm512_maskz_mov_ps(mask, a); }
static inline bool vany(vmask mask) { return mask != 0; }

static inline float vreduce_add(vfloat a) { return _mm512_reduce_add_ps(a); }
static inline float vreduce_max(vfloat a) { return _mm512_reduce_max_ps(a); }

/* 1 / a to 13 %, for normal a > 0: the bits of a float are about its logarithm. */
static inline vfloat vrcp_rough(vfloat a) {
    const __m512i bits = _mm512_sub_epi32(_mm512_set1_epi32(0x7EF311C7), _mm512_castps_si512(a));
    return _mm512_castsi512_ps(bits);
}
/* 2^n for integral -126 <= n <= 127 */
static inline vfloat vpow2(vfloat n) { return _mm512_scalef_ps(_mm512_set1_ps(1), n); }

/* a * 2^n for integral n, rounded once (gradual underflow). */
static inline vfloat vscale(vfloat a, vfloat n) { return _mm512_scalef_ps(a, n); }
/* vscale for 1/2 < |a| < 2 and n <= 100 in the lanes to keep, 0 in the others, whose n may be
 * anything. An underflow costs an assist of a hundred cycles and more: a lane that is dropped has
 * none. */
static inline vfloat vscale_zeroed(vmask keep, vfloat a, vfloat n) {
    return _mm512_maskz_scalef_ps(keep, a, n);
}

/* a = m * 2^n with 0.75 <= m < 1.5, for finite a > 0, denormal too. Others: unspecified. */
static inline vfloat vsplit(vfloat a, vfloat *n) {
    const vfloat m = _mm512_getmant_ps(a, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    /* getexp is floor(log2 a); getmant halves the mantissas from 1.5 up */
    *n = _mm512_sub_ps(_mm512_getexp_ps(a), _mm512_getexp_ps(m));
    return m;
}

/* ---- shuffles ---- */

/* a shifted down by one lane, lane 0 of next moving in. */
static inline vfloat vshift_in(vfloat a, vfloat next) {
    return _mm512_castsi512_ps(
        _mm512_alignr_epi32(_mm512_castps_si512(next), _mm512_castps_si512(a), 1));
}

/* 2 VLANES floats in order -> even ones, odd ones; and back. */
static inline void vdeinterleave(vfloat r[2]) {
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd =
        _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    const vfloat a = r[0], b = r[1];
    r[0] = _mm512_permutex2var_ps(a, even, b);
    r[1] = _mm512_permutex2var_ps(a, odd, b);
}
static inline void vinterleave(vfloat r[2]) {
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const __m512i high =
        _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const vfloat a = r[0], b = r[1];
    r[0] = _mm512_permutex2var_ps(a, low, b);
    r[1] = _mm512_permutex2var_ps(a, high, b);
}

/* Rows become columns: pairs within 128-bit lanes, then the lanes. */
static inline void vtranspose(vfloat r[VLANES]) {
    vfloat t[VLANES];
    for (int i = 0; i < 16; i += 4) {
        const vfloat a = _mm512_unpacklo_ps(r[i], r[i + 1]), b = _mm512_unpackhi_ps(r[i], r[i + 1]);
        const vfloat c = _mm512_unpacklo_ps(r[i + 2], r[i + 3]),
                     d = _mm512_unpackhi_ps(r[i + 2], r[i + 3]);
        t[i] = _mm512_shuffle_ps(a, c, 0x44);
        t[i + 1] = _mm512_shuffle_ps(a, c, 0xEE);
        t[i + 2] = _mm512_shuffle_ps(b, d, 0x44);
        t[i + 3] = _mm512_shuffle_ps(b, d, 0xEE);
    }
    for (int i = 0; i < 4; i++) {
        const vfloat a = _mm512_shuffle_f32x4(t[i], t[i + 4], 0x88);
        const vfloat b = _mm512_shuffle_f32x4(t[i], t[i + 4], 0xDD);
        const vfloat c = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0x88);
        const vfloat d = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0xDD);
        r[i] = _mm512_shuffle_f32x4(a, c, 0x88);
        r[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
        r[i + 8] = _mm512_shuffle_f32x4(a, c, 0xDD);
        r[i + 12] = _mm512_shuffle_f32x4(b, d, 0xDD);
    }
}

/* Lanes of `low` from the lower half to a, of `high` from the upper half to b; both masks count
 * from 0 and have no lane beyond their half. */
static inline void vstore_halves(float *a, float *b, vfloat r, vmask low, vmask high) {
    _mm256_mask_storeu_ps(a, (__mmask8)low, _mm512_castps512_ps256(r));
    /* Not an extract and a masked store: compilers may join them into vextractf32x8 to memory,
     * which faults on masked lanes too (Intel SDM, exception class E6NF). */
    _mm512_mask_storeu_ps(b - 8, (vmask)(high << 8), r);
}

/* ---- vectors of int32 ---- */

typedef __m512i vint;
enum { VLEVELS = 4 }; /* VLANES = 2^VLEVELS */

static inline vint vint_set(int32_t a) { return _mm512_set1_epi32(a); }
static inline vint vint_load(const int32_t *p) { return _mm512_loadu_si512(p); }
static inline void vint_store(int32_t *p, vint a) { _mm512_storeu_si512(p, a); }
static inline vint vint_max(vint a, vint b) { return _mm512_max_epi32(a, b); }
/* The bits of floats, and back. */
static inline vint vint_bits(vfloat a) { return _mm512_castps_si512(a); }
static inline vfloat vint_floats(vint bits) { return _mm512_castsi512_ps(bits); }
static inline vint vint_select(vmask mask, vint yes, vint no) {
    return _mm512_mask_mov_epi32(no, mask, yes);
}

/* Elements step .. step+15 of a and b end to end; step is 1, 2, 4 or 8, a constant. */
static inline __attribute__((always_inline)) vint vint_next(vint a, vint b, const int step) {
    if (step == 1) return _mm512_alignr_epi32(b, a, 1);
    if (step == 2) return _mm512_alignr_epi32(b, a, 2);
    if (step == 4) return _mm512_alignr_epi32(b, a, 4);
    return _mm512_alignr_epi32(b, a, 8);
}

/* The same for a step from 0 to 15 known only at run time. */
struct vint_step {
    vint index;
};
static inline struct vint_step vint_step_of(int64_t step) {
    const vint iota = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return (struct vint_step){_mm512_add_epi32(iota, _mm512_set1_epi32((int)step))};
}
static inline vint vint_from(vint a, vint b, const struct vint_step *step) {
    return _mm512_permutex2var_epi32(a, step->index, b);
}

/* ---- tables ---- */

enum { VTABLE = 32 }; /* entries that one instruction looks up */

/* Entry i mod VTABLE of the table. */
static inline vfloat vlookup(const float table[VTABLE], vint i) {
    return _mm512_permutex2var_ps(vload(table), i, vload(table + 16));
}

#endif
