#include "kernels/blocks/vmath.h"

#include <stddef.h>

#if ASSAY_SIMD
extern const struct vmath_function vmath_avx2[], vmath_avx512[];
#endif

const struct vmath_function *vmath_functions(enum isa isa) {
#if ASSAY_SIMD
    if (isa == ISA_AVX2) return vmath_avx2;
    if (isa == ISA_AVX512) return vmath_avx512;
#endif
    (void)isa;
    return NULL;
}
