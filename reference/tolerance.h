/* How far a float32 result may be from the truth: derived, never chosen.
 *
 *   bound = u * (amplification * growth(terms) * sum + local + |value|) + floor
 *
 * u = 2^-24, the unit roundoff of float32 with round to nearest; sum, local and value come from the
 * oracle.
 *
 * growth(terms): the longest chain of additions that one term passes through is
 *     SUM_SEQUENTIAL   m = n
 *     SUM_LANES        m = ceil(n / lanes) + ceil(log2(lanes)) + 1
 *     SUM_BLOCKED      m = min(n, lanes) + ceil(4 n / lanes)
 *     SUM_COMPENSATED  m = 2     (Kahan; Higham, Accuracy and Stability of Numerical Algorithms,
 *                                2nd ed., 4.3)
 * plus 1 for the rounding of the term itself. growth = min of two bounds, in units of u:
 *
 *   worst case     gamma_m = m u / (1 - m u)    (Higham 2002, lemma 3.1 and section 4.2). For long
 *                  sums it is never met:
 *   probabilistic  gamma~_m = exp(lambda sqrt(m) u + m u^2 / (1 - u)) - 1: rounding errors behave as
 *                  independent variables of mean zero, and then one sum is within it with
 *                  probability at least 1 - 2 exp(-lambda^2 / 2) (Higham and Mary, "A new approach
 *                  to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41 (2019),
 *                  theorem 2.4). lambda = 8 makes that 2.5e-14 per element: no false alarm in
 *                  10^12 elements.
 *
 * One case breaks the premise: equal signs and equal magnitudes whose sum stalls
 * (1 + 2^-25 + 2^-25 + ...). Those errors all point one way; such data get no special bound, and
 * cases that want them use SUM_COMPENSATED implementations or the exact cases. Random problems
 * filled with few different values are the exception: for them the worst case counts (judge.h,
 * `dependent`), and so it does for those with sums of more than 2^19 terms, where most bits of a
 * term are lost, all in one direction: squares of normal deviates, of which most are near 0, lose
 * 0.0485 h^1.5 on average when rounded to multiples of h. That alone is 0.5 of the probable bound at
 * 2^19 terms added one after another, 1 at 2^20, 1.9 at 2^21.
 *
 * floor: gradual underflow costs each operation at most 2^-150; (terms + 4) * 2^-149 covers the
 * terms, the elementwise steps and the last rounding. A kernel that flushes denormals to zero
 * fails, unless it says so (accumulation.flushes): then each of those steps may lose up to
 * FLT_MIN = 2^-126.
 *
 * Overflow: float32 rounds to infinity from 2^128 - 2^103 on; where |value| + bound reaches that,
 * infinity of the right sign is accepted as well. */
#ifndef REFERENCE_TOLERANCE_H
#define REFERENCE_TOLERANCE_H

#include "kernels/core/primitive.h"

#define UNIT_ROUNDOFF_F32 0x1p-24

/* A tolerance for one problem and one implementation. */
struct tolerance {
    double growth; /* amplification * growth(terms) */
    double floor;
    bool exact;         /* bound is 0: small-integer cases, and integer outputs */
    double exact_below; /* 0, or: only where the sum is less; the others have the bound above */
};

struct tolerance tolerance_for(double terms, const struct accumulation *accumulation, bool exact);

/* growth(terms) of the formula above, in units of u. */
double tolerance_growth(double terms, const struct accumulation *accumulation);
/* gamma_m alone: for data that may break the premise. */
double tolerance_worst_growth(double terms, const struct accumulation *accumulation);

/* Largest accepted |got - value|. */
double tolerance_bound(const struct tolerance *tolerance, double value, double sum, double local);

#endif
