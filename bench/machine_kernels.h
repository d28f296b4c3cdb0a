/* The loops behind the machine's ceilings, one set per instruction set (machine_kernels_<isa>.c).
 *
 * Element counts are multiples of MACHINE_BLOCK, pointers 64-byte aligned. What is counted as bytes
 * is what the kernel reads and writes by its formula: no write-allocate. */
#ifndef BENCH_MACHINE_KERNELS_H
#define BENCH_MACHINE_KERNELS_H

#include <stdint.h>

#include "kernels/core/isa.h"

enum { MACHINE_BLOCK = 128 };

enum stream { STREAM_READ, STREAM_COPY, STREAM_TRIAD, STREAM_UPDATE, STREAMS };

/* Loops over one, two or three arrays. */
struct machine_streams {
    float (*read)(const float *x, int64_t n);                           /* sum of x */
    void (*copy)(float *y, const float *x, int64_t n);                  /* y = x */
    void (*triad)(float *z, const float *x, const float *y, int64_t n); /* z = x + 3 y */
    void (*update)(float *x, int64_t n); /* x = x / 2 + 1/2, in place */
};

struct machine_kernels {
    enum isa isa;
    double flops_per_round;
    /* Independent chains of multiply-adds whose operands stay in registers. */
    float (*multiply_add)(int64_t rounds);
    struct machine_streams near;
    /* For what no cache holds: prefetched by instructions, and stores of copy and triad bypass the
     * caches. All NULL where there are no such instructions. */
    struct machine_streams far;
};

extern const struct machine_kernels machine_kernels_scalar;
#if ASSAY_SIMD
extern const struct machine_kernels machine_kernels_avx2, machine_kernels_avx512;
#endif

#endif
