/* Elementary functions in double, by name: what single-precision ones are measured against.
 *
 * They are the C library's, or a formula of a few operations on those. Against the 64-bit
 * significands of long double they err by at most ELEMENTARY_ULP units in the last place of double
 * (tests/unit/elementary_test.c measures it, glibc states 2 for the worst of them): 2^-28 ulp of
 * float, which no figure in a report shows. */
#ifndef REFERENCE_ELEMENTARY_H
#define REFERENCE_ELEMENTARY_H

#define ELEMENTARY_ULP 4.0

typedef double elementary(double x);

/* exp, expm1, log, tanh, sigmoid, erf; NULL: no such name. */
elementary *elementary_find(const char *name);

#endif
