/* max(0, x) over a range. Included after the vector header of an instruction set. */
#ifndef KERNELS_RELU_RELU_RANGE_H
#define KERNELS_RELU_RELU_RANGE_H

#include "kernels/core/past_caches.h"
#include "kernels/relu/relu.h"

/* vmax gives its second argument when either is NaN: NaN stays. */
static inline vfloat relu_vector(vfloat x) { return vmax(vset(0), x); }

/* Fewer than VLANES. */
static inline void relu_few(const float *x, float *y, int64_t n) {
    const vmask few = vfirst(n);
    vstore_masked(y, few, relu_vector(vload_kept(x, few)));
}

/* `past`: stores go past the caches. */
static inline void relu_range(const float *x, float *y, int64_t n, bool past) {
    int64_t i = 0;
    if (past) {
        i = past_caches_head(y, n, VLANES);
        relu_few(x, y, i);
        for (; i + 2 * VLANES <= n; i += 2 * VLANES) {
            const vfloat a = relu_vector(vload(x + i)), b = relu_vector(vload(x + i + VLANES));
            vstore_past(y + i, a);
            vstore_past(y + i + VLANES, b);
        }
        _mm_sfence();
    }
    for (; i + 2 * VLANES <= n; i += 2 * VLANES) {
        const vfloat a = relu_vector(vload(x + i)), b = relu_vector(vload(x + i + VLANES));
        vstore(y + i, a);
        vstore(y + i + VLANES, b);
    }
    for (; i + VLANES <= n; i += VLANES) vstore(y + i, relu_vector(vload(x + i)));
    relu_few(x + i, y + i, n - i);
}

#endif
