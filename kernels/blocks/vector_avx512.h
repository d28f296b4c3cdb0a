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
/* Past the caches; p aligned to VLANES floats, and an sfence after the last. */
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

#endif
