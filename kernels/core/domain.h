/* Domains (struct operand): what makes numbers belong to one, and whether given ones do. */
#ifndef KERNELS_CORE_DOMAIN_H
#define KERNELS_CORE_DOMAIN_H

#include "kernels/core/fill.h"

/* Element i of a stream of whole numbers in [0, below), as golden/fills.py draws them to the bit:
 * uniform, but for the styles that say where (zero, ones, equal, count, runs, sorted, sparse) and
 * those of rare values (special, inf, spots), where one element in four is 0 and one below - 1.
 * below < 1: 0. */
int64_t domain_integer(enum fill fill, uint64_t seed, uint32_t stream, uint64_t i, int64_t elements,
                       int64_t below);

/* A real number becomes a probability: its magnitude, or above 1 the reciprocal of that; whole ones
 * (`fill` integer) become 0 when even and 1 when odd, which is exact. A NaN stays. */
double domain_probability(enum fill fill, double real);

/* `count` real numbers, `step` apart, become a distribution: magnitudes, an infinity as the largest
 * float32, over their sum; equal shares where that is 0. `fill` integer: all of it in one place,
 * which is exact: `place`. A NaN stays one and takes no share. */
void domain_distribution(enum fill fill, double *real, int64_t count, int64_t step, int64_t place);

/* The lines of a tensor along the axis that a distribution's operand names. */
struct domain_lines {
    int64_t count, length, step;
};
struct domain_lines domain_lines(const struct operand *operand, const struct shape *shape);
/* Where line `line` begins: the flat index of its first element. */
static inline int64_t domain_line(const struct domain_lines *lines, int64_t line) {
    return line / lines->step * lines->step * lines->length + line % lines->step;
}

/* Is there one value only that such an operand of this problem can have: indices below 1, shares of
 * one element? */
bool domain_single(const struct problem *problem, int operand);

/* How far the sum of a distribution of `count` elements may be from 1: each element rounded, and
 * their sum in that precision. */
double domain_rounding(enum dtype dtype, int64_t count);

/* Does the tensor, operand `operand` of `problem`, lie in its domain? STATUS_BAD_INPUT: one line
 * that says where not: "target[3] is 9; it must be an index below classes=5". Sums are asked of
 * tensors of the operand's own type: a wider one is an expected output, with roundings of its own.
 */
enum status domain_check(const struct problem *problem, int operand, const struct tensor *tensor,
                         struct error *error);

#endif
