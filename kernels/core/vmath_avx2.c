#include "kernels/core/vmath_avx2.h"

#include "kernels/core/vmath_arrays.h"

const struct vmath_function vmath_avx2[] = VMATH_ARRAYS;
