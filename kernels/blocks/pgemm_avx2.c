/* The AVX2 microkernel: 6 rows by 16 columns.
 *
 * 12 accumulators, 2 vectors of B, 2 broadcasts of A: all 16 registers. One step of k is 12
 * multiply-adds (6 cycles on two units) for 8 loads (4 cycles). */
#include "kernels/blocks/pgemm_tile.h"

enum { A_AHEAD = 64 }; /* steps that A is fetched ahead */

#define FMA_1(i, at_, address, base_, index_)                                                      \
    __asm__ volatile("vbroadcastss " address ", %[x]\n\t"                                          \
                     "vfmadd231ps %[b0], %[x], %[s]"                                               \
                     : [s] "+v"(s##i), [x] "=&v"(x)                                                \
                     : [at] "i"(at_), [base] "r"(base_), [index] "r"(index_), [b0] "v"(b0));
#define LOAD_1(at) b0 = vload(at);
#define LOAD_2(at) LOAD_1(at) b1 = vload(at + VLANES);

/* ---- the full tile, packed A and B ------------------------------------------------------------
 */

static void tile_full(const struct pgemm_tile *t) {
    const float *a = t->a, *b = t->b, *next = t->next ? t->next : t->c, *ahead = t->c;
    float *c = t->c;
    const int64_t c_row = t->c_row, next_row = t->next ? t->next_row : 0;
    const vmask m0 = vfirst_any(VLANES), m1 = m0;
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
        tiles[t->a_column != 1][t->columns > VLANES][t->rows](t);
}

/* ---- packing ----------------------------------------------------------------------------------
 */

/* along = 1, at most 8 of the panel's rows. */
static void pack_transposed(const float *data, int64_t across, int count, int width, int64_t k,
                            int room, float *into) {
    const vmask columns = vfirst_any(room);
    for (int64_t p = 0; p < k; p += VLANES, data += VLANES, into += VLANES * width) {
        const int here = k - p < VLANES ? (int)(k - p) : VLANES;
        const vmask mask = vfirst_any(here);
        vfloat r[VLANES];
        for (int i = 0; i < VLANES; i++)
            r[i] = i < count ? vload_zeroed(data + i * across, mask) : vset(0);
        vtranspose(r);
        for (int i = 0; i < VLANES; i++)
            if (i < here) vstore_masked(into + i * width, columns, r[i]);
    }
}

static ALWAYS_INLINE void pack_panel(const float *data, int64_t across, int count, int width,
                                     int64_t k, float *into) {
    for (int i = 0; i < width; i += VLANES)
        pack_transposed(data + i * across, across, count - i, width, k, width - i, into + i);
}

static void pack(const float *data, int64_t across, int64_t along, int count, int width, int64_t k,
                 float *into) {
    pack_by(pack_panel, data, across, along, count, width, k, into);
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
