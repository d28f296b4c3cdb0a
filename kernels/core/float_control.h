/* The floating-point control register of this thread: what of it a kernel, or what is loaded, must
 * leave as it was. On x86-64 that is MXCSR's flush-to-zero, rounding, exception masks and
 * denormals-are-zero (Intel SDM vol. 1, 10.2.3), not its flags; elsewhere the rounding mode. */
#ifndef KERNELS_CORE_FLOAT_CONTROL_H
#define KERNELS_CORE_FLOAT_CONTROL_H

#include <fenv.h>

static inline unsigned float_control(void) {
#if defined __x86_64__
    return __builtin_ia32_stmxcsr() & 0xffc0u;
#else
    return (unsigned)fegetround();
#endif
}

static inline void float_control_set(unsigned control) {
#if defined __x86_64__
    __builtin_ia32_ldmxcsr(control);
#else
    fesetround((int)control);
#endif
}

#endif
