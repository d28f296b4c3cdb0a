#include "reference/tolerance.h"

#include <math.h>

static double chain_length(double terms, const struct accumulation *accumulation) {
    switch (accumulation->summation) {
    case SUM_COMPENSATED: return 2;
    case SUM_LANES: {
        const double lanes = accumulation->lanes > 1 ? accumulation->lanes : 1;
        const double chain = ceil(terms / lanes) + ceil(log2(lanes)) + 1;
        return chain < terms ? chain : terms;
    }
    case SUM_BLOCKED: {
        const double block = accumulation->lanes > 1 ? accumulation->lanes : 1;
        const double chain = fmin(terms, block) + ceil(4 * terms / block);
        return chain < terms ? chain : terms;
    }
    default: return terms;
    }
}

double tolerance_worst_growth(double terms, const struct accumulation *accumulation) {
    const double u = UNIT_ROUNDOFF_F32, m = chain_length(terms, accumulation) + 1;
    return m * u < 1 ? m / (1 - m * u) : INFINITY;
}

double tolerance_growth(double terms, const struct accumulation *accumulation) {
    const double lambda = 8, u = UNIT_ROUNDOFF_F32;
    const double m = chain_length(terms, accumulation) + 1;
    const double worst = tolerance_worst_growth(terms, accumulation);
    const double likely = expm1(lambda * sqrt(m) * u + m * u * u / (1 - u)) / u;
    return worst < likely ? worst : likely;
}

struct tolerance tolerance_for(double terms, const struct accumulation *accumulation, bool exact) {
    const double amplification = accumulation->amplification > 1 ? accumulation->amplification : 1;
    return (struct tolerance){
        .growth = amplification * tolerance_growth(terms, accumulation),
        .floor = (terms + 4) * (accumulation->flushes ? 0x1p-126 : 0x1p-149),
        .exact = exact,
    };
}

double tolerance_bound(const struct tolerance *tolerance, double value, double sum, double local) {
    if (tolerance->exact && (!(tolerance->exact_below > 0) || sum < tolerance->exact_below))
        return 0;
    return UNIT_ROUNDOFF_F32 * (tolerance->growth * sum + local + fabs(value)) + tolerance->floor;
}
