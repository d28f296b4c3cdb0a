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

static float read_all(const float *x, int64_t n) {
    VECTOR sum[UNROLL];
    for (int k = 0; k < UNROLL; k++) sum[k] = SET(0);
    for (int64_t i = 0; i < n; i += UNROLL * LANES)
        for (int k = 0; k < UNROLL; k++) sum[k] = ADD(sum[k], LOAD(x + i + k * LANES));
    for (int k = 1; k < UNROLL; k++) sum[0] = ADD(sum[0], sum[k]);
    return TOTAL(sum[0]);
}

#define COPY_BODY(store)                                                                           \
    for (int64_t i = 0; i < n; i += UNROLL * LANES)                                                \
        for (int k = 0; k < UNROLL; k++) store(y + i + k * LANES, LOAD(x + i + k * LANES));

#define TRIAD_BODY(store)                                                                          \
    const VECTOR three = SET(3);                                                                   \
    for (int64_t i = 0; i < n; i += UNROLL * LANES)                                                \
        for (int k = 0; k < UNROLL; k++) {                                                         \
            const int64_t at = i + k * LANES;                                                      \
            store(z + at, MULTIPLY_ADD(LOAD(y + at), three, LOAD(x + at)));                        \
        }

static void copy(float *restrict y, const float *restrict x, int64_t n) { COPY_BODY(STORE) }

static void triad(float *restrict z, const float *restrict x, const float *restrict y, int64_t n) {
    TRIAD_BODY(STORE)
}

static void update(float *x, int64_t n) {
    const VECTOR half = SET(0.5f);
    for (int64_t i = 0; i < n; i += UNROLL * LANES)
        for (int k = 0; k < UNROLL; k++) {
            float *at = x + i + k * LANES;
            STORE(at, MULTIPLY_ADD(LOAD(at), half, half));
        }
}

#ifdef STORE_STREAMING
static void copy_streaming(float *restrict y, const float *restrict x, int64_t n) {
    COPY_BODY(STORE_STREAMING)
    _mm_sfence();
}

static void triad_streaming(float *restrict z, const float *restrict x, const float *restrict y,
                            int64_t n) {
    TRIAD_BODY(STORE_STREAMING)
    _mm_sfence();
}
#define STREAMING .copy_streaming = copy_streaming, .triad_streaming = triad_streaming
#else
#define STREAMING .copy_streaming = NULL, .triad_streaming = NULL
#endif

#define MACHINE_KERNELS(isa_)                                                                      \
    {                                                                                              \
        .isa = isa_, .flops_per_round = 2.0 * CHAINS * LANES, .multiply_add = multiply_add,        \
        .read = read_all, .copy = copy, .triad = triad, .update = update, STREAMING                \
    }

#endif
