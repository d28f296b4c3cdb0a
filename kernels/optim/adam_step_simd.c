/* adam_step, one pass: each stream is read and written once. Root and quotient are the correctly
 * rounded instructions; memory hides them. */
#include "kernels/blocks/map_simd.h"
#include "kernels/optim/adam_step_constants.h"

enum { PARAM, GRAD, EXP_AVG, EXP_AVG_SQ, MAX_EXP_AVG_SQ, INPUTS };
enum { NEW_PARAM, NEW_EXP_AVG, NEW_EXP_AVG_SQ, NEW_MAX_EXP_AVG_SQ, OUTPUTS };

/* `l2` and `amsgrad` are constants at every call. */
static ALWAYS_INLINE void step(const struct adam_constants *c, const vfloat *in, vfloat *out,
                               const bool l2, const bool amsgrad) {
    vfloat g = vmul(vset(c->sign), in[GRAD]);
    if (l2) g = vfma(vset(c->l2), in[PARAM], g);
    const vfloat m = vfma(vset(c->beta1), in[EXP_AVG], vmul(vset(c->fresh1), g));
    /* (fresh * g) * g: g * g would overflow first */
    vfloat v = vfma(vmul(vset(c->fresh2), g), g, vmul(vset(c->beta2), in[EXP_AVG_SQ]));
    out[NEW_EXP_AVG] = m;
    out[NEW_EXP_AVG_SQ] = v;
    if (amsgrad) { /* vmax gives v when either is NaN; a NaN in the maximum must stay */
        const vfloat largest = in[MAX_EXP_AVG_SQ];
        out[NEW_MAX_EXP_AVG_SQ] = v = vselect(vnan(largest), largest, vmax(largest, v));
    }
    const vfloat below = vfma(vsqrt(v), vset(c->root_scale), vset(c->eps));
    const vfloat update = vdiv(vmul(vset(c->step_size), m), below);
    out[NEW_PARAM] = vfms(vset(c->keep), in[PARAM], update);
}

static ALWAYS_INLINE void plain(const vfloat *in, vfloat *out, const void *constants) {
    step(constants, in, out, false, false);
}
static ALWAYS_INLINE void plain_amsgrad(const vfloat *in, vfloat *out, const void *constants) {
    step(constants, in, out, false, true);
}
static ALWAYS_INLINE void l2(const vfloat *in, vfloat *out, const void *constants) {
    step(constants, in, out, true, false);
}
static ALWAYS_INLINE void l2_amsgrad(const vfloat *in, vfloat *out, const void *constants) {
    step(constants, in, out, true, true);
}

static ALWAYS_INLINE void steps(const struct map_call *m, int64_t first, int64_t end) {
    const struct adam_constants c = *(const struct adam_constants *)m->context;
    const bool amsgrad = m->in[MAX_EXP_AVG_SQ] != NULL;
    if (c.through_gradient && amsgrad)
        map((struct map_form){l2_amsgrad, INPUTS, OUTPUTS, 1}, &c, m, first, end);
    else if (c.through_gradient)
        map((struct map_form){l2, INPUTS - 1, OUTPUTS - 1, 1}, &c, m, first, end);
    else if (amsgrad)
        map((struct map_form){plain_amsgrad, INPUTS, OUTPUTS, 1}, &c, m, first, end);
    else
        map((struct map_form){plain, INPUTS - 1, OUTPUTS - 1, 1}, &c, m, first, end);
}

static void part(const void *call, int64_t first, int64_t end) { steps(call, first, end); }

static ALWAYS_INLINE struct map_call call_of(const struct adam_constants *c, float *param,
                                             const float *grad, float *exp_avg, float *exp_avg_sq,
                                             float *max_exp_avg_sq) {
    return (struct map_call){.context = c,
                             .in = {param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq},
                             .out = {param, exp_avg, exp_avg_sq, max_exp_avg_sq}};
}

static void SIMD(adam_step)(const struct adam_step_problem *p, float *param, const float *grad,
                            float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    const struct adam_constants c = adam_constants(p);
    const struct map_call call = call_of(&c, param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq);
    steps(&call, 0, p->n);
}
IMPL_SIMD(adam_step, .technique = "fused: one pass over all streams, masked tail");

static void SIMD_OMP(adam_step)(const struct adam_step_problem *p, float *param, const float *grad,
                                float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    enum { BLOCK = 1 << 12 };
    const struct adam_constants c = adam_constants(p);
    const struct map_call call = call_of(&c, param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq);
    share_blocks(part, &call, p->n, BLOCK);
}
IMPL_SIMD_OMP(adam_step, .technique = "fused, blocks of parameters shared out among threads");
