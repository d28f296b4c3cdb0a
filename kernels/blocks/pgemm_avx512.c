/* The AVX-512 microkernel: 14 rows by 32 columns.
 *
 * 28 accumulators, 2 vectors of B, 2 broadcasts of A: all 32 registers. One step of k is 28
 * multiply-adds (14 cycles on two units) for 16 loads (8 cycles), so the loads, the panel fetches
 * and the loop hide behind the arithmetic. An explicit broadcast that serves two multiply-adds is
 * needed: with the broadcast folded into each of them there would be 30 loads, more than 14 cycles'
 * worth. */
#include "kernels/blocks/pgemm_tile.h"

enum { A_AHEAD = 32 }; /* steps that A is fetched ahead */

/* tests/emulation/ has these in C. */
#ifndef FMA_1
#define FMA_1(i, at_, address, base_, index_)                                                      \
    __asm__ volatile("vfmadd231ps " address "%{1to16%}, %[b0], %[s]"                               \
                     : [s] "+v"(s##i)                                                              \
                     : [at] "i"(at_), [base] "r"(base_), [index] "r"(index_), [b0] "v"(b0));
#define LOAD_1(at_, address, index_)                                                               \
    __asm__ volatile("vmovups " address ", %[b0]"                                                  \
                     : [b0] "=v"(b0)                                                               \
                     : [at] "i"(at_), [base] "r"(b), [index] "r"(index_));
#define LOAD_2(at_, address, index_)                                                               \
    LOAD_1(at_, address, index_)                                                                   \
    __asm__ volatile("vmovups " address ", %[b1]"                                                  \
                     : [b1] "=v"(b1)                                                               \
                     : [at] "i"(at_ + 64), [base] "r"(b), [index] "r"(index_));
#endif

#define FETCH_NEXT                                                                                 \
    _mm_prefetch((const char *)next, _MM_HINT_T1);                                                 \
    _mm_prefetch((const char *)(next + NR - 1), _MM_HINT_T1);

/* ---- the full tile, packed A and B ------------------------------------------------------------
 */

#define FINISH_2(i)                                                                                \
    vstore(c, finished(t, &f, c, i, 0, m0, s##i));                                                 \
    vstore(c + VLANES, finished(t, &f, c + VLANES, i, VLANES, m1, u##i));                          \
    c += c_row;
#define FULL_STEP(step) LOAD_2(4 * step * NR, PLAIN, b) ROWS_14(FULL_##step)

static void tile_full(const struct pgemm_tile *t) {
    const float *a = t->a, *b = t->b, *next = t->next ? t->next : t->c, *ahead = t->c;
    float *c = t->c;
    const int64_t c_row = t->c_row, next_row = t->next ? t->next_row : 0;
    const vmask m0 = 0xFFFF, m1 = 0xFFFF;
    ROWS_14(ZERO_2)
    ROWS_14(FETCH)
    vfloat x, b0, b1;
    int64_t p = t->k;
    for (; p >= 4; p -= 4, a += 4 * MR, b += 4 * NR, next += next_row) {
        FETCH_NEXT
        for (int line = 0; line < 4; line++)
            _mm_prefetch((const char *)(a + A_AHEAD * MR + line * 16), _MM_HINT_T0);
        FULL_STEP(0)
        FULL_STEP(1)
        FULL_STEP(2)
        FULL_STEP(3)
    }
    for (; p > 0; p--, a += MR, b += NR) {
        FULL_STEP(0)
    }
    if (plain(t)) {
        ROWS_14(STORE_2)
    } else {
        const struct finish f = finish_of(t);
        ROWS_14(FINISH_2)
        activate_rows(t);
    }
}

/* ---- every other tile --------------------------------------------------------------------------
 */

#define ROW_POINTERS(R)                                                                            \
    const int64_t row = t->a_row;                                                                  \
    const float *q0 = t->a, *q1 = q0 + (R > 3 ? 3 * row : 0), *q2 = q1 + (R > 6 ? 3 * row : 0),    \
                *q3 = q2 + (R > 9 ? 3 * row : 0), *q4 = q3 + (R > 12 ? 3 * row : 0);
#define ROW_ADVANCE(steps) q0 += steps, q1 += steps, q2 += steps, q3 += steps, q4 += steps;
#define B_ROW_0(V) LOAD_##V(0, PLAIN, b_row)
#define B_ROW_1(V) LOAD_##V(0, INDEXED, b_row)
#define B_ROW_2(V) LOAD_##V(0, TWICE, b_row)
#define B_ROW_3(V) LOAD_##V(0, INDEXED, b_row3)

/* clang-format off */
#define TILES_OF(X, KIND, V) \
    X(KIND, 1, V) X(KIND, 2, V) X(KIND, 3, V) X(KIND, 4, V) X(KIND, 5, V) X(KIND, 6, V) \
    X(KIND, 7, V) X(KIND, 8, V) X(KIND, 9, V) X(KIND, 10, V) X(KIND, 11, V) X(KIND, 12, V) \
    X(KIND, 13, V) X(KIND, 14, V)
/* clang-format on */
TILES_OF(TILE_ANY, ROW, 1)
TILES_OF(TILE_ANY, ROW, 2)
TILES_OF(TILE_ANY, COLUMN, 1)
TILES_OF(TILE_ANY, COLUMN, 2)
static void (*const tiles[2][2][MR + 1])(const struct pgemm_tile *) = {
    {{TILES_OF(TILE_NAME, ROW, 1)}, {TILES_OF(TILE_NAME, ROW, 2)}},
    {{TILES_OF(TILE_NAME, COLUMN, 1)}, {TILES_OF(TILE_NAME, COLUMN, 2)}}};

/* The full tile that also packs B: A packed or in place. */
#define COPY_STEP(KIND, step, address, index)                                                      \
    LOAD_2(0, address, index)                                                                      \
    vstore(copy + step * NR, b0);                                                                  \
    vstore(copy + step * NR + VLANES, b1);                                                         \
    ROWS_14(KIND##_2_##step)

#define TILE_COPY(KIND)                                                                            \
    static void tile_copy_##KIND(const struct pgemm_tile *t) {                                     \
        const int64_t b_row = t->b_row, b_row3 = 3 * b_row, c_row = t->c_row,                      \
                      next_row = t->next ? t->next_row : 0;                                        \
        const float *b = t->b, *ahead = t->c, *next = t->next ? t->next : t->c;                    \
        float *c = t->c, *copy = t->copy;                                                          \
        const vmask m0 = 0xFFFF, m1 = 0xFFFF;                                                      \
        vfloat x, b0, b1;                                                                          \
        int64_t p = t->k;                                                                          \
        KIND##_POINTERS(MR) ROWS_14(ZERO_2) ROWS_14(FETCH);                                        \
        for (; p >= 4; p -= 4, b += 4 * b_row, copy += 4 * NR, next += next_row) {                 \
            FETCH_NEXT                                                                             \
            COPY_STEP(KIND, 0, PLAIN, b_row)                                                       \
            COPY_STEP(KIND, 1, INDEXED, b_row)                                                     \
            COPY_STEP(KIND, 2, TWICE, b_row)                                                       \
            COPY_STEP(KIND, 3, INDEXED, b_row3)                                                    \
            KIND##_ADVANCE(4)                                                                      \
        }                                                                                          \
        for (; p > 0; p--, b += b_row, copy += NR) {                                               \
            COPY_STEP(KIND, 0, PLAIN, b_row)                                                       \
            KIND##_ADVANCE(1)                                                                      \
        }                                                                                          \
        FINISH(14, 2)                                                                              \
    }
TILE_COPY(ROW)
TILE_COPY(COLUMN)

static void tile(const struct pgemm_tile *t) {
    if (t->copy)
        (t->a_column == 1 ? tile_copy_ROW : tile_copy_COLUMN)(t);
    else if (t->rows == MR && t->columns == NR && t->a_row == 1 && t->a_column == MR &&
             t->b_row == NR)
        tile_full(t);
    else
        tiles[t->a_column != 1][t->columns > VLANES][t->rows](t);
}

/* ---- packing ----------------------------------------------------------------------------------
 */

/* Elements p to p+3 of rows r, r+4, r+8 and r+12, one row per 128-bit lane. Masked broadcasts from
 * memory use no shuffle unit, which is what transposing is short of. */
static inline vfloat four_rows(const float *data, int64_t across, int count, int r) {
    vfloat x = _mm512_setzero_ps();
    if (r < count) x = _mm512_zextps128_ps512(_mm_loadu_ps(data + r * across));
    if (r + 4 < count)
        x = _mm512_mask_broadcast_f32x4(x, 0x00F0, _mm_loadu_ps(data + (r + 4) * across));
    if (r + 8 < count)
        x = _mm512_mask_broadcast_f32x4(x, 0x0F00, _mm_loadu_ps(data + (r + 8) * across));
    if (r + 12 < count)
        x = _mm512_mask_broadcast_f32x4(x, 0xF000, _mm_loadu_ps(data + (r + 12) * across));
    return x;
}

/* Four terms of `count` rows to four rows of `count` terms: transposes 4 x 4 in each lane. */
static inline void pack_four(const float *data, int64_t across, int count, vmask columns, int width,
                             float *into) {
    const vfloat r0 = four_rows(data, across, count, 0), r1 = four_rows(data, across, count, 1),
                 r2 = four_rows(data, across, count, 2), r3 = four_rows(data, across, count, 3);
    const vfloat low01 = _mm512_unpacklo_ps(r0, r1), high01 = _mm512_unpackhi_ps(r0, r1),
                 low23 = _mm512_unpacklo_ps(r2, r3), high23 = _mm512_unpackhi_ps(r2, r3);
    _mm512_mask_storeu_ps(into, columns, _mm512_shuffle_ps(low01, low23, 0x44));
    _mm512_mask_storeu_ps(into + width, columns, _mm512_shuffle_ps(low01, low23, 0xEE));
    _mm512_mask_storeu_ps(into + 2 * width, columns, _mm512_shuffle_ps(high01, high23, 0x44));
    _mm512_mask_storeu_ps(into + 3 * width, columns, _mm512_shuffle_ps(high01, high23, 0xEE));
}

/* along = 1, at most 16 of the panel's rows; columns is how many of them have room. */
static inline void pack_transposed(const float *data, int64_t across, int count, int width,
                                   int64_t k, int room, float *into) {
    const vmask columns = vfirst_any(room);
    for (; k >= 4; k -= 4, data += 4, into += 4 * width)
        pack_four(data, across, count, columns, width, into);
    for (; k > 0; k--, data++, into += width)
        for (int i = 0; i < room && i < VLANES; i++) into[i] = i < count ? data[i * across] : 0;
}

static ALWAYS_INLINE void pack_panel(const float *data, int64_t across, int count, int width,
                                     int64_t k, float *into) {
    /* constant counts make straight-line code of the whole panels */
    for (int i = 0; i < width; i += VLANES, data += VLANES * across, into += VLANES) {
        const int here = count - i, room = width - i;
        if (here >= VLANES)
            pack_transposed(data, across, VLANES, width, k, VLANES, into);
        else if (here == MR && width == MR)
            pack_transposed(data, across, MR, MR, k, MR, into);
        else
            pack_transposed(data, across, here, width, k, room, into);
    }
}

static void pack(const float *data, int64_t across, int64_t along, int count, int width, int64_t k,
                 float *into) {
    pack_by(pack_panel, data, across, along, count, width, k, into);
}

extern const struct pgemm_kernel pgemm_kernel_avx512;
const struct pgemm_kernel pgemm_kernel_avx512 = {.isa = ISA_AVX512,
                                                 .mr = MR,
                                                 .nr = NR,
                                                 .mc = 20 * MR,
                                                 .kc = 512,
                                                 .nc = 96 * NR,
                                                 .copies = true,
                                                 .tile = tile,
                                                 .pack = pack};
