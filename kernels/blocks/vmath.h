/* Elementary functions of whole arrays, and what their vector forms promise.
 *
 * Kernels inline the vector forms (vmath_functions.h); this table is how everything that
 * is not compiled for one instruction set, such as the test that measures the errors, reaches them.
 */
#ifndef KERNELS_BLOCKS_VMATH_H
#define KERNELS_BLOCKS_VMATH_H

#include <stdint.h>

#include "kernels/core/isa.h"

/* Promised largest errors, in ulps; measured ones stand in vmath_functions.h. */
#define VMATH_ULP_EXP 1.0
#define VMATH_ULP_LOG 1.0
#define VMATH_ULP_TANH 2.0
#define VMATH_ULP_SIGMOID 2.0

struct vmath_function {
    const char *name;     /* "exp_low" */
    const char *function; /* what it computes: "exp" */
    double ulp;
    double lowest, highest; /* arguments it is meant for */
    void (*apply)(const float *x, float *y, int64_t count);
};

/* The functions of that instruction set, ended by a NULL name; NULL when this build has none. */
const struct vmath_function *vmath_functions(enum isa isa);

#endif
