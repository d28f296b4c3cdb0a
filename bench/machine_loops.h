/* The loops behind the machine's ceilings, for the vectors of one instruction set: what each
 * machine_kernels_<isa>.c makes its table of. */
#ifndef BENCH_MACHINE_LOOPS_H
#define BENCH_MACHINE_LOOPS_H

#include <stddef.h>

#include "bench/machine_kernels.h"
#include "bench/machine_vector.h"

/* x = 0.75 x + 0.25: stays at 1, neither grows nor shrinks. Two operations per lane. */
static float multiply_add(int64_t rounds) {
    VECTOR x[CHAINS];
    const VECTOR a = SET(0.75f), b = SET(0.25f);
    for (int i = 0; i < CHAINS; i++) x[i] = SET(1.0f + (float)i);
    for (int64_t round = 0; round < rounds; round++)
        for (int i = 0; i < CHAINS; i++) x[i] = MULTIPLY_ADD(x[i], a, b);
    for (int i = 1; i < CHAINS; i++) x[0] = ADD(x[0], x[i]);
    return TOTAL(x[0]);
}

enum { UNROLL = 8 };
_Static_assert(MACHINE_BLOCK % (UNROLL * LANES) == 0, "a block is whole rounds");

#define ROUND_OF_BLOCK                                                                             \
    for (int64_t i = 0; i < n; i += UNROLL * LANES)                                                \
        for (int k = 0; k < UNROLL; k++)

/* The four streams, with the suffix of their names; from_(p): p, of what is read. */
#define MACHINE_STREAMS(suffix_, from_, store_, after_)                                            \
    static float read_##suffix_(const float *x, int64_t n) {                                       \
        VECTOR sum[UNROLL];                                                                        \
        for (int k = 0; k < UNROLL; k++) sum[k] = SET(0);                                          \
        ROUND_OF_BLOCK sum[k] = ADD(sum[k], LOAD(from_(x + i + k * LANES)));                       \
        for (int k = 1; k < UNROLL; k++) sum[0] = ADD(sum[0], sum[k]);                             \
        return TOTAL(sum[0]);                                                                      \
    }                                                                                              \
    static void copy_##suffix_(float *restrict y, const float *restrict x, int64_t n) {            \
        ROUND_OF_BLOCK store_(y + i + k * LANES, LOAD(from_(x + i + k * LANES)));                  \
        after_;                                                                                    \
    }                                                                                              \
    static void triad_##suffix_(float *restrict z, const float *restrict x,                        \
                                const float *restrict y, int64_t n) {                              \
        const VECTOR three = SET(3);                                                               \
        ROUND_OF_BLOCK {                                                                           \
            const int64_t at = i + k * LANES;                                                      \
            store_(z + at, MULTIPLY_ADD(LOAD(from_(y + at)), three, LOAD(from_(x + at))));         \
        }                                                                                          \
        after_;                                                                                    \
    }                                                                                              \
    static void update_##suffix_(float *x, int64_t n) {                                            \
        const VECTOR half = SET(0.5f);                                                             \
        ROUND_OF_BLOCK {                                                                           \
            float *at = x + i + k * LANES;                                                         \
            STORE(at, MULTIPLY_ADD(LOAD(from_(at)), half, half));                                  \
        }                                                                                          \
    }
#define MACHINE_STREAMS_OF(suffix_)                                                                \
    { read_##suffix_, copy_##suffix_, triad_##suffix_, update_##suffix_ }

#define THERE(p) (p)
MACHINE_STREAMS(near, THERE, STORE, (void)0)

#ifdef STORE_STREAMING
static inline const float *prefetched(const float *x) {
    PREFETCH(x);
    return x;
}
MACHINE_STREAMS(far, prefetched, STORE_STREAMING, _mm_sfence())
#define FAR MACHINE_STREAMS_OF(far)
#else
#define FAR                                                                                        \
    { NULL, NULL, NULL, NULL }
#endif

#define MACHINE_KERNELS(isa_)                                                                      \
    {                                                                                              \
        .isa = isa_, .flops_per_round = 2.0 * CHAINS * LANES, .multiply_add = multiply_add,        \
        .near = MACHINE_STREAMS_OF(near), .far = FAR                                               \
    }

#endif
