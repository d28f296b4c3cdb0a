/* The AVX2 microkernel: 6 rows by 16 columns.
 *
 * 12 accumulators, 2 vectors of B, 2 broadcasts of A: all 16 registers. One step of k is 12
 * multiply-adds (6 cycles on two units) for 8 loads (4 cycles). */
#include <immintrin.h>

#include "kernels/core/pgemm.h"
#include "kernels/core/rows.h"

enum { MR = 6, NR = 16, LANES = 8 };

/* The first `count` lanes, for masked loads and stores (which do not fault outside the mask). */
static __m256i low(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

struct finish {
    __m256 alpha, beta;
    bool reads, finishes;
};

static inline __m256 finished(const struct pgemm_tile *t, const struct finish *f, int row,
                              int column, __m256i mask, __m256 sum) {
    const float *c = t->c + row * t->c_row + column;
    __m256 x = _mm256_mul_ps(f->alpha, sum);
    if (f->reads) x = _mm256_fmadd_ps(f->beta, _mm256_maskload_ps(c, mask), x);
    if (f->finishes) {
        if (t->row_bias) x = _mm256_add_ps(x, _mm256_set1_ps(t->row_bias[row]));
        if (t->column_bias) x = _mm256_add_ps(x, _mm256_maskload_ps(t->column_bias + column, mask));
        /* maxps gives its second operand when either is NaN */
        if (t->relu) x = _mm256_max_ps(_mm256_setzero_ps(), x);
    }
    return x;
}

static struct finish finish_of(const struct pgemm_tile *t) {
    return (struct finish){_mm256_set1_ps(t->alpha), _mm256_set1_ps(t->beta), t->beta != 0,
                           t->row_bias || t->column_bias || t->relu};
}

/* ---- the full tile, packed A ------------------------------------------------------------------
 */

#define ZERO_2(i) __m256 s##i = _mm256_setzero_ps(), u##i = _mm256_setzero_ps();
#define FMA_2(i)                                                                                   \
    x = _mm256_set1_ps(a[i]);                                                                      \
    s##i = _mm256_fmadd_ps(x, b0, s##i);                                                           \
    u##i = _mm256_fmadd_ps(x, b1, u##i);
#define STEP_2                                                                                     \
    b0 = _mm256_loadu_ps(b);                                                                       \
    b1 = _mm256_loadu_ps(b + LANES);                                                               \
    ROWS_6(FMA_2)                                                                                  \
    a += MR;                                                                                       \
    b += b_row;
#define STORE_2(i)                                                                                 \
    _mm256_storeu_ps(c + i * c_row, finished(t, &f, i, 0, all, s##i));                             \
    _mm256_storeu_ps(c + i * c_row + LANES, finished(t, &f, i, LANES, all, u##i));
#define FETCH_C(i)                                                                                 \
    _mm_prefetch((const char *)(c + i * c_row), _MM_HINT_T0);                                      \
    _mm_prefetch((const char *)(c + i * c_row + 15), _MM_HINT_T0);

static void tile_full(const struct pgemm_tile *t) {
    const float *a = t->a, *b = t->b;
    float *const c = t->c;
    const int64_t c_row = t->c_row, b_row = t->b_row;
    ROWS_6(ZERO_2)
    ROWS_6(FETCH_C)
    __m256 x, b0, b1;
    int64_t p = t->k;
    for (; p >= 4; p -= 4) {
        _mm_prefetch((const char *)(a + 16 * MR), _MM_HINT_T0);
        STEP_2 STEP_2 _mm_prefetch((const char *)(a + 16 * MR), _MM_HINT_T0);
        STEP_2 STEP_2
    }
    for (; p > 0; p--) {
        STEP_2
    }
    const struct finish f = finish_of(t);
    const __m256i all = _mm256_set1_epi32(-1);
    ROWS_6(STORE_2)
}

/* ---- every other tile: R rows, one or two masked vectors, A with any strides -----------------
 */

#define FMA_ANY_1(i)                                                                               \
    x = _mm256_set1_ps(a##i);                                                                      \
    s##i = _mm256_fmadd_ps(x, b0, s##i);
#define FMA_ANY_2(i)                                                                               \
    FMA_ANY_1(i)                                                                                   \
    u##i = _mm256_fmadd_ps(x, b1, u##i);
#define ZERO_ANY_1(i) __m256 s##i = _mm256_setzero_ps();
#define ZERO_ANY_2(i) ZERO_2(i)
#define STORE_ANY_1(i) _mm256_maskstore_ps(c + i * c_row, m0, finished(t, &f, i, 0, m0, s##i));
#define STORE_ANY_2(i)                                                                             \
    STORE_FULL_1(i)                                                                                \
    _mm256_maskstore_ps(c + i * c_row + LANES, m1, finished(t, &f, i, LANES, m1, u##i));
#define STORE_FULL_1(i) _mm256_storeu_ps(c + i * c_row, finished(t, &f, i, 0, all, s##i));
#define LOAD_ANY_1 b0 = _mm256_maskload_ps(b, m0);
#define LOAD_ANY_2 b0 = _mm256_loadu_ps(b), b1 = _mm256_maskload_ps(b + LANES, m1);
#define DECLARE_ANY_1                                                                              \
    __m256 x, b0;                                                                                  \
    const __m256i m0 = low(t->columns);
#define DECLARE_ANY_2                                                                              \
    __m256 x, b0, b1;                                                                              \
    const __m256i m1 = low(t->columns - LANES), all = _mm256_set1_epi32(-1);

#define a0 q0[0]
#define a1 q0[row]
#define a2 q0[2 * row]
#define a3 q1[0]
#define a4 q1[row]
#define a5 q1[2 * row]

#define TILE_ANY(R, V)                                                                             \
    static void tile_##R##_##V(const struct pgemm_tile *t) {                                       \
        const int64_t row = t->a_row, column = t->a_column, b_row = t->b_row, c_row = t->c_row;    \
        const float *q0 = t->a, *q1 = q0 + (R > 3 ? 3 * row : 0);                                  \
        const float *b = t->b;                                                                     \
        float *const c = t->c;                                                                     \
        ROWS_##R(ZERO_ANY_##V) DECLARE_ANY_##V for (int64_t p = t->k; p > 0; p--) {                \
            LOAD_ANY_##V ROWS_##R(FMA_ANY_##V) b += b_row;                                         \
            q0 += column, q1 += column;                                                            \
        }                                                                                          \
        const struct finish f = finish_of(t);                                                      \
        ROWS_##R(STORE_ANY_##V)                                                                    \
    }

#define TILES_ANY(X)                                                                               \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2)
TILES_ANY(TILE_ANY)
#define TILE_NAME(R, V) [V - 1][R] = tile_##R##_##V,
static void (*const tiles[2][MR + 1])(const struct pgemm_tile *) = {TILES_ANY(TILE_NAME)};

static void tile(const struct pgemm_tile *t) {
    if (t->rows == MR && t->columns == NR && t->a_row == 1 && t->a_column == MR)
        tile_full(t);
    else
        tiles[t->columns > LANES][t->rows](t);
}

/* ---- packing ----------------------------------------------------------------------------------
 */

/* across = 1: copy runs of `count`. */
static void pack_runs(const float *data, int64_t along, int count, int width, int64_t k,
                      float *into) {
    const __m256i m0 = low(count), m1 = low(count - LANES), w0 = low(width);
    for (int64_t p = 0; p < k; p++, data += along, into += width) {
        _mm256_maskstore_ps(into, w0, _mm256_maskload_ps(data, m0));
        if (width > LANES) _mm256_storeu_ps(into + LANES, _mm256_maskload_ps(data + LANES, m1));
    }
}

static inline void transpose(__m256 r[LANES]) {
    __m256 t[LANES];
    for (int i = 0; i < LANES; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    for (int i = 0; i < LANES; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xEE);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xEE);
    }
    for (int i = 0; i < 4; i++) {
        t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
        t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
    }
    for (int i = 0; i < LANES; i++) r[i] = t[i];
}

/* along = 1, at most 8 of the panel's rows. */
static void pack_transposed(const float *data, int64_t across, int count, int width, int64_t k,
                            int room, float *into) {
    const __m256i columns = low(room);
    for (int64_t p = 0; p < k; p += LANES, data += LANES, into += LANES * width) {
        const int here = k - p < LANES ? (int)(k - p) : LANES;
        const __m256i mask = low(here);
        __m256 r[LANES];
        for (int i = 0; i < LANES; i++)
            r[i] = i < count ? _mm256_maskload_ps(data + i * across, mask) : _mm256_setzero_ps();
        transpose(r);
        for (int i = 0; i < LANES; i++)
            if (i < here) _mm256_maskstore_ps(into + i * width, columns, r[i]);
    }
}

static void pack_any(const float *data, int64_t across, int64_t along, int count, int width,
                     int64_t k, float *into) {
    for (int64_t p = 0; p < k; p++, data += along, into += width) {
        for (int i = 0; i < count; i++) into[i] = data[i * across];
        for (int i = count; i < width; i++) into[i] = 0;
    }
}

static void pack(const float *data, int64_t across, int64_t along, int count, int width, int64_t k,
                 float *into) {
    if (across == 1) {
        pack_runs(data, along, count, width, k, into);
    } else if (along == 1) {
        for (int i = 0; i < width; i += LANES)
            pack_transposed(data + i * across, across, count - i, width, k, width - i, into + i);
    } else {
        pack_any(data, across, along, count, width, k, into);
    }
}

extern const struct pgemm_kernel pgemm_kernel_avx2;
const struct pgemm_kernel pgemm_kernel_avx2 = {.isa = ISA_AVX2,
                                               .mr = MR,
                                               .nr = NR,
                                               .mc = 48 * MR,
                                               .kc = 256,
                                               .nc = 192 * NR,
                                               .tile = tile,
                                               .pack = pack};
