/* The AVX-512 microkernel: 14 rows by 32 columns.
 *
 * 28 accumulators, 2 vectors of B, 2 broadcasts of A: all 32 registers. One step of k is 28
 * multiply-adds (14 cycles on two units) for 16 loads (8 cycles), so the loads, the panel fetches
 * and the loop hide behind the arithmetic. An explicit broadcast that serves two multiply-adds is
 * needed: with the broadcast folded into each of them there would be 30 loads, more than 14 cycles'
 * worth. */
#include <immintrin.h>

#include "kernels/core/pgemm.h"
#include "kernels/core/rows.h"

enum { MR = 14, NR = 32, LANES = 16 };

static __mmask16 low(int count) {
    return (__mmask16)(count >= LANES ? 0xFFFF : count <= 0 ? 0 : (1 << count) - 1);
}

/* What happens to a finished row, beside alpha: constant over a tile. */
struct finish {
    __m512 alpha, beta;
    bool reads, finishes;
};

static inline __m512 finished(const struct pgemm_tile *t, const struct finish *f, int row,
                              int column, __mmask16 mask, __m512 sum) {
    const float *c = t->c + row * t->c_row + column;
    __m512 x = _mm512_mul_ps(f->alpha, sum);
    if (f->reads) x = _mm512_fmadd_ps(f->beta, _mm512_maskz_loadu_ps(mask, c), x);
    if (f->finishes) {
        if (t->row_bias) x = _mm512_add_ps(x, _mm512_set1_ps(t->row_bias[row]));
        if (t->column_bias)
            x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(mask, t->column_bias + column));
        /* maxps gives its second operand when either is NaN */
        if (t->relu) x = _mm512_max_ps(_mm512_setzero_ps(), x);
    }
    return x;
}

static struct finish finish_of(const struct pgemm_tile *t) {
    return (struct finish){_mm512_set1_ps(t->alpha), _mm512_set1_ps(t->beta), t->beta != 0,
                           t->row_bias || t->column_bias || t->relu};
}

/* ---- the full tile, packed A ------------------------------------------------------------------
 */

#define ZERO_2(i) __m512 s##i = _mm512_setzero_ps(), u##i = _mm512_setzero_ps();
/* Assembly, because compilers move multiply-adds between steps until they run out of registers. */
#define FMA_2(i)                                                                                   \
    __asm__ volatile("vbroadcastss %c[at](%[a]), %[x]\n\t"                                         \
                     "vfmadd231ps %[b0], %[x], %[s]\n\t"                                           \
                     "vfmadd231ps %[b1], %[x], %[u]"                                               \
                     : [s] "+v"(s##i), [u] "+v"(u##i), [x] "=&v"(x)                                \
                     : [a] "r"(a), [at] "i"(4 * (STEP * MR + i)), [b0] "v"(b0), [b1] "v"(b1));
#define LOAD_2                                                                                     \
    b0 = _mm512_loadu_ps(b + STEP * NR);                                                           \
    b1 = _mm512_loadu_ps(b + STEP * NR + LANES);
#define STORE_2(i)                                                                                 \
    _mm512_storeu_ps(c, finished(t, &f, i, 0, 0xFFFF, s##i));                                      \
    _mm512_storeu_ps(c + LANES, finished(t, &f, i, LANES, 0xFFFF, u##i));                          \
    c += c_row;
#define FETCH_C(i)                                                                                 \
    _mm_prefetch((const char *)(ahead), _MM_HINT_T0);                                              \
    _mm_prefetch((const char *)(ahead + 31), _MM_HINT_T0);                                         \
    ahead += c_row;

static void tile_full(const struct pgemm_tile *t) {
    const float *a = t->a, *b = t->b;
    float *c = t->c;
    const float *ahead = c;
    const int64_t c_row = t->c_row;
    ROWS_14(ZERO_2)
    ROWS_14(FETCH_C)
    __m512 x, b0, b1;
    int64_t p = t->k;
    const char *fetch = (const char *)t->next;
    const int64_t fetch_step = fetch ? 64 : 0;
    for (; p >= 4; p -= 4, a += 4 * MR, b += 4 * NR, fetch += fetch_step) {
        _mm_prefetch(fetch, _MM_HINT_T1);
#ifdef PFA
        _mm_prefetch((const char *)(a + PFA), _MM_HINT_T0);
        _mm_prefetch((const char *)(a + PFA + 16), _MM_HINT_T0);
        _mm_prefetch((const char *)(a + PFA + 32), _MM_HINT_T0);
        _mm_prefetch((const char *)(a + PFA + 48), _MM_HINT_T0);
#endif
#define STEP 0
        LOAD_2 ROWS_14(FMA_2)
#undef STEP
#define STEP 1
            LOAD_2
            ROWS_14(FMA_2)
#undef STEP
#define STEP 2
                LOAD_2
                ROWS_14(FMA_2)
#undef STEP
#define STEP 3
                    LOAD_2
                    ROWS_14(FMA_2)
#undef STEP
    }
#define STEP 0
    for (; p > 0; p--, a += MR, b += NR) {
        LOAD_2 ROWS_14(FMA_2)
    }
#undef STEP
    const struct finish f = finish_of(t);
    ROWS_14(STORE_2)
}

/* ---- every other tile: R rows, one or two masked vectors, A with any strides -----------------
 *
 * Row i is read at base[i / 3] + (i % 3) * a_row, so that 14 rows need 5 pointers, not 14. */

#define FMA_ANY_1(i)                                                                               \
    x = _mm512_set1_ps(a##i);                                                                      \
    s##i = _mm512_fmadd_ps(x, b0, s##i);
#define FMA_ANY_2(i)                                                                               \
    FMA_ANY_1(i)                                                                                   \
    u##i = _mm512_fmadd_ps(x, b1, u##i);
#define ZERO_ANY_1(i) __m512 s##i = _mm512_setzero_ps();
#define ZERO_ANY_2(i) ZERO_2(i)
#define STORE_ANY_1(i) _mm512_mask_storeu_ps(c + i * c_row, m0, finished(t, &f, i, 0, m0, s##i));
#define STORE_ANY_2(i)                                                                             \
    STORE_ANY_1(i)                                                                                 \
    _mm512_mask_storeu_ps(c + i * c_row + LANES, m1, finished(t, &f, i, LANES, m1, u##i));
#define LOAD_ANY_1 b0 = _mm512_maskz_loadu_ps(m0, b);
#define LOAD_ANY_2 LOAD_ANY_1 b1 = _mm512_maskz_loadu_ps(m1, b + LANES);
#define DECLARE_ANY_1 __m512 x, b0;
#define DECLARE_ANY_2 __m512 x, b0, b1;

#define a0 q0[0]
#define a1 q0[row]
#define a2 q0[2 * row]
#define a3 q1[0]
#define a4 q1[row]
#define a5 q1[2 * row]
#define a6 q2[0]
#define a7 q2[row]
#define a8 q2[2 * row]
#define a9 q3[0]
#define a10 q3[row]
#define a11 q3[2 * row]
#define a12 q4[0]
#define a13 q4[row]

#define TILE_ANY(R, V)                                                                             \
    static void tile_##R##_##V(const struct pgemm_tile *t) {                                       \
        const int64_t row = t->a_row, column = t->a_column, b_row = t->b_row, c_row = t->c_row;    \
        const float *q0 = t->a, *q1 = q0 + (R > 3 ? 3 * row : 0),                                  \
                    *q2 = q1 + (R > 6 ? 3 * row : 0), *q3 = q2 + (R > 9 ? 3 * row : 0),            \
                    *q4 = q3 + (R > 12 ? 3 * row : 0);                                             \
        const float *b = t->b;                                                                     \
        float *const c = t->c;                                                                     \
        const __mmask16 m0 = low(t->columns), m1 = low(t->columns - LANES);                        \
        ROWS_##R(ZERO_ANY_##V) DECLARE_ANY_##V for (int64_t p = t->k; p > 0; p--) {                \
            LOAD_ANY_##V ROWS_##R(FMA_ANY_##V) b += b_row;                                         \
            q0 += column, q1 += column, q2 += column, q3 += column, q4 += column;                  \
        }                                                                                          \
        const struct finish f = finish_of(t);                                                      \
        (void)m1;                                                                                  \
        ROWS_##R(STORE_ANY_##V)                                                                    \
    }

/* clang-format off */
#define TILES_ANY(X) \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) \
    X(8, 1) X(9, 1) X(10, 1) X(11, 1) X(12, 1) X(13, 1) X(14, 1) \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) X(7, 2) \
    X(8, 2) X(9, 2) X(10, 2) X(11, 2) X(12, 2) X(13, 2) X(14, 2)
/* clang-format on */
TILES_ANY(TILE_ANY)
#define TILE_NAME(R, V) [V - 1][R] = tile_##R##_##V,
static void (*const tiles[2][MR + 1])(const struct pgemm_tile *) = {TILES_ANY(TILE_NAME)};

static void tile(const struct pgemm_tile *t) {
    if (t->rows == MR && t->columns == NR && t->a_row == 1 && t->a_column == MR && t->b_row == NR)
        tile_full(t);
    else
        tiles[t->columns > LANES][t->rows](t);
}

/* ---- packing ----------------------------------------------------------------------------------
 */

/* across = 1: copy runs of `count`. */
static void pack_runs(const float *data, int64_t along, int count, int width, int64_t k,
                      float *into) {
    const __mmask16 m0 = low(count), m1 = low(count - LANES), w0 = low(width),
                    w1 = low(width - LANES);
    for (int64_t p = 0; p < k; p++, data += along, into += width) {
        _mm512_mask_storeu_ps(into, w0, _mm512_maskz_loadu_ps(m0, data));
        if (w1) _mm512_mask_storeu_ps(into + LANES, w1, _mm512_maskz_loadu_ps(m1, data + LANES));
    }
}

/* Transpose 16 x 16 in registers: three stages of pairs within 128-bit lanes, then lanes. */
static inline void transpose(__m512 r[LANES]) {
    __m512 t[LANES];
    for (int i = 0; i < LANES; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
    for (int i = 0; i < LANES; i += 4) {
        r[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xEE);
        r[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xEE);
    }
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xDD);
        t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xDD);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xDD);
        r[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xDD);
    }
}

/* along = 1, at most 16 of the panel's rows. */
static void pack_transposed(const float *data, int64_t across, int count, int width, int64_t k,
                            int room, float *into) {
    const __mmask16 columns = low(room);
    for (int64_t p = 0; p < k; p += LANES, data += LANES, into += LANES * width) {
        const int here = k - p < LANES ? (int)(k - p) : LANES;
        const __mmask16 mask = low(here);
        __m512 r[LANES];
        for (int i = 0; i < LANES; i++)
            r[i] = i < count ? _mm512_maskz_loadu_ps(mask, data + i * across) : _mm512_setzero_ps();
        transpose(r);
        for (int i = 0; i < LANES; i++)
            if (i < here) _mm512_mask_storeu_ps(into + i * width, columns, r[i]);
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

extern const struct pgemm_kernel pgemm_kernel_avx512;
const struct pgemm_kernel pgemm_kernel_avx512 = {.isa = ISA_AVX512,
                                                 .mr = MR,
                                                 .nr = NR,
                                                 .mc = 24 * MR,
                                                 .kc = 384,
                                                 .nc = 96 * NR,
                                                 .tile = tile,
                                                 .pack = pack};
