/* Errors of one univariate function in units in the last place, counted over very many inputs.
 *
 * An ulp is that of the float binade of the true value: 2^(e-23) for 2^e <= |value| < 2^(e+1),
 * never below 2^-149, never above 2^104. Infinity as a result is right from 2^128 - 2^103 on, where
 * rounding to nearest gives it, and counts as 2^128 below. No I/O, no processes. */
#ifndef REFERENCE_ULP_H
#define REFERENCE_ULP_H

#include <stdbool.h>
#include <stdint.h>

#include "reference/tolerance.h"

/* Inputs with their true values, made once for every function that is measured on them. */
struct ulp_block {
    int count;
    const float *x;
    const double *value;
    const float *nearest;      /* each value rounded, */
    const uint32_t *exact;     /* 1 where that is without error, else 0: ulp_round */
    const double *sum, *local; /* an oracle's gauges (oracle.h); NULL: none */
};
void ulp_round(const double *value, float *nearest, uint32_t *exact, int count);

/* What a result must keep to. */
struct ulp_rule {
    double limit;                      /* largest error */
    bool zero_signs;                   /* the sign of a zero is promised as well */
    bool finite;                       /* NaN and infinities as input are not judged */
    const struct tolerance *tolerance; /* NULL, or a bound that must hold beside the limit */
};

enum { ULP_WORST = 8 };

struct ulp_worst {
    float x, got;
    double value, error; /* INFINITY: a NaN or an infinity is wrong */
};

/* All zero to begin with. */
struct ulp_tally {
    uint64_t judged, exact;       /* exact: the true value itself */
    uint64_t half, one, two;      /* error at most 1/2, 1, 2, the exact ones included */
    uint64_t nans, infinities;    /* NaN or infinity in place of something else, or reverse */
    uint64_t zero_signs;          /* a zero whose sign is not that of the true value */
    uint64_t flushed;             /* 0 where a denormal is nearest */
    uint64_t wrong;               /* against the rule */
    struct ulp_worst first_wrong; /* smallest |x| of those, for wrong > 0 */
    /* largest errors first, of results other than the nearest; error 0 where there are no more */
    struct ulp_worst worst[ULP_WORST];
};

/* Count `got`, block->count results. */
void ulp_count(struct ulp_tally *tally, const struct ulp_block *block, const float *got,
               const struct ulp_rule *rule);
/* Add `other`; `counts` false: its worst and wrong inputs alone (they were counted elsewhere). */
void ulp_merge(struct ulp_tally *tally, const struct ulp_tally *other, bool counts);
/* Error of one result; INFINITY where NaN or infinity is wrong. */
double ulp_error(float got, double value);

#endif
