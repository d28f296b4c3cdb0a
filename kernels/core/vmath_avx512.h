/* exp, log, tanh, sigmoid of 16 floats: vmath_functions.h, which states their errors. For files
 * compiled with the _avx512 flags only. */
#ifndef KERNELS_CORE_VMATH_AVX512_H
#define KERNELS_CORE_VMATH_AVX512_H

#include "kernels/core/vector_avx512.h"
#include "kernels/core/vmath_functions.h"

#endif
