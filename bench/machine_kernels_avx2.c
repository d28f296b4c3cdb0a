#include <immintrin.h>
#include <stddef.h>

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
#include "bench/machine_loops.h"

const struct machine_kernels machine_kernels_avx2 = MACHINE_KERNELS(ISA_AVX2);
