/* A table of operations.def by its intrinsics, for two files that define OPERATIONS, its name: one
 * is compiled for AVX-512 and one with avx512.h. */
#ifndef TESTS_EMULATION_OPERATIONS_VECTOR_H
#define TESTS_EMULATION_OPERATIONS_VECTOR_H

#include <immintrin.h>
#include <string.h>

#include "tests/emulation/operations.h"

#define RESULT_FLOATS(what) _mm512_storeu_ps(lane, what)
#define RESULT_BITS(what) RESULT_FLOATS(what)
#define RESULT_INTS(what) _mm512_storeu_si512(lane, what)
#define RESULT_MASK(what)                                                                          \
    const __mmask16 mask = what;                                                                   \
    for (int i = 0; i < SAMPLE_LANES; i++) lane[i] = mask >> i & 1
#define RESULT_SUM(what)                                                                           \
    const float sum = what;                                                                        \
    memcpy(lane, &sum, sizeof sum)
#define RESULT_LOAD(what) RESULT_FLOATS(what)
#define RESULT_LOAD_MASKED(what) RESULT_FLOATS(what)
#define RESULT_LOAD_ALIGNED(what) RESULT_FLOATS(what)
#define RESULT_STORE(what) what
#define RESULT_STORE_MASKED(what) what
#define RESULT_STORE_ALIGNED(what) what

#define OPERATION(name, kind, intrinsic, expected)                                                 \
    static void run_##name(const struct sample *s, uint32_t *lane) {                               \
        const __m512 a = _mm512_loadu_ps(s->a), b = _mm512_loadu_ps(s->b),                         \
                     c = _mm512_loadu_ps(s->c), n = _mm512_loadu_ps(s->n);                         \
        const __m512i ai = _mm512_castps_si512(a), bi = _mm512_castps_si512(b),                    \
                      ci = _mm512_castps_si512(c);                                                 \
        const __mmask16 m = s->m;                                                                  \
        const float *from = s->from;                                                               \
        float *to = s->to;                                                                         \
        (void)a, (void)b, (void)c, (void)n, (void)ai, (void)bi, (void)ci, (void)m, (void)from,     \
            (void)to, (void)lane;                                                                  \
        RESULT_##kind(intrinsic);                                                                  \
    }
#include "tests/emulation/operations.def"
#undef OPERATION
#define OPERATION(name, kind, intrinsic, expected) {#name, kind, run_##name},
const struct operation OPERATIONS[] = {
#include "tests/emulation/operations.def"
    {0}};

#endif
