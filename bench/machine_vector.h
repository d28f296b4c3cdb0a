/* The vectors of the machine's ceilings: those of the instruction set that a file is compiled for, or
 * with MACHINE_SCALAR defined before, whatever the flags, what the compiler makes of plain C for the
 * base one (four lanes, no fused multiply-add of its own).
 *
 *   VECTOR, LANES, CHAINS (independent accumulators: latency times issue width, at least),
 *   SET(float), LOAD(p), STORE(p, v), ADD(a, b), MULTIPLY_ADD(a, b, c) = a b + c, TOTAL(v);
 *   p is aligned. STORE_STREAMING(p, v), where there is one: non-temporal, an sfence after the last;
 *   PREFETCH(p), with it: a page ahead of p into L2, a quarter of one into L1. */
#ifndef BENCH_MACHINE_VECTOR_H
#define BENCH_MACHINE_VECTOR_H

#if defined __AVX2__ && !defined MACHINE_SCALAR
#include <immintrin.h>
#include <stdint.h>

#define PREFETCH(p)                                                                                \
    (_mm_prefetch((const char *)((uintptr_t)(p) + 4096), _MM_HINT_T1),                             \
     _mm_prefetch((const char *)((uintptr_t)(p) + 1024), _MM_HINT_T0))
#endif

#if defined __AVX512F__ && !defined MACHINE_SCALAR

#define VECTOR __m512
#define LANES 16
#define CHAINS 16
#define SET(value) _mm512_set1_ps(value)
#define LOAD(p) _mm512_load_ps(p)
#define STORE(p, v) _mm512_store_ps(p, v)
#define STORE_STREAMING(p, v) _mm512_stream_ps(p, v)
#define ADD(a, b) _mm512_add_ps(a, b)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define TOTAL(v) _mm512_reduce_add_ps(v)

#elif defined __AVX2__ && !defined MACHINE_SCALAR

#define VECTOR __m256
#define LANES 8
#define CHAINS 12 /* latency 4 or 5, two per cycle */
#define SET(value) _mm256_set1_ps(value)
#define LOAD(p) _mm256_load_ps(p)
#define STORE(p, v) _mm256_store_ps(p, v)
#define STORE_STREAMING(p, v) _mm256_stream_ps(p, v)
#define ADD(a, b) _mm256_add_ps(a, b)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
static inline float total(__m256 v) {
    float lane[8], sum = 0;
    _mm256_storeu_ps(lane, v);
    for (int i = 0; i < 8; i++) sum += lane[i];
    return sum;
}
#define TOTAL(v) total(v)

#else
typedef float four __attribute__((vector_size(16)));

#define VECTOR four
#define LANES 4
#define CHAINS 12
#define SET(value) ((four){(value), (value), (value), (value)})
#define LOAD(p) (*(const four *)(p))
#define STORE(p, v) (*(four *)(p) = (v))
#define ADD(a, b) ((a) + (b))
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define TOTAL(v) ((v)[0] + (v)[1] + (v)[2] + (v)[3])
#endif

#endif
