/* Gradients against finite differences: is grad_x what it says, the derivative of
 * L(x) = sum grad_y f(x)?
 *
 * For random directions u, d/dt L(x + t u) at t = 0 must be <grad_x, u>: that the backward pass is
 * the adjoint of the forward one's derivative. The left side is gsl_deriv_central on the forward
 * primitive's oracle, in double throughout (struct oracle_call, wide); the right side is what an
 * implementation gave. Neither knows the backward primitive's oracle.
 *
 * Directions are single elements, then a few, then all; each element moves in proportion to its
 * size. Where a kink lies within the step (a zero under relu, a tie under a maximum) there is no
 * derivative to compare with: such directions are found by second differences that do not shrink as
 * h^2, skipped and counted. */
#ifndef REFERENCE_GRADIENT_H
#define REFERENCE_GRADIENT_H

#include "reference/judge.h"

enum { GRADIENT_DIRECTIONS = 16, GRADIENT_MAX = GRADIENT_DIRECTIONS * OPERANDS_MAX };

struct gradient_direction {
    int output;     /* the gradient: an output of the backward primitive */
    double *along;  /* u, by element; owned */
    int64_t moving; /* elements of u that are not 0 */
    int64_t first;  /* the first of them */
    double derivative;
    double error; /* how far `derivative` may be off: GSL's estimate, rounding, unseen kinks */
    double step;  /* of the difference quotient, in units of u */
    bool kink;
};

struct gradient {
    struct problem problem; /* of the backward primitive */
    int count, kinks;
    struct gradient_direction *direction;
};

/* Backward primitives that take outputs of the forward pass (y of softmax_backward, mean and rstd)
 * need consistent ones: overwrite those of `operand`, inputs of the backward primitive, by what the
 * forward oracle gives. A forward input that the backward pass does not take is made up by `seed`.
 */
enum status gradient_fill(const struct problem *problem, void *const *operand, uint64_t seed,
                          struct error *error);

/* `operand`: inputs of the backward primitive, by index, after gradient_fill with the same seed.
 * What rounding saved outputs to float32 moves is taken from the backward oracle and added to the
 * derivative. STATUS_UNAVAILABLE: why there is nothing
 * to compare with (no forward primitive, an oracle that is not wide). */
enum status gradient_open(struct gradient *gradient, const struct problem *problem,
                          const void *const *operand, uint64_t seed, struct error *error);
void gradient_close(struct gradient *gradient);

/* One direction against what the implementation gave. */
struct gradient_verdict {
    bool judged;  /* false: a kink, or an element that is left open moves */
    bool telling; /* the bound is below a quarter of sum |grad_x u|: a wrong sign would show */
    double got, expected, bound, ratio; /* <grad_x, u>, the derivative, |difference| / bound */
};
/* `got`: the output of that direction. `bound`: by element, how far it may be from the truth;
 * INFINITY: left open. */
struct gradient_verdict gradient_compare(const struct gradient *gradient, int direction,
                                         const struct tensor *got, const double *bound);

#endif
