/* Vectors of sixteen keys (see max_pool1d_key): what the vector algorithms of max_pool1d need of
 * AVX-512. max_pool1d_lanes_avx2.h says the same with eight. */
#ifndef KERNELS_POOL_MAX_POOL1D_LANES_AVX512_H
#define KERNELS_POOL_MAX_POOL1D_LANES_AVX512_H

#include <immintrin.h>

#include "kernels/pool/max_pool1d.h"

typedef __m512i lanes;
enum { LANES = 16, LANE_LEVELS = 4 }; /* LANES = 2^LANE_LEVELS */

static inline lanes lanes_lowest(void) { return _mm512_set1_epi32(INT32_MIN); }
static inline lanes lanes_max(lanes a, lanes b) { return _mm512_max_epi32(a, b); }
static inline lanes lanes_load(const int32_t *from) { return _mm512_loadu_si512(from); }
static inline void lanes_store(int32_t *to, lanes a) { _mm512_storeu_si512(to, a); }

static inline __mmask16 lanes_first(int64_t count) { return (__mmask16)((1u << count) - 1); }

static inline lanes lanes_keys(lanes bits) {
    const lanes shift = _mm512_set1_epi32(MAX_POOL1D_KEY_SHIFT);
    /* of a negative: -(bits & 0x7fffffff) - shift = INT32_MIN - shift - bits */
    return _mm512_mask_sub_epi32(_mm512_sub_epi32(bits, shift), _mm512_movepi32_mask(bits),
                                 _mm512_set1_epi32(INT32_MAX - MAX_POOL1D_KEY_SHIFT + 1), bits);
}
static inline lanes lanes_floats(lanes keys) {
    const lanes number = _mm512_add_epi32(keys, _mm512_set1_epi32(MAX_POOL1D_KEY_SHIFT));
    const lanes sign_bit = _mm512_set1_epi32(INT32_MIN); /* number's, on |number|: A ? B : C */
    return _mm512_ternarylogic_epi32(sign_bit, number, _mm512_abs_epi32(number), 0xca);
}

/* Keys of x[0..15], or of the first `count` (below 16) and the lowest key after them. */
static inline lanes keys_load(const float *x) { return lanes_keys(_mm512_loadu_si512(x)); }
static inline lanes keys_load_first(const float *x, int64_t count) {
    const __mmask16 some = lanes_first(count);
    return _mm512_mask_mov_epi32(lanes_lowest(), some,
                                 lanes_keys(_mm512_maskz_loadu_epi32(some, x)));
}
static inline void keys_store(float *y, lanes keys) { _mm512_storeu_si512(y, lanes_floats(keys)); }
/* y aligned */
static inline void keys_stream(float *y, lanes keys) {
    _mm512_stream_si512((void *)y, lanes_floats(keys));
}
static inline void keys_store_first(float *y, lanes keys, int64_t count) {
    _mm512_mask_storeu_epi32(y, lanes_first(count), lanes_floats(keys));
}

/* Elements step .. step+15 of a and b end to end; step is 1, 2, 4 or 8, known when compiled. */
static inline __attribute__((always_inline)) lanes lanes_next(lanes a, lanes b, const int step) {
    if (step == 1) return _mm512_alignr_epi32(b, a, 1);
    if (step == 2) return _mm512_alignr_epi32(b, a, 2);
    if (step == 4) return _mm512_alignr_epi32(b, a, 4);
    return _mm512_alignr_epi32(b, a, 8);
}

/* The same for a step from 0 to 15 known only at run time. */
struct lanes_step {
    lanes index;
};
static inline struct lanes_step lanes_step_of(int64_t step) {
    const lanes iota = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return (struct lanes_step){_mm512_add_epi32(iota, _mm512_set1_epi32((int)step))};
}
static inline lanes lanes_from(lanes a, lanes b, const struct lanes_step *step) {
    return _mm512_permutex2var_epi32(a, step->index, b);
}

#endif
