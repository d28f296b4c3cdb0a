/* One output operand against its expectation: verdict and worst element. No I/O. */
#ifndef REFERENCE_COMPARE_H
#define REFERENCE_COMPARE_H

#include "kernels/core/tensor.h"
#include "reference/oracle.h"
#include "reference/tolerance.h"

struct comparison {
    int64_t judged;      /* elements compared */
    int64_t wrong;       /* of those, outside their bound */
    int64_t first_wrong; /* flat index; -1 when none */
    int64_t worst; /* flat index of the largest error in units of its bound; -1 when none judged */
    double worst_ratio; /* that error / bound: <= 1 is right; infinity for a wrong NaN, Inf or exact
                           case */
    double worst_ulp; /* that element's error in units in the last place of the expected float32 */
};

/* `got` is the operand as the kernel left it. Elements whose expectation was never written
 * (sum < 0, see expectation_clear) are not judged. NaN is right where NaN is expected and
 * nowhere else; infinities must agree in sign; a zero's sign is not judged. */
struct comparison compare(const struct tensor *got, const struct expectation *expected,
                          const struct tolerance *tolerance);

/* One element: error / bound (0 when equal, INFINITY when it cannot be forgiven). Written so that a
 * NaN fails. */
double compare_element(double got, double value, double bound);

/* Distance in float32 ulps of the expected value; INFINITY if either is NaN or one is infinite. */
double ulp_distance(double got, double value);

/* Mark every element as not judged. Values and local gauges are not touched: of a large problem
 * judged on a sample, most of their pages never come to be. */
void expectation_clear(struct expectation *expected, int64_t elements);
static inline bool expectation_written(const struct expectation *expected, int64_t index) {
    return !(expected->sum[index] < 0);
}

#endif
