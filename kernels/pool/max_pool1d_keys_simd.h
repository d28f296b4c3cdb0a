/* Vectors of eight keys (see max_pool1d_key): what the vector algorithms of max_pool1d need of
 * AVX2. max_pool1d_lanes_avx512.h says the same with sixteen. */
#ifndef KERNELS_POOL_MAX_POOL1D_LANES_AVX2_H
#define KERNELS_POOL_MAX_POOL1D_LANES_AVX2_H

#include <immintrin.h>

#include "kernels/pool/max_pool1d.h"

typedef __m256i lanes;
enum { LANES = 8, LANE_LEVELS = 3 }; /* LANES = 2^LANE_LEVELS */

static inline lanes lanes_lowest(void) { return _mm256_set1_epi32(INT32_MIN); }
static inline lanes lanes_max(lanes a, lanes b) { return _mm256_max_epi32(a, b); }
static inline lanes lanes_load(const int32_t *from) {
    return _mm256_loadu_si256((const __m256i *)from);
}
static inline void lanes_store(int32_t *to, lanes a) { _mm256_storeu_si256((__m256i *)to, a); }

static inline lanes lanes_iota(void) { return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7); }
static inline lanes lanes_first(int64_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes_iota());
}

static inline lanes lanes_keys(lanes bits) {
    const lanes size = _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff));
    return _mm256_sub_epi32(_mm256_sign_epi32(size, bits), _mm256_set1_epi32(MAX_POOL1D_KEY_SHIFT));
}
static inline lanes lanes_floats(lanes keys) {
    const lanes number = _mm256_add_epi32(keys, _mm256_set1_epi32(MAX_POOL1D_KEY_SHIFT));
    const lanes sign = _mm256_and_si256(number, _mm256_set1_epi32(INT32_MIN));
    return _mm256_or_si256(_mm256_abs_epi32(number), sign);
}

/* Keys of x[0..7], or of the first `count` (below 8) and the lowest key after them. */
static inline lanes keys_load(const float *x) {
    return lanes_keys(_mm256_loadu_si256((const __m256i *)x));
}
static inline lanes keys_load_first(const float *x, int64_t count) {
    const lanes some = lanes_first(count);
    const lanes bits = _mm256_castps_si256(_mm256_maskload_ps(x, some));
    return _mm256_blendv_epi8(lanes_lowest(), lanes_keys(bits), some);
}
static inline void keys_store(float *y, lanes keys) {
    _mm256_storeu_si256((__m256i *)y, lanes_floats(keys));
}
/* y aligned */
static inline void keys_stream(float *y, lanes keys) {
    _mm256_stream_si256((__m256i *)y, lanes_floats(keys));
}
static inline void keys_store_first(float *y, lanes keys, int64_t count) {
    _mm256_maskstore_ps(y, lanes_first(count), _mm256_castsi256_ps(lanes_floats(keys)));
}

/* Elements step .. step+7 of a and b end to end; step is 1, 2 or 4, known when compiled. */
static inline __attribute__((always_inline)) lanes lanes_next(lanes a, lanes b, const int step) {
    const lanes middle = _mm256_permute2x128_si256(a, b, 0x21); /* a's upper half, b's lower */
    if (step == 1) return _mm256_alignr_epi8(middle, a, 4);
    if (step == 2) return _mm256_alignr_epi8(middle, a, 8);
    return middle;
}

/* The same for a step from 0 to 7 known only at run time. */
struct lanes_step {
    lanes index, from_b;
};
static inline struct lanes_step lanes_step_of(int64_t step) {
    const lanes steps = _mm256_set1_epi32((int)step);
    return (struct lanes_step){_mm256_add_epi32(lanes_iota(), steps),
                               _mm256_cmpgt_epi32(steps, lanes_iota())};
}
static inline lanes lanes_from(lanes a, lanes b, const struct lanes_step *step) {
    /* b's first lanes in place of a's, then rotate: vpermd takes its index modulo 8 */
    return _mm256_permutevar8x32_epi32(_mm256_blendv_epi8(a, b, step->from_b), step->index);
}

#endif
