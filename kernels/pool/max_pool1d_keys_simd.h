/* Vectors of keys (max_pool1d_keys.h), from floats and back. */
#ifndef KERNELS_POOL_MAX_POOL1D_KEYS_SIMD_H
#define KERNELS_POOL_MAX_POOL1D_KEYS_SIMD_H

#include "kernels/blocks/simd.h"
#include "kernels/pool/max_pool1d_keys.h"

static inline vint keys_lowest(void) { return vint_set(INT32_MIN); }

#if ASSAY_LANES == 16

static inline vint keys_of(vfloat x) {
    const vint bits = vint_bits(x), shift = vint_set(MAX_POOL1D_KEY_SHIFT);
    /* of a negative: -(bits & 0x7fffffff) - shift = INT32_MIN - shift - bits */
    return _mm512_mask_sub_epi32(_mm512_sub_epi32(bits, shift), _mm512_movepi32_mask(bits),
                                 vint_set(INT32_MAX - MAX_POOL1D_KEY_SHIFT + 1), bits);
}
static inline vfloat keys_floats(vint keys) {
    const vint number = _mm512_add_epi32(keys, vint_set(MAX_POOL1D_KEY_SHIFT));
    /* number's sign bit on |number|: A ? B : C */
    return vint_floats(
        _mm512_ternarylogic_epi32(vint_set(INT32_MIN), number, _mm512_abs_epi32(number), 0xca));
}

#else

static inline vint keys_of(vfloat x) {
    const vint bits = vint_bits(x), size = _mm256_and_si256(bits, vint_set(0x7fffffff));
    return _mm256_sub_epi32(_mm256_sign_epi32(size, bits), vint_set(MAX_POOL1D_KEY_SHIFT));
}
static inline vfloat keys_floats(vint keys) {
    const vint number = _mm256_add_epi32(keys, vint_set(MAX_POOL1D_KEY_SHIFT));
    const vint sign = _mm256_and_si256(number, vint_set(INT32_MIN));
    return vint_floats(_mm256_or_si256(_mm256_abs_epi32(number), sign));
}

#endif

/* Loaded as integers: with a load of floats gcc takes the `and` for one of floats too, and reads
 * its constant anew in the loops. */
static inline vint keys_load(const float *x) {
    return keys_of(vint_floats(vint_load((const int32_t *)x)));
}
/* Of the first `count` (below VLANES), and the lowest key after them. */
static inline vint keys_load_first(const float *x, int64_t count) {
    const vmask some = vfirst(count);
    return vint_select(some, keys_of(vload_zeroed(x, some)), keys_lowest());
}

#endif
