/* A forward oracle as a function of doubles, and how a backward primitive's operands name its own.
 */
#ifndef REFERENCE_POINT_H
#define REFERENCE_POINT_H

#include "reference/oracle.h"

/* A primitive's oracle and a point in double at which it can be asked. */
struct point {
    struct problem problem;
    const struct oracle *oracle;
    const void *operand[OPERANDS_MAX]; /* as float32 and integers; borrowed or made_up */
    void *made_up[OPERANDS_MAX];
    double *wide[OPERANDS_MAX];
    struct expectation expected[OPERANDS_MAX];
};

int64_t point_elements(const struct problem *problem, int operand);

/* Room for outputs; every float32 input also in double. `problem` and `operand` are set. */
enum status point_open(struct point *point, struct error *error);
/* The forward primitive (gradient_of) at the backward one's operands; inputs that those lack are
 * drawn from the seed. Closed by the caller in any case. */
enum status point_open_forward(struct point *point, const struct problem *backward,
                               const void *const *operand, uint64_t seed, struct error *error);
void point_close(struct point *point);

/* Evaluates the oracle at `wide`: all of `expected`. */
void point_ask(struct point *point);

/* The operand of the name prefix + name, or -1. */
int operand_named(const struct primitive *primitive, const char *prefix, const char *name);
/* Input `operand` of the backward primitive is an output of the forward one: which, or -1. */
int saved_output(const struct primitive *forward, const struct primitive *backward, int operand);

#endif
