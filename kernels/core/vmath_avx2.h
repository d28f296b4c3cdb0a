/* exp, log, tanh, sigmoid of 8 floats: vmath_functions.h, which states their errors. For files
 * compiled with the _avx2 flags only. */
#ifndef KERNELS_CORE_VMATH_AVX2_H
#define KERNELS_CORE_VMATH_AVX2_H

#include "kernels/core/vector_avx2.h"
#include "kernels/core/vmath_functions.h"

#endif
