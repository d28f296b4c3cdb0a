/* Which instruction sets may be used here. */
#ifndef KERNELS_CORE_ISA_H
#define KERNELS_CORE_ISA_H

/* Ordered: each level includes those before it.
 * ISA_AVX2   = AVX2, FMA, F16C, BMI1, BMI2                     (x86-64-v3)
 * ISA_AVX512 = ISA_AVX2 and AVX-512 F, CD, BW, DQ, VL          (x86-64-v4) */
enum isa { ISA_SCALAR, ISA_AVX2, ISA_AVX512, ISA_LEVELS };

/* "scalar", "avx2", "avx512" */
const char *isa_name(enum isa isa);
/* isa_name(isa_best()), or "avx512 (emulated)" where this build does without the instructions. */
const char *isa_best_name(void);
/* The level of that name, or -1. */
int isa_parse(const char *name);

/* What CPU and operating system both support: CPUID feature bits, and XGETBV saying that the
 * system saves the registers on a context switch (Intel SDM vol. 1, 13.3 and 14.3). A build without
 * SIMD files has code for ISA_SCALAR alone, and says so; in one that emulates AVX-512 (option
 * ASSAY_EMULATE_AVX512, for tests alone) AVX2 will do for ISA_AVX512. */
enum isa isa_detect(void);

/* isa_detect() capped by the environment variable ASSAY_MAX_ISA and by isa_cap(). Every choice
 * of a code path asks this one. A name that is not an ISA in ASSAY_MAX_ISA counts as no cap;
 * commands refuse it with exit code 2 by calling isa_environment_error(). Thread-safe. */
enum isa isa_best(void);

/* Lower the cap for this process (--isa). It cannot raise what the machine lacks. */
void isa_cap(enum isa isa);

/* NULL, or the offending value of ASSAY_MAX_ISA. */
const char *isa_environment_error(void);

#endif
