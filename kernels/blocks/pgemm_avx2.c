/* The AVX2 microkernel: 6 rows by 16 columns.
 *
 * 12 accumulators, 2 vectors of B, 2 broadcasts of A: all 16 registers. One step of k is 12
 * multiply-adds (6 cycles on two units) for 8 loads (4 cycles). */
#include "kernels/blocks/vector_avx2.h"

enum {
    MR = 6,
    NR = 16,
    LANES = VLANES,
    A_AHEAD = 64, /* steps that A is fetched ahead */
};

/* The first `count` lanes, for masked loads and stores (which do not fault outside the mask). */
static vmask low(int count) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(count), lane));
}

#include "kernels/blocks/pgemm_tile.h"

static inline __m256 finished(const struct pgemm_tile *t, const struct finish *f, const float *c,
                              int row, int column, vmask mask, __m256 sum) {
    __m256 x = _mm256_mul_ps(f->alpha, sum);
    if (f->reads) x = _mm256_fmadd_ps(f->beta, vload_zeroed(c, mask), x);
    if (f->finishes) {
        if (t->row_bias) x = _mm256_add_ps(x, _mm256_set1_ps(t->row_bias[row]));
        if (t->column_bias) x = _mm256_add_ps(x, vload_zeroed(t->column_bias + column, mask));
        /* maxps gives its second operand when either is NaN */
        if (t->relu) x = _mm256_max_ps(_mm256_setzero_ps(), x);
    }
    return x;
}

#define FMA_1(i, at_, address, base_, index_)                                                      \
    __asm__ volatile("vbroadcastss " address ", %[x]\n\t"                                          \
                     "vfmadd231ps %[b0], %[x], %[s]"                                               \
                     : [s] "+v"(s##i), [x] "=&v"(x)                                                \
                     : [at] "i"(at_), [base] "r"(base_), [index] "r"(index_), [b0] "v"(b0));
#define LOAD_1(at) b0 = vload(at);
#define LOAD_2(at) LOAD_1(at) b1 = vload(at + LANES);

/* ---- the full tile, packed A and B ------------------------------------------------------------
 */

static void tile_full(const struct pgemm_tile *t) {
    const float *a = t->a, *b = t->b, *next = t->next ? t->next : t->c, *ahead = t->c;
    float *c = t->c;
    const int64_t c_row = t->c_row, next_row = t->next ? t->next_row : 0;
    const vmask m0 = low(LANES), m1 = m0;
    vfloat x, b0, b1;
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

/* ---- every other tile --------------------------------------------------------------------------
 */

#define ROW_POINTERS(R)                                                                            \
    const int64_t row = t->a_row;                                                                  \
    const float *q0 = t->a, *q1 = q0 + (R > 3 ? 3 * row : 0);
#define ROW_ADVANCE(steps) q0 += steps, q1 += steps;
#define B_ROW_0(V) LOAD_##V(b)
#define B_ROW_1(V) LOAD_##V(b + b_row)
#define B_ROW_2(V) LOAD_##V(b + 2 * b_row)
#define B_ROW_3(V) LOAD_##V(b + b_row3)

/* clang-format off */
#define TILES_OF(X, KIND, V) \
    X(KIND, 1, V) X(KIND, 2, V) X(KIND, 3, V) X(KIND, 4, V) X(KIND, 5, V) X(KIND, 6, V)
/* clang-format on */
TILES_OF(TILE_ANY, ROW, 1)
TILES_OF(TILE_ANY, ROW, 2)
TILES_OF(TILE_ANY, COLUMN, 1)
TILES_OF(TILE_ANY, COLUMN, 2)
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
    const vmask m0 = low(count), m1 = low(count - LANES), w0 = low(width);
    for (int64_t p = 0; p < k; p++, data += along, into += width) {
        vstore_masked(into, w0, vload_zeroed(data, m0));
        if (width > LANES) vstore(into + LANES, vload_zeroed(data + LANES, m1));
    }
}

static inline void transpose(vfloat r[LANES]) {
    vfloat t[LANES];
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
    const vmask columns = low(room);
    for (int64_t p = 0; p < k; p += LANES, data += LANES, into += LANES * width) {
        const int here = k - p < LANES ? (int)(k - p) : LANES;
        const vmask mask = low(here);
        vfloat r[LANES];
        for (int i = 0; i < LANES; i++)
            r[i] = i < count ? vload_zeroed(data + i * across, mask) : vset(0);
        transpose(r);
        for (int i = 0; i < LANES; i++)
            if (i < here) vstore_masked(into + i * width, columns, r[i]);
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
