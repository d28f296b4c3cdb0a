/* adam_step: one step of Adam, AdamW or AMSGrad over a flat buffer of parameters, in place.
 *
 *   g           = maximize ? -grad : grad
 *   g          += weight_decay * param       with weight_decay != 0, not decoupled: Adam with L2
 *   param      *= 1 - lr * weight_decay      decoupled: AdamW
 *   exp_avg     = beta1 * exp_avg    + (1 - beta1) * g
 *   exp_avg_sq  = beta2 * exp_avg_sq + (1 - beta2) * g * g
 *   v           = exp_avg_sq, or with amsgrad
 *   v           = max_exp_avg_sq = max(max_exp_avg_sq, exp_avg_sq)
 *   param      -= lr / (1 - beta1^step) * exp_avg / (sqrt(v) / sqrt(1 - beta2^step) + eps)
 *
 *   param, exp_avg, exp_avg_sq  [n], read and written; grad  [n], read
 *   max_exp_avg_sq  [n], read and written; absent (NULL) unless amsgrad
 *
 * `step` counts from 1: the step being taken, torch's state["step"] after its increment. eps stands
 * outside the root. 1 - beta, 1 - beta^step and 1 - lr * weight_decay are computed in double and
 * then rounded: 1 - 0.999 in float32 has lost four digits.
 *
 * Alignment: float. Aliasing: no two operands overlap. Thread safety: reentrant, no state.
 * NaN, Inf (as torch.optim.Adam): they pass through the formula as it stands; a NaN in exp_avg_sq
 * or max_exp_avg_sq stays in max_exp_avg_sq (torch.maximum); with weight_decay = 0 an infinite
 * parameter does not reach g. Not specified: what is made of an infinite exp_avg, or of an infinite
 * g with beta1 <= 1/2 (Inf as written, NaN by torch's lerp), and of finite values that overflow
 * halfway in one order of the operations and not in another: in g, in g - exp_avg (the lerp), in
 * g * g, in exp_avg / (1 - beta1^step) or v / (1 - beta2^step), which the paper forms first, in the
 * update.
 * n = 0: nothing is written.
 *
 * Source: Kingma and Ba, "Adam", ICLR 2015; Loshchilov and Hutter, "Decoupled weight decay
 * regularization", ICLR 2019; Reddi, Kale, Kumar, "On the convergence of Adam and beyond", ICLR
 * 2018 (without bias correction of the maximum, as torch has it). */
#ifndef KERNELS_OPTIM_ADAM_STEP_H
#define KERNELS_OPTIM_ADAM_STEP_H

#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

#define ADAM_STEP_FIELDS(INT, REAL, FLAG, CHOICE)                                                  \
    INT(n, 4096, 0, INT64_C(1) << 36, "parameters")                                                \
    INT(step, 1, 1, INT64_C(1) << 31, "the step being taken, counted from 1")                      \
    REAL(lr, 1e-3, 0, 1e6, "learning rate")                                                        \
    REAL(beta1, 0.9, 0, 1, "decay of the first moment, below 1")                                   \
    REAL(beta2, 0.999, 0, 1, "decay of the second moment, below 1")                                \
    REAL(eps, 1e-8, 0, 1e6, "added to the root")                                                   \
    REAL(weight_decay, 0, 0, 1e6, "weight decay")                                                  \
    FLAG(decoupled, 0, "decay the parameter itself (AdamW), not through the gradient")             \
    FLAG(amsgrad, 0, "divide by the largest second moment so far")                                 \
    FLAG(maximize, 0, "climb: the gradient changes sign")
PROBLEM_STRUCT(adam_step, ADAM_STEP_FIELDS);

enum {
    ADAM_STEP_PARAM,
    ADAM_STEP_GRAD,
    ADAM_STEP_EXP_AVG,
    ADAM_STEP_EXP_AVG_SQ,
    ADAM_STEP_MAX_EXP_AVG_SQ,
    ADAM_STEP_OPERANDS
};

typedef void adam_step_kernel(const struct adam_step_problem *p, float *param, const float *grad,
                              float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq);

/* What every implementation keeps: adam_step_laws.c. */
enum { ADAM_STEP_LAWS = 8 };
extern const struct property adam_step_laws[ADAM_STEP_LAWS];

#endif
