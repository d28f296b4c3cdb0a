#include "kernels/core/vmath_avx512.h"

#include "kernels/core/vmath_arrays.h"

const struct vmath_function vmath_avx512[] = VMATH_ARRAYS;
