/* x <= 0 ? 0 : grad_y over a range. Included after the vector header of an instruction set. */
#ifndef KERNELS_RELU_RELU_BACKWARD_RANGE_H
#define KERNELS_RELU_RELU_BACKWARD_RANGE_H

#include "kernels/core/past_caches.h"
#include "kernels/relu/relu_backward.h"

/* A NaN x lets the gradient pass. */
static inline vfloat relu_gradient(vfloat grad_y, vfloat x) {
    return vkeep(vnot_up_to(x, vset(0)), grad_y);
}
static inline vfloat relu_gradient_at(const float *grad_y, const float *x) {
    return relu_gradient(vload(grad_y), vload(x));
}

/* Fewer than VLANES. */
static inline void relu_backward_few(const float *grad_y, const float *x, float *grad_x,
                                     int64_t n) {
    const vmask few = vfirst(n);
    const vfloat g = vload_kept(grad_y, few);
    vstore_masked(grad_x, few, relu_gradient(g, vload_kept(x, few)));
}

/* `past`: stores go past the caches. */
static inline void relu_backward_range(const float *grad_y, const float *x, float *grad_x,
                                       int64_t n, bool past) {
    int64_t i = 0;
    if (past) {
        i = past_caches_head(grad_x, n, VLANES);
        relu_backward_few(grad_y, x, grad_x, i);
        for (; i + 2 * VLANES <= n; i += 2 * VLANES) {
            const vfloat a = relu_gradient_at(grad_y + i, x + i);
            const vfloat b = relu_gradient_at(grad_y + i + VLANES, x + i + VLANES);
            vstore_past(grad_x + i, a);
            vstore_past(grad_x + i + VLANES, b);
        }
        _mm_sfence();
    }
    for (; i + 2 * VLANES <= n; i += 2 * VLANES) {
        const vfloat a = relu_gradient_at(grad_y + i, x + i);
        const vfloat b = relu_gradient_at(grad_y + i + VLANES, x + i + VLANES);
        vstore(grad_x + i, a);
        vstore(grad_x + i + VLANES, b);
    }
    for (; i + VLANES <= n; i += VLANES) vstore(grad_x + i, relu_gradient_at(grad_y + i, x + i));
    relu_backward_few(grad_y + i, x + i, grad_x + i, n - i);
}

#endif
