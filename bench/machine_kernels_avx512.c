#include <immintrin.h>
#include <stddef.h>

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
#include "bench/machine_loops.h"

const struct machine_kernels machine_kernels_avx512 = MACHINE_KERNELS(ISA_AVX512);
