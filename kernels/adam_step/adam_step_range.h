/* adam_step over a range, one pass: each stream is read and written once. Root and quotient are the
 * correctly rounded instructions; memory hides them. Included after the vector header of an
 * instruction set. */
#ifndef KERNELS_ADAM_STEP_ADAM_STEP_RANGE_H
#define KERNELS_ADAM_STEP_ADAM_STEP_RANGE_H

#include "kernels/adam_step/adam_step_constants.h"

struct adam_streams {
    float *param;
    const float *grad;
    float *exp_avg, *exp_avg_sq, *max_exp_avg_sq;
};

struct adam_vector {
    vfloat param, grad, m, v, largest;
};

/* One step on registers. `l2` and `amsgrad` are constants at every call. */
static inline __attribute__((always_inline)) struct adam_vector
adam_vector(const struct adam_constants *c, struct adam_vector a, const bool l2,
            const bool amsgrad) {
    vfloat g = vmul(vset(c->sign), a.grad);
    if (l2) g = vfma(vset(c->l2), a.param, g);
    a.m = vfma(vset(c->beta1), a.m, vmul(vset(c->fresh1), g));
    /* (fresh * g) * g: g * g would overflow first */
    a.v = vfma(vmul(vset(c->fresh2), g), g, vmul(vset(c->beta2), a.v));
    vfloat v = a.v;
    if (amsgrad) /* vmax gives v when either is NaN; a NaN in the maximum must stay */
        a.largest = v = vselect(vnan(a.largest), a.largest, vmax(a.largest, v));
    const vfloat below = vfma(vsqrt(v), vset(c->root_scale), vset(c->eps));
    const vfloat update = vdiv(vmul(vset(c->step_size), a.m), below);
    a.param = vfms(vset(c->keep), a.param, update);
    return a;
}

static inline __attribute__((always_inline)) void adam_whole(const struct adam_constants *c,
                                                             const struct adam_streams *s,
                                                             int64_t i, const bool l2,
                                                             const bool amsgrad) {
    struct adam_vector a = {vload(s->param + i), vload(s->grad + i), vload(s->exp_avg + i),
                            vload(s->exp_avg_sq + i),
                            amsgrad ? vload(s->max_exp_avg_sq + i) : vset(0)};
    a = adam_vector(c, a, l2, amsgrad);
    vstore(s->param + i, a.param);
    vstore(s->exp_avg + i, a.m);
    vstore(s->exp_avg_sq + i, a.v);
    if (amsgrad) vstore(s->max_exp_avg_sq + i, a.largest);
}

static inline __attribute__((always_inline)) void adam_tail(const struct adam_constants *c,
                                                            const struct adam_streams *s, int64_t i,
                                                            int64_t count, const bool l2,
                                                            const bool amsgrad) {
    const vmask tail = vfirst(count);
    struct adam_vector a = {vload_kept(s->param + i, tail), vload_kept(s->grad + i, tail),
                            vload_kept(s->exp_avg + i, tail), vload_kept(s->exp_avg_sq + i, tail),
                            amsgrad ? vload_kept(s->max_exp_avg_sq + i, tail) : vset(0)};
    a = adam_vector(c, a, l2, amsgrad);
    vstore_masked(s->param + i, tail, a.param);
    vstore_masked(s->exp_avg + i, tail, a.m);
    vstore_masked(s->exp_avg_sq + i, tail, a.v);
    if (amsgrad) vstore_masked(s->max_exp_avg_sq + i, tail, a.largest);
}

static inline __attribute__((always_inline)) void adam_loop(const struct adam_constants *c,
                                                            const struct adam_streams *s,
                                                            int64_t first, int64_t end,
                                                            const bool l2, const bool amsgrad) {
    const struct adam_constants constants = *c; /* no store can alias a local */
    const struct adam_streams streams = *s;
    int64_t i = first;
    for (; i + VLANES <= end; i += VLANES) adam_whole(&constants, &streams, i, l2, amsgrad);
    if (i < end) adam_tail(&constants, &streams, i, end - i, l2, amsgrad);
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
