/* adam_step over a range, eight parameters at a time, one pass: each stream is read and written
 * once. Root and quotient are the correctly rounded instructions; memory hides them. */
#ifndef KERNELS_ADAM_STEP_ADAM_STEP_RANGE_AVX2_H
#define KERNELS_ADAM_STEP_ADAM_STEP_RANGE_AVX2_H

#include <immintrin.h>

#include "kernels/adam_step/adam_step_constants.h"

struct adam_streams {
    float *param;
    const float *grad;
    float *exp_avg, *exp_avg_sq, *max_exp_avg_sq;
};

struct adam_vector {
    __m256 param, grad, m, v, largest;
};

/* One step on registers. `l2` and `amsgrad` are constants at every call. */
static inline __attribute__((always_inline)) struct adam_vector
adam_vector(const struct adam_constants *c, struct adam_vector a, const bool l2,
            const bool amsgrad) {
    __m256 g = _mm256_mul_ps(_mm256_set1_ps(c->sign), a.grad);
    if (l2) g = _mm256_fmadd_ps(_mm256_set1_ps(c->l2), a.param, g);
    a.m =
        _mm256_fmadd_ps(_mm256_set1_ps(c->beta1), a.m, _mm256_mul_ps(_mm256_set1_ps(c->fresh1), g));
    /* (fresh * g) * g: g * g would overflow first */
    a.v = _mm256_fmadd_ps(_mm256_mul_ps(_mm256_set1_ps(c->fresh2), g), g,
                          _mm256_mul_ps(_mm256_set1_ps(c->beta2), a.v));
    __m256 v = a.v;
    if (amsgrad) {
        /* vmaxps returns v when either is NaN; a NaN in the maximum must stay */
        const __m256 lost = _mm256_cmp_ps(a.largest, a.largest, _CMP_UNORD_Q);
        a.largest = v = _mm256_blendv_ps(_mm256_max_ps(a.largest, v), a.largest, lost);
    }
    const __m256 below =
        _mm256_fmadd_ps(_mm256_sqrt_ps(v), _mm256_set1_ps(c->root_scale), _mm256_set1_ps(c->eps));
    const __m256 update = _mm256_div_ps(_mm256_mul_ps(_mm256_set1_ps(c->step_size), a.m), below);
    a.param = _mm256_fmsub_ps(_mm256_set1_ps(c->keep), a.param, update);
    return a;
}

static inline __attribute__((always_inline)) void adam_whole(const struct adam_constants *c,
                                                             const struct adam_streams *s,
                                                             int64_t i, const bool l2,
                                                             const bool amsgrad) {
    struct adam_vector a = {_mm256_loadu_ps(s->param + i), _mm256_loadu_ps(s->grad + i),
                            _mm256_loadu_ps(s->exp_avg + i), _mm256_loadu_ps(s->exp_avg_sq + i),
                            amsgrad ? _mm256_loadu_ps(s->max_exp_avg_sq + i) : _mm256_setzero_ps()};
    a = adam_vector(c, a, l2, amsgrad);
    _mm256_storeu_ps(s->param + i, a.param);
    _mm256_storeu_ps(s->exp_avg + i, a.m);
    _mm256_storeu_ps(s->exp_avg_sq + i, a.v);
    if (amsgrad) _mm256_storeu_ps(s->max_exp_avg_sq + i, a.largest);
}

static inline __attribute__((always_inline)) void adam_tail(const struct adam_constants *c,
                                                            const struct adam_streams *s, int64_t i,
                                                            int count, const bool l2,
                                                            const bool amsgrad) {
    const __m256i tail =
        _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    struct adam_vector a = {
        _mm256_maskload_ps(s->param + i, tail), _mm256_maskload_ps(s->grad + i, tail),
        _mm256_maskload_ps(s->exp_avg + i, tail), _mm256_maskload_ps(s->exp_avg_sq + i, tail),
        amsgrad ? _mm256_maskload_ps(s->max_exp_avg_sq + i, tail) : _mm256_setzero_ps()};
    a = adam_vector(c, a, l2, amsgrad);
    _mm256_maskstore_ps(s->param + i, tail, a.param);
    _mm256_maskstore_ps(s->exp_avg + i, tail, a.m);
    _mm256_maskstore_ps(s->exp_avg_sq + i, tail, a.v);
    if (amsgrad) _mm256_maskstore_ps(s->max_exp_avg_sq + i, tail, a.largest);
}

static inline __attribute__((always_inline)) void adam_loop(const struct adam_constants *c,
                                                            const struct adam_streams *s,
                                                            int64_t first, int64_t end,
                                                            const bool l2, const bool amsgrad) {
    const struct adam_constants constants = *c; /* no store can alias a local */
    const struct adam_streams streams = *s;
    int64_t i = first;
    for (; i + 8 <= end; i += 8) adam_whole(&constants, &streams, i, l2, amsgrad);
    if (i < end) adam_tail(&constants, &streams, i, (int)(end - i), l2, amsgrad);
}

static inline void adam_range(const struct adam_constants *c, const struct adam_streams *s,
                              int64_t first, int64_t end) {
    const bool amsgrad = s->max_exp_avg_sq != NULL;
    if (c->through_gradient && amsgrad)
        adam_loop(c, s, first, end, true, true);
    else if (c->through_gradient)
        adam_loop(c, s, first, end, true, false);
    else if (amsgrad)
        adam_loop(c, s, first, end, false, true);
    else
        adam_loop(c, s, first, end, false, false);
}

#endif
