/* The AVX2 microkernel: 6 rows by 16 columns.
 *
 * 12 accumulators, 2 vectors of B, 2 broadcasts of A: all 16 registers. One step of k is 12
 * multiply-adds (6 cycles on two units) for 8 loads (4 cycles). */
#include <immintrin.h>

#include "kernels/core/pgemm.h"
#include "kernels/core/rows.h"

enum {
    MR = 6,
    NR = 16,
    LANES = 8,
    A_AHEAD = 64, /* steps that A is fetched ahead */
};

/* The first `count` lanes, for masked loads and stores (which do not fault outside the mask). */
static __m256i low(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* What happens to a sum beside alpha: constant over a tile. */
struct finish {
    __m256 alpha, beta;
    bool reads, finishes;
};

static struct finish finish_of(const struct pgemm_tile *t) {
    return (struct finish){_mm256_set1_ps(t->alpha), _mm256_set1_ps(t->beta), t->beta != 0,
                           t->row_bias || t->column_bias || t->relu};
}

/* Nothing but a store, the commonest case. */
static inline bool plain(const struct pgemm_tile *t) {
    return t->alpha == 1 && t->beta == 0 && !t->row_bias && !t->column_bias && !t->relu;
}

static inline __m256 finished(const struct pgemm_tile *t, const struct finish *f, const float *c,
                              int row, int column, __m256i mask, __m256 sum) {
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

/* The sums of a tile, finished out of line: all tiles share this. */
static __attribute__((noinline)) void finish_rows(const struct pgemm_tile *t,
                                                  const float (*sum)[NR]) {
    const struct finish f = finish_of(t);
    float *c = t->c;
    for (int i = 0; i < t->rows; i++, c += t->c_row)
        for (int j = 0; j < t->columns; j += LANES) {
            const __m256i mask = low(t->columns - j);
            _mm256_maskstore_ps(c + j, mask,
                                finished(t, &f, c + j, i, j, mask, _mm256_load_ps(sum[i] + j)));
        }
}

/* The inner steps are assembly, for the reasons given in pgemm_avx512.c. Row i of a step is one
 * element of A, at base + `at` bytes + 0, 1 or 2 times `index` floats, times one or two vectors of
 * B. */
#define PLAIN "%c[at](%[base])"
#define INDEXED "%c[at](%[base],%[index],4)"
#define TWICE "%c[at](%[base],%[index],8)"
#define FMA_1(i, at_, address, base_, index_)                                                      \
    __asm__ volatile("vbroadcastss " address ", %[x]\n\t"                                          \
                     "vfmadd231ps %[b0], %[x], %[s]"                                               \
                     : [s] "+x"(s##i), [x] "=&x"(x)                                                \
                     : [at] "i"(at_), [base] "r"(base_), [index] "r"(index_), [b0] "x"(b0));
#define FMA_2(i, at_, address, base_, index_)                                                      \
    __asm__ volatile(                                                                              \
        "vbroadcastss " address ", %[x]\n\t"                                                       \
        "vfmadd231ps %[b0], %[x], %[s]\n\t"                                                        \
        "vfmadd231ps %[b1], %[x], %[u]"                                                            \
        : [s] "+x"(s##i), [u] "+x"(u##i), [x] "=&x"(x)                                             \
        : [at] "i"(at_), [base] "r"(base_), [index] "r"(index_), [b0] "x"(b0), [b1] "x"(b1));
#define LOAD_1(at) b0 = _mm256_loadu_ps(at);
#define LOAD_2(at) LOAD_1(at) b1 = _mm256_loadu_ps(at + LANES);
/* A masked load takes a slot of a multiply-add: for edges only. */
#define LOAD_MASKED_1 b0 = _mm256_maskload_ps(b, m0);
#define LOAD_MASKED_2 LOAD_MASKED_1 b1 = _mm256_maskload_ps(b + LANES, m1);

#define ZERO_1(i) __m256 s##i = _mm256_setzero_ps();
#define ZERO_2(i) ZERO_1(i) __m256 u##i = _mm256_setzero_ps();
#define KEEP_1(i) _mm256_store_ps(sum[i], s##i);
#define KEEP_2(i) KEEP_1(i) _mm256_store_ps(sum[i] + LANES, u##i);
#define STORE_1(i)                                                                                 \
    _mm256_maskstore_ps(c, m0, s##i);                                                              \
    c += c_row;
#define STORE_2(i)                                                                                 \
    _mm256_maskstore_ps(c + LANES, m1, u##i);                                                      \
    STORE_1(i)
#define FINISH(R, V)                                                                               \
    if (plain(t)) {                                                                                \
        ROWS_##R(STORE_##V)                                                                        \
    } else {                                                                                       \
        _Alignas(32) float sum[R][NR];                                                             \
        ROWS_##R(KEEP_##V) finish_rows(t, (const float(*)[NR])sum);                                \
    }

/* ---- the full tile, packed A and B ------------------------------------------------------------
 */

#define FULL_0(i) FMA_2(i, 4 * i, PLAIN, a, b)
#define FULL_1(i) FMA_2(i, 4 * (MR + i), PLAIN, a, b)
#define FULL_2(i) FMA_2(i, 4 * (2 * MR + i), PLAIN, a, b)
#define FULL_3(i) FMA_2(i, 4 * (3 * MR + i), PLAIN, a, b)
#define FETCH(i)                                                                                   \
    _mm_prefetch((const char *)ahead, _MM_HINT_T1);                                                \
    _mm_prefetch((const char *)(ahead + NR - 1), _MM_HINT_T1);                                     \
    ahead += c_row;

static void tile_full(const struct pgemm_tile *t) {
    const float *a = t->a, *b = t->b, *next = t->next ? t->next : t->c, *ahead = t->c;
    float *c = t->c;
    const int64_t c_row = t->c_row, next_row = t->next ? t->next_row : 0;
    const __m256i m0 = low(LANES), m1 = m0;
    __m256 x, b0, b1;
    ROWS_6(ZERO_2)
    ROWS_6(FETCH)
    int64_t p = t->k;
    for (; p >= 4; p -= 4, a += 4 * MR, b += 4 * NR, next += next_row) {
        _mm_prefetch((const char *)next, _MM_HINT_T1);
        _mm_prefetch((const char *)(a + A_AHEAD * MR), _MM_HINT_T0);
        _mm_prefetch((const char *)(a + A_AHEAD * MR + 16), _MM_HINT_T0);
        LOAD_2(b) ROWS_6(FULL_0);
        LOAD_2(b + NR) ROWS_6(FULL_1);
        LOAD_2(b + 2 * NR) ROWS_6(FULL_2);
        LOAD_2(b + 3 * NR) ROWS_6(FULL_3);
    }
    for (; p > 0; p--, a += MR, b += NR) {
        LOAD_2(b) ROWS_6(FULL_0);
    }
    FINISH(6, 2)
}

/* ---- every other tile: R rows, one or two masked vectors, A read where it lies ---------------
 *
 * One of A's strides is 1: ROW, its rows are contiguous (a_column = 1), or COLUMN (a_row = 1). */

#define ROW_AT_0 PLAIN, q0
#define ROW_AT_1 INDEXED, q0
#define ROW_AT_2 TWICE, q0
#define ROW_AT_3 PLAIN, q1
#define ROW_AT_4 INDEXED, q1
#define ROW_AT_5 TWICE, q1
#define APPLY(macro, ...) macro(__VA_ARGS__)

/* row i of step 0 to 3 */
#define ROW_1_0(i) APPLY(FMA_1, i, 0, ROW_AT_##i, row)
#define ROW_1_1(i) APPLY(FMA_1, i, 4, ROW_AT_##i, row)
#define ROW_1_2(i) APPLY(FMA_1, i, 8, ROW_AT_##i, row)
#define ROW_1_3(i) APPLY(FMA_1, i, 12, ROW_AT_##i, row)
#define ROW_2_0(i) APPLY(FMA_2, i, 0, ROW_AT_##i, row)
#define ROW_2_1(i) APPLY(FMA_2, i, 4, ROW_AT_##i, row)
#define ROW_2_2(i) APPLY(FMA_2, i, 8, ROW_AT_##i, row)
#define ROW_2_3(i) APPLY(FMA_2, i, 12, ROW_AT_##i, row)
#define COLUMN_1_0(i) FMA_1(i, 4 * i, PLAIN, q0, column)
#define COLUMN_1_1(i) FMA_1(i, 4 * i, INDEXED, q0, column)
#define COLUMN_1_2(i) FMA_1(i, 4 * i, TWICE, q0, column)
#define COLUMN_1_3(i) FMA_1(i, 4 * i, INDEXED, q0, column3)
#define COLUMN_2_0(i) FMA_2(i, 4 * i, PLAIN, q0, column)
#define COLUMN_2_1(i) FMA_2(i, 4 * i, INDEXED, q0, column)
#define COLUMN_2_2(i) FMA_2(i, 4 * i, TWICE, q0, column)
#define COLUMN_2_3(i) FMA_2(i, 4 * i, INDEXED, q0, column3)

#define ROW_POINTERS(R)                                                                            \
    const int64_t row = t->a_row;                                                                  \
    const float *q0 = t->a, *q1 = q0 + (R > 3 ? 3 * row : 0);
#define ROW_ADVANCE(steps) q0 += steps, q1 += steps;
#define COLUMN_POINTERS(R)                                                                         \
    const int64_t column = t->a_column, column3 = 3 * column;                                      \
    const float *q0 = t->a;
#define COLUMN_ADVANCE(steps) q0 += steps * column;

#define TILE_ANY(KIND, R, V)                                                                       \
    static void tile_##KIND##_##R##_##V(const struct pgemm_tile *t) {                              \
        const int64_t b_row = t->b_row, b_row3 = 3 * b_row, c_row = t->c_row;                      \
        const float *b = t->b;                                                                     \
        float *c = t->c;                                                                           \
        const bool full = t->columns == V * LANES || b_row == NR;                                  \
        const __m256i m0 = low(t->columns), m1 = low(t->columns - LANES);                          \
        __m256 x, b0, b1;                                                                          \
        int64_t p = t->k;                                                                          \
        KIND##_POINTERS(R) ROWS_##R(ZERO_##V) for (; full && p >= 4; p -= 4, b += 4 * b_row) {     \
            LOAD_##V(b) ROWS_##R(KIND##_##V##_0);                                                  \
            LOAD_##V(b + b_row) ROWS_##R(KIND##_##V##_1);                                          \
            LOAD_##V(b + 2 * b_row) ROWS_##R(KIND##_##V##_2);                                      \
            LOAD_##V(b + b_row3) ROWS_##R(KIND##_##V##_3);                                         \
            KIND##_ADVANCE(4)                                                                      \
        }                                                                                          \
        for (; p > 0; p--, b += b_row) {                                                           \
            LOAD_MASKED_##V ROWS_##R(KIND##_##V##_0);                                              \
            KIND##_ADVANCE(1)                                                                      \
        }                                                                                          \
        (void)m1, (void)b1;                                                                        \
        FINISH(R, V)                                                                               \
    }

/* clang-format off */
#define TILES_OF(X, KIND, V) \
    X(KIND, 1, V) X(KIND, 2, V) X(KIND, 3, V) X(KIND, 4, V) X(KIND, 5, V) X(KIND, 6, V)
/* clang-format on */
TILES_OF(TILE_ANY, ROW, 1)
TILES_OF(TILE_ANY, ROW, 2)
TILES_OF(TILE_ANY, COLUMN, 1)
TILES_OF(TILE_ANY, COLUMN, 2)
#define TILE_NAME(KIND, R, V) [R] = tile_##KIND##_##R##_##V,
static void (*const tiles[2][2][MR + 1])(const struct pgemm_tile *) = {
    {{TILES_OF(TILE_NAME, ROW, 1)}, {TILES_OF(TILE_NAME, ROW, 2)}},
    {{TILES_OF(TILE_NAME, COLUMN, 1)}, {TILES_OF(TILE_NAME, COLUMN, 2)}}};

static void tile(const struct pgemm_tile *t) {
    if (t->rows == MR && t->columns == NR && t->a_row == 1 && t->a_column == MR && t->b_row == NR)
        tile_full(t);
    else
        tiles[t->a_column != 1][t->columns > LANES][t->rows](t);
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
