/* Functions of one variable as polynomials by segments, looked up in registers.
 *
 *   f(a) = c0 + r (c1 + r (c2 + ...)), r = a - center, in segment round(a (beta + alpha a))
 *
 * Centres are such that c0 = f(center) is very nearly a float ("accurate tables", Gal and Bachelis,
 * ACM TOMS 17, 1991), and r is exact (or far smaller than what matters), so that f's roundings are
 * the last addition's and a fraction of r f'(center)'s: about one ulp in all. A table has as many
 * segments as one instruction looks up. The tables: scripts/piecewise.py. */
#ifndef KERNELS_BLOCKS_PIECEWISE_H
#define KERNELS_BLOCKS_PIECEWISE_H

#include <stddef.h>

#include "kernels/blocks/simd.h"

enum { PIECEWISE_DEGREE = 9 /* at most */ };

struct piecewise {
    float alpha, beta;
    float first, last; /* a, inclusive; elsewhere f(a) is anything */
    bool ends;         /* beyond last, f is f(last) as far as its use is concerned */
    int degree;
    float center[VTABLE],
        c[PIECEWISE_DEGREE + 1][VTABLE]; /* by segment; negative ones at the end */
};

/* f(a) + *plus (NULL: 0), which is exact where c0 is 0; NaN gives NaN. `f` is a constant. */
static ALWAYS_INLINE vfloat piecewise_sum(const struct piecewise *f, vfloat a, const vfloat *plus) {
    const vfloat beta = vset(f->beta), slope = f->alpha == 0 ? beta : vfma(a, vset(f->alpha), beta);
    /* adding 1.5 * 2^23 leaves the integer nearest in the low bits */
    const vint segment = vint_bits(vfma(a, slope, vset(0x1.8p23f)));
    const vfloat r = vsub(a, vlookup(f->center, segment)), c0 = vlookup(f->c[0], segment);
    vfloat q = vlookup(f->c[f->degree], segment);
    for (int k = f->degree - 1; k > 0; k--) q = vfma(q, r, vlookup(f->c[k], segment));
    return vfma(q, r, plus ? vadd(c0, *plus) : c0);
}
static ALWAYS_INLINE vfloat piecewise(const struct piecewise *f, vfloat a) {
    return piecewise_sum(f, a, NULL);
}

#endif
