/* The AVX-512 intrinsics that the kernels use, as C functions on pairs of AVX2 vectors.
 *
 * The preset `emulated` includes this file before every file that is compiled for AVX-512, and
 * compiles it for AVX2 instead: what such a kernel computes, reads and writes is then verified on
 * machines that lack the instructions. Results are those of the instructions but for which NaN a
 * NaN is, masked lanes are not touched in memory, and aligned accesses trap on other addresses.
 * Nothing is said about speed.
 *
 * operations.def has a line for each function, by which emulation_test.c compares it with plain C,
 * and with the instruction where there is one. complete.sh names an intrinsic that is missing here.
 */
#ifndef TESTS_EMULATION_AVX512_H
#define TESTS_EMULATION_AVX512_H

#include <immintrin.h>
#include <stdint.h>

typedef struct {
    __m256 low, high;
} emulated_m512;
typedef struct {
    __m256i low, high;
} emulated_m512i;
typedef union {
    emulated_m512 floats;
    emulated_m512i ints;
    float f[16];
    uint32_t u[16];
} emulated_lanes;

#define EMULATED static inline __attribute__((always_inline))

EMULATED emulated_m512 emulated_castsi512_ps(emulated_m512i a) {
    return (emulated_m512){_mm256_castsi256_ps(a.low), _mm256_castsi256_ps(a.high)};
}
EMULATED emulated_m512i emulated_castps_si512(emulated_m512 a) {
    return (emulated_m512i){_mm256_castps_si256(a.low), _mm256_castps_si256(a.high)};
}
EMULATED __m256 emulated_castps512_ps256(emulated_m512 a) { return a.low; }

/* ---- what AVX2 has, twice ---------------------------------------------------------------------
 */

#define EMULATED_HALVES_1(name, type)                                                              \
    EMULATED type emulated_##name(type a) {                                                        \
        return (type){_mm256_##name(a.low), _mm256_##name(a.high)};                                \
    }
#define EMULATED_HALVES_2(name, type)                                                              \
    EMULATED type emulated_##name(type a, type b) {                                                \
        return (type){_mm256_##name(a.low, b.low), _mm256_##name(a.high, b.high)};                 \
    }
#define EMULATED_HALVES_3(name, type)                                                              \
    EMULATED type emulated_##name(type a, type b, type c) {                                        \
        return (type){_mm256_##name(a.low, b.low, c.low), _mm256_##name(a.high, b.high, c.high)};  \
    }
EMULATED_HALVES_2(add_ps, emulated_m512)
EMULATED_HALVES_2(sub_ps, emulated_m512)
EMULATED_HALVES_2(mul_ps, emulated_m512)
EMULATED_HALVES_2(div_ps, emulated_m512)
EMULATED_HALVES_2(min_ps, emulated_m512)
EMULATED_HALVES_2(max_ps, emulated_m512)
EMULATED_HALVES_1(sqrt_ps, emulated_m512)
EMULATED_HALVES_3(fmadd_ps, emulated_m512)
EMULATED_HALVES_3(fmsub_ps, emulated_m512)
EMULATED_HALVES_3(fnmadd_ps, emulated_m512)
EMULATED_HALVES_2(unpacklo_ps, emulated_m512)
EMULATED_HALVES_2(unpackhi_ps, emulated_m512)
EMULATED_HALVES_2(add_epi32, emulated_m512i)
EMULATED_HALVES_2(sub_epi32, emulated_m512i)
EMULATED_HALVES_2(max_epi32, emulated_m512i)
EMULATED_HALVES_1(abs_epi32, emulated_m512i)

EMULATED emulated_m512 emulated_set1_ps(float a) {
    return (emulated_m512){_mm256_set1_ps(a), _mm256_set1_ps(a)};
}
EMULATED emulated_m512i emulated_set1_epi32(int a) {
    return (emulated_m512i){_mm256_set1_epi32(a), _mm256_set1_epi32(a)};
}
EMULATED emulated_m512 emulated_setzero_ps(void) { return emulated_set1_ps(0); }
EMULATED emulated_m512i emulated_setr_epi32(int a, int b, int c, int d, int e, int f, int g, int h,
                                            int i, int j, int k, int l, int m, int n, int o,
                                            int p) {
    return (emulated_m512i){_mm256_setr_epi32(a, b, c, d, e, f, g, h),
                            _mm256_setr_epi32(i, j, k, l, m, n, o, p)};
}
EMULATED emulated_m512 emulated_zextps128_ps512(__m128 a) {
    return (emulated_m512){_mm256_insertf128_ps(_mm256_setzero_ps(), a, 0), _mm256_setzero_ps()};
}
EMULATED emulated_m512 emulated_abs_ps(emulated_m512 a) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return (emulated_m512){_mm256_andnot_ps(sign, a.low), _mm256_andnot_ps(sign, a.high)};
}

/* ---- masks ------------------------------------------------------------------------------------
 */

/* All bits of the lanes that the mask selects. */
EMULATED emulated_m512i emulated_selected(__mmask16 mask) {
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i low = _mm256_set1_epi32(mask & 0xFF), high = _mm256_set1_epi32(mask >> 8);
    return (emulated_m512i){_mm256_cmpeq_epi32(_mm256_and_si256(low, bit), bit),
                            _mm256_cmpeq_epi32(_mm256_and_si256(high, bit), bit)};
}
EMULATED __mmask16 emulated_signs(emulated_m512 a) {
    return (__mmask16)(_mm256_movemask_ps(a.low) | _mm256_movemask_ps(a.high) << 8);
}
EMULATED __mmask16 emulated_movepi32_mask(emulated_m512i a) {
    return emulated_signs(emulated_castsi512_ps(a));
}

EMULATED emulated_m512 emulated_mask_blend_ps(__mmask16 mask, emulated_m512 no, emulated_m512 yes) {
    const emulated_m512 where = emulated_castsi512_ps(emulated_selected(mask));
    return (emulated_m512){_mm256_blendv_ps(no.low, yes.low, where.low),
                           _mm256_blendv_ps(no.high, yes.high, where.high)};
}
EMULATED emulated_m512 emulated_mask_mov_ps(emulated_m512 other, __mmask16 mask, emulated_m512 a) {
    return emulated_mask_blend_ps(mask, other, a);
}
EMULATED emulated_m512 emulated_maskz_mov_ps(__mmask16 mask, emulated_m512 a) {
    return emulated_mask_blend_ps(mask, emulated_setzero_ps(), a);
}
EMULATED emulated_m512i emulated_mask_mov_epi32(emulated_m512i other, __mmask16 mask,
                                                emulated_m512i a) {
    return emulated_castps_si512(
        emulated_mask_blend_ps(mask, emulated_castsi512_ps(other), emulated_castsi512_ps(a)));
}
EMULATED emulated_m512i emulated_mask_sub_epi32(emulated_m512i other, __mmask16 mask,
                                                emulated_m512i a, emulated_m512i b) {
    return emulated_mask_mov_epi32(other, mask, emulated_sub_epi32(a, b));
}

/* Which outcomes a predicate is true of: 1 less, 2 equal, 4 greater, 8 unordered. */
EMULATED __mmask16 emulated_cmp_ps_mask(emulated_m512 a, emulated_m512 b, const int predicate) {
    static const unsigned char outcomes[16] = {2,  1, 3,  8, 13, 14, 12, 7,
                                               10, 9, 11, 0, 5,  6,  4,  15};
#define EMULATED_COMPARED(name)                                                                    \
    emulated_signs(                                                                                \
        (emulated_m512){_mm256_cmp_ps(a.low, b.low, name), _mm256_cmp_ps(a.high, b.high, name)})
    const int of = outcomes[predicate & 15];
    unsigned true_of = 0;
    if (of & 1) true_of |= EMULATED_COMPARED(_CMP_LT_OQ);
    if (of & 2) true_of |= EMULATED_COMPARED(_CMP_EQ_OQ);
    if (of & 4) true_of |= EMULATED_COMPARED(_CMP_GT_OQ);
    if (of & 8) true_of |= EMULATED_COMPARED(_CMP_UNORD_Q);
    return (__mmask16)true_of;
}

/* ---- memory -----------------------------------------------------------------------------------
 */

EMULATED emulated_m512 emulated_loadu_ps(const void *p) {
    return (emulated_m512){_mm256_loadu_ps(p), _mm256_loadu_ps((const float *)p + 8)};
}
EMULATED emulated_m512i emulated_loadu_si512(const void *p) {
    const __m256i_u *half = p;
    return (emulated_m512i){_mm256_loadu_si256(half), _mm256_loadu_si256(half + 1)};
}
EMULATED void emulated_storeu_ps(void *p, emulated_m512 a) {
    _mm256_storeu_ps(p, a.low);
    _mm256_storeu_ps((float *)p + 8, a.high);
}
EMULATED void emulated_storeu_si512(void *p, emulated_m512i a) {
    __m256i_u *half = p;
    _mm256_storeu_si256(half, a.low);
    _mm256_storeu_si256(half + 1, a.high);
}

EMULATED void emulated_aligned(const void *p) {
    if ((uintptr_t)p % 64) __builtin_trap();
}
EMULATED emulated_m512 emulated_load_ps(const void *p) {
    emulated_aligned(p);
    return emulated_loadu_ps(p);
}
EMULATED void emulated_store_ps(void *p, emulated_m512 a) {
    emulated_aligned(p);
    emulated_storeu_ps(p, a);
}
EMULATED void emulated_stream_ps(void *p, emulated_m512 a) { emulated_store_ps(p, a); }
EMULATED void emulated_stream_si512(void *p, emulated_m512i a) {
    emulated_aligned(p);
    emulated_storeu_si512(p, a);
}

EMULATED emulated_m512 emulated_maskz_loadu_ps(__mmask16 mask, const void *p) {
    const emulated_m512i where = emulated_selected(mask);
    return (emulated_m512){_mm256_maskload_ps(p, where.low),
                           _mm256_maskload_ps((const float *)p + 8, where.high)};
}
EMULATED emulated_m512 emulated_mask_loadu_ps(emulated_m512 other, __mmask16 mask, const void *p) {
    return emulated_mask_blend_ps(mask, other, emulated_maskz_loadu_ps(mask, p));
}
EMULATED emulated_m512i emulated_maskz_loadu_epi32(__mmask16 mask, const void *p) {
    return emulated_castps_si512(emulated_maskz_loadu_ps(mask, p));
}
EMULATED void emulated_mask_storeu_ps(void *p, __mmask16 mask, emulated_m512 a) {
    const emulated_m512i where = emulated_selected(mask);
    _mm256_maskstore_ps(p, where.low, a.low);
    _mm256_maskstore_ps((float *)p + 8, where.high, a.high);
}
EMULATED void emulated_mask_storeu_epi32(void *p, __mmask16 mask, emulated_m512i a) {
    emulated_mask_storeu_ps(p, mask, emulated_castsi512_ps(a));
}
EMULATED void emulated_mask_storeu_ps_256(void *p, __mmask8 mask, __m256 a) {
    _mm256_maskstore_ps(p, emulated_selected(mask).low, a);
}

/* ---- lanes that move --------------------------------------------------------------------------
 */

EMULATED emulated_m512i emulated_permutex2var_epi32(emulated_m512i a, emulated_m512i index,
                                                    emulated_m512i b) {
    const emulated_lanes from[2] = {{.ints = a}, {.ints = b}}, at = {.ints = index};
    emulated_lanes r;
    for (int i = 0; i < 16; i++) r.u[i] = from[at.u[i] >> 4 & 1].u[at.u[i] & 15];
    return r.ints;
}
EMULATED emulated_m512 emulated_permutex2var_ps(emulated_m512 a, emulated_m512i index,
                                                emulated_m512 b) {
    return emulated_castsi512_ps(
        emulated_permutex2var_epi32(emulated_castps_si512(a), index, emulated_castps_si512(b)));
}
/* Lanes count .. count+15 of b and a end to end. */
EMULATED emulated_m512i emulated_alignr_epi32(emulated_m512i a, emulated_m512i b, const int count) {
    const emulated_lanes from[2] = {{.ints = b}, {.ints = a}};
    emulated_lanes r;
    for (int i = 0; i < 16; i++) r.u[i] = from[(i + (count & 15)) >> 4].u[(i + count) & 15];
    return r.ints;
}
EMULATED emulated_m512 emulated_shuffle_ps(emulated_m512 a, emulated_m512 b, const int select) {
    const emulated_lanes from[2] = {{.floats = a}, {.floats = b}};
    emulated_lanes r;
    for (int i = 0; i < 16; i++)
        r.u[i] = from[i >> 1 & 1].u[(i & ~3) + (select >> 2 * (i & 3) & 3)];
    return r.floats;
}
EMULATED emulated_m512 emulated_shuffle_f32x4(emulated_m512 a, emulated_m512 b, const int select) {
    const emulated_lanes from[2] = {{.floats = a}, {.floats = b}};
    emulated_lanes r;
    for (int i = 0; i < 16; i++)
        r.u[i] = from[i >> 3].u[4 * (select >> 2 * (i >> 2) & 3) + (i & 3)];
    return r.floats;
}
EMULATED emulated_m512 emulated_mask_broadcast_f32x4(emulated_m512 other, __mmask16 mask,
                                                     __m128 a) {
    const __m256 twice =
        _mm256_insertf128_ps(_mm256_insertf128_ps(_mm256_setzero_ps(), a, 0), a, 1);
    return emulated_mask_blend_ps(mask, other, (emulated_m512){twice, twice});
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

EMULATED emulated_m512i emulated_ternarylogic_epi32(emulated_m512i a, emulated_m512i b,
                                                    emulated_m512i c, const int truth) {
    const emulated_lanes x = {.ints = a}, y = {.ints = b}, z = {.ints = c};
    emulated_lanes r = {.ints = emulated_set1_epi32(0)};
    for (int row = 0; row < 8; row++)
        if (truth >> row & 1)
            for (int i = 0; i < 16; i++)
                r.u[i] |= (row & 4 ? x.u[i] : ~x.u[i]) & (row & 2 ? y.u[i] : ~y.u[i]) &
                          (row & 1 ? z.u[i] : ~z.u[i]);
    return r.ints;
}

/* floor(log2 |x|); of 0 -Inf, of an infinity +Inf, of a NaN that NaN, quiet (Intel SDM, VGETEXPPS
 * special cases). */
EMULATED emulated_m512 emulated_getexp_ps(emulated_m512 a) {
    emulated_lanes x = {.floats = emulated_abs_ps(a)};
    for (int i = 0; i < 16; i++) {
        const uint32_t bits = x.u[i];
        if (bits == 0)
            x.f[i] = -__builtin_inff();
        else if (bits < 0x800000) /* denormal: bits * 2^-149 */
            x.f[i] = (float)(31 - __builtin_clz(bits) - 149);
        else if (bits < 0x7F800000)
            x.f[i] = (float)((int)(bits >> 23) - 127);
        else if (bits > 0x7F800000)
            x.u[i] |= 0x400000;
    }
    return x.floats;
}

/* The mantissa in [0.75, 1.5) with x's sign; of 0 and infinities +-1, of a NaN that NaN, quiet
 * (Intel SDM, GetMant() special float values). */
EMULATED emulated_m512 emulated_getmant_MM_MANT_NORM_p75_1p5_MM_MANT_SIGN_src(emulated_m512 a) {
    emulated_lanes x = {.floats = a};
    for (int i = 0; i < 16; i++) {
        const uint32_t sign = x.u[i] & 0x80000000, bits = x.u[i] & 0x7FFFFFFF;
        uint32_t fraction = bits & 0x7FFFFF;
        if (bits > 0x7F800000) {
            x.u[i] |= 0x400000;
            continue;
        }
        if (bits < 0x800000 && bits) fraction = bits << (__builtin_clz(bits) - 8) & 0x7FFFFF;
        x.u[i] = sign | (fraction & 0x400000 ? 126u : 127u) << 23 | fraction;
    }
    return x.floats;
}

/* x * 2^floor(n), rounded once: by the conversion, since the product of doubles is exact wherever
 * the result is not 0 or infinite. NaN and infinity (Intel SDM, VSCALEFPD/SD/PS/SS special cases):
 *
 *   x \ n      NaN        +Inf       -Inf    number
 *   quiet NaN  x          +Inf       +0      x
 *   sig. NaN   x          x          x       x         (made quiet)
 *   +-Inf      n          x          NaN     x
 *   +-0        n          NaN        x       x
 *   number     n          +-Inf      +-0     x 2^floor(n)
 */
EMULATED float emulated_scaled(float x, float n, float floor_n) {
    const float infinity = __builtin_inff();
    if (x != x) {
        const union {
            float number;
            uint32_t bits;
        } nan = {.number = x};
        const int quiet = nan.bits >> 22 & 1;
        return quiet && n == infinity ? infinity : quiet && n == -infinity ? 0 : x + x;
    }
    if (n != n) return n + n;
    if (n == infinity || n == -infinity) return x * (n > 0 ? infinity : 0);
    const int64_t clamped = floor_n > 300 ? 300 : floor_n < -300 ? -300 : (int64_t)floor_n;
    const union {
        int64_t bits;
        double number;
    } power = {.bits = (clamped + 1023) << 52};
    return (float)(x * power.number);
}
EMULATED emulated_m512 emulated_scalef_ps(emulated_m512 a, emulated_m512 n) {
    const emulated_lanes exponent = {.floats = n},
                         floors = {.floats = {_mm256_floor_ps(n.low), _mm256_floor_ps(n.high)}};
    emulated_lanes x = {.floats = a};
    for (int i = 0; i < 16; i++) x.f[i] = emulated_scaled(x.f[i], exponent.f[i], floors.f[i]);
    return x.floats;
}
EMULATED emulated_m512 emulated_maskz_scalef_ps(__mmask16 mask, emulated_m512 a, emulated_m512 n) {
    return emulated_maskz_mov_ps(mask, emulated_scalef_ps(a, n));
}

/* Halves, and their halves: the order of compilers. */
#define EMULATED_REDUCED(name)                                                                     \
    EMULATED float emulated_reduce_##name##_ps(emulated_m512 a) {                                  \
        const __m256 eight = _mm256_##name##_ps(a.high, a.low);                                    \
        const __m128 four =                                                                        \
            _mm_##name##_ps(_mm256_extractf128_ps(eight, 1), _mm256_castps256_ps128(eight));       \
        const __m128 two = _mm_##name##_ps(four, _mm_movehl_ps(four, four));                       \
        return _mm_cvtss_f32(_mm_##name##_ss(two, _mm_movehdup_ps(two)));                          \
    }
EMULATED_REDUCED(add)
EMULATED_REDUCED(max)

/* ---- their names ------------------------------------------------------------------------------
 */

#undef _mm512_alignr_epi32 /* macros in some compilers, or without optimisation */
#undef _mm512_cmp_ps_mask
#undef _mm512_getexp_ps
#undef _mm512_getmant_ps
#undef _mm512_setr_epi32
#undef _mm512_shuffle_f32x4
#undef _mm512_shuffle_ps
#undef _mm512_ternarylogic_epi32

#undef __AVX512F__
#define __AVX512F__ 1
#define __m512 emulated_m512
#define __m512i emulated_m512i
#define _mm512_abs_epi32 emulated_abs_epi32
#define _mm512_abs_ps emulated_abs_ps
#define _mm512_add_epi32 emulated_add_epi32
#define _mm512_add_ps emulated_add_ps
#define _mm512_alignr_epi32 emulated_alignr_epi32
#define _mm512_castps512_ps256 emulated_castps512_ps256
#define _mm512_castps_si512 emulated_castps_si512
#define _mm512_castsi512_ps emulated_castsi512_ps
#define _mm512_cmp_ps_mask emulated_cmp_ps_mask
#define _mm512_div_ps emulated_div_ps
#define _mm512_fmadd_ps emulated_fmadd_ps
#define _mm512_fmsub_ps emulated_fmsub_ps
#define _mm512_fnmadd_ps emulated_fnmadd_ps
#define _mm512_getexp_ps emulated_getexp_ps
#define _mm512_load_ps emulated_load_ps
#define _mm512_loadu_ps emulated_loadu_ps
#define _mm512_loadu_si512 emulated_loadu_si512
#define _mm512_mask_blend_ps emulated_mask_blend_ps
#define _mm512_mask_broadcast_f32x4 emulated_mask_broadcast_f32x4
#define _mm512_mask_loadu_ps emulated_mask_loadu_ps
#define _mm512_mask_mov_epi32 emulated_mask_mov_epi32
#define _mm512_mask_mov_ps emulated_mask_mov_ps
#define _mm512_mask_storeu_epi32 emulated_mask_storeu_epi32
#define _mm512_mask_storeu_ps emulated_mask_storeu_ps
#define _mm512_mask_sub_epi32 emulated_mask_sub_epi32
#define _mm512_maskz_loadu_epi32 emulated_maskz_loadu_epi32
#define _mm512_maskz_loadu_ps emulated_maskz_loadu_ps
#define _mm512_maskz_mov_ps emulated_maskz_mov_ps
#define _mm512_maskz_scalef_ps emulated_maskz_scalef_ps
#define _mm512_max_epi32 emulated_max_epi32
#define _mm512_max_ps emulated_max_ps
#define _mm512_min_ps emulated_min_ps
#define _mm512_movepi32_mask emulated_movepi32_mask
#define _mm512_mul_ps emulated_mul_ps
#define _mm512_permutex2var_epi32 emulated_permutex2var_epi32
#define _mm512_permutex2var_ps emulated_permutex2var_ps
#define _mm512_reduce_add_ps emulated_reduce_add_ps
#define _mm512_reduce_max_ps emulated_reduce_max_ps
#define _mm512_scalef_ps emulated_scalef_ps
#define _mm512_set1_epi32 emulated_set1_epi32
#define _mm512_set1_ps emulated_set1_ps
#define _mm512_setr_epi32 emulated_setr_epi32
#define _mm512_setzero_ps emulated_setzero_ps
#define _mm512_shuffle_f32x4 emulated_shuffle_f32x4
#define _mm512_shuffle_ps emulated_shuffle_ps
#define _mm512_sqrt_ps emulated_sqrt_ps
#define _mm512_store_ps emulated_store_ps
#define _mm512_storeu_ps emulated_storeu_ps
#define _mm512_storeu_si512 emulated_storeu_si512
#define _mm512_stream_ps emulated_stream_ps
#define _mm512_stream_si512 emulated_stream_si512
#define _mm512_sub_epi32 emulated_sub_epi32
#define _mm512_sub_ps emulated_sub_ps
#define _mm512_ternarylogic_epi32 emulated_ternarylogic_epi32
#define _mm512_unpackhi_ps emulated_unpackhi_ps
#define _mm512_unpacklo_ps emulated_unpacklo_ps
#define _mm512_zextps128_ps512 emulated_zextps128_ps512
#define _mm512_getmant_ps(a, interval, sign) emulated_getmant##interval##sign(a)
#define _mm256_mask_storeu_ps emulated_mask_storeu_ps_256

#endif
