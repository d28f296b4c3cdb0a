/* adam_step over a range, sixteen parameters at a time, one pass: each stream is read and written
 * once. Root and quotient are the correctly rounded instructions; memory hides them. */
#ifndef KERNELS_ADAM_STEP_ADAM_STEP_RANGE_AVX512_H
#define KERNELS_ADAM_STEP_ADAM_STEP_RANGE_AVX512_H

#include <immintrin.h>

#include "kernels/adam_step/adam_step_constants.h"

struct adam_streams {
    float *param;
    const float *grad;
    float *exp_avg, *exp_avg_sq, *max_exp_avg_sq;
};

/* The lanes of `tail` from element i on. `l2` and `amsgrad` are constants at every call. */
static inline __attribute__((always_inline)) void adam_lanes(const struct adam_constants *c,
                                                             const struct adam_streams *s,
                                                             int64_t i, __mmask16 tail,
                                                             const bool l2, const bool amsgrad) {
    const __m512 param = _mm512_maskz_loadu_ps(tail, s->param + i);
    __m512 g = _mm512_mul_ps(_mm512_set1_ps(c->sign), _mm512_maskz_loadu_ps(tail, s->grad + i));
    if (l2) g = _mm512_fmadd_ps(_mm512_set1_ps(c->l2), param, g);

    const __m512 old_m = _mm512_maskz_loadu_ps(tail, s->exp_avg + i);
    const __m512 m = _mm512_fmadd_ps(_mm512_set1_ps(c->beta1), old_m,
                                     _mm512_mul_ps(_mm512_set1_ps(c->fresh1), g));
    _mm512_mask_storeu_ps(s->exp_avg + i, tail, m);

    const __m512 old_v = _mm512_maskz_loadu_ps(tail, s->exp_avg_sq + i);
    /* (fresh * g) * g: g * g would overflow first */
    __m512 v = _mm512_fmadd_ps(_mm512_mul_ps(_mm512_set1_ps(c->fresh2), g), g,
                               _mm512_mul_ps(_mm512_set1_ps(c->beta2), old_v));
    _mm512_mask_storeu_ps(s->exp_avg_sq + i, tail, v);
    if (amsgrad) {
        const __m512 largest = _mm512_maskz_loadu_ps(tail, s->max_exp_avg_sq + i);
        /* vmaxps returns v when either is NaN; a NaN in the maximum must stay */
        const __mmask16 lost = _mm512_cmp_ps_mask(largest, largest, _CMP_UNORD_Q);
        v = _mm512_mask_mov_ps(_mm512_max_ps(largest, v), lost, largest);
        _mm512_mask_storeu_ps(s->max_exp_avg_sq + i, tail, v);
    }

    const __m512 below =
        _mm512_fmadd_ps(_mm512_sqrt_ps(v), _mm512_set1_ps(c->root_scale), _mm512_set1_ps(c->eps));
    const __m512 update = _mm512_div_ps(_mm512_mul_ps(_mm512_set1_ps(c->step_size), m), below);
    _mm512_mask_storeu_ps(s->param + i, tail,
                          _mm512_fmsub_ps(_mm512_set1_ps(c->keep), param, update));
}

static inline __attribute__((always_inline)) void adam_loop(const struct adam_constants *c,
                                                            const struct adam_streams *s,
                                                            int64_t first, int64_t end,
                                                            const bool l2, const bool amsgrad) {
    const struct adam_constants constants = *c; /* no store can alias a local */
    const struct adam_streams streams = *s;
    int64_t i = first;
    for (; i + 16 <= end; i += 16) adam_lanes(&constants, &streams, i, 0xffff, l2, amsgrad);
    const __mmask16 tail = (__mmask16)((1u << (end - i)) - 1);
    if (i < end) adam_lanes(&constants, &streams, i, tail, l2, amsgrad);
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
