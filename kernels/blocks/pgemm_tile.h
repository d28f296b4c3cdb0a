/* What the microkernels of both instruction sets have in common; pgemm_<isa>.c has what differs, as
 * macros: FMA_1 and FMA_2 (one row of a step), B_ROW_0 to B_ROW_3, ROW_POINTERS and ROW_ADVANCE. */
#ifndef KERNELS_BLOCKS_PGEMM_TILE_H
#define KERNELS_BLOCKS_PGEMM_TILE_H

#include "kernels/blocks/pgemm.h"
#include "kernels/blocks/repeat.h"
#include "kernels/blocks/simd.h"

/* The register tile: all registers but those of one step. */
enum { MR = VLANES == 16 ? 14 : 6, NR = 2 * VLANES };

/* What happens to a sum beside alpha: constant over a tile. */
struct finish {
    vfloat alpha, beta;
    bool reads, adds;
};

static inline struct finish finish_of(const struct pgemm_tile *t) {
    return (struct finish){vset(t->alpha), vset(t->beta), t->beta != 0,
                           epilogue_adds(&t->epilogue)};
}

/* Nothing but a store, the commonest case. */
static inline bool plain(const struct pgemm_tile *t) {
    return t->alpha == 1 && t->beta == 0 && epilogue_empty(&t->epilogue);
}

/* alpha times a sum of C's row and vector of columns at `column`, and all that is added to it. */
static ALWAYS_INLINE vfloat finished(const struct pgemm_tile *t, const struct finish *f,
                                     const float *c, int row, int column, vmask mask, vfloat sum) {
    vfloat x = vmul(f->alpha, sum);
    if (f->reads) x = vfma(f->beta, vload_zeroed(c, mask), x);
    if (f->adds) {
        const struct epilogue *e = &t->epilogue;
        if (e->row_bias) x = vadd(x, vset(e->row_bias[row]));
        if (e->column_bias) x = vadd(x, vload_zeroed(e->column_bias + column, mask));
        if (e->residual)
            x = vadd(x, vload_zeroed(e->residual + row * e->residual_row + column, mask));
    }
    return x;
}

/* The activation of a tile whose sums are stored. */
static inline void activate_rows(const struct pgemm_tile *t) {
    const struct epilogue *e = &t->epilogue;
    if (!e->activation) return;
    for (int i = 0; i < t->rows; i++) e->activation(e->context, t->c + i * t->c_row, t->columns);
}

/* The sums of a tile, finished out of line: all tiles share this. */
static __attribute__((noinline)) void finish_rows(const struct pgemm_tile *t,
                                                  const float (*sum)[NR]) {
    const struct finish f = finish_of(t);
    float *c = t->c;
    for (int i = 0; i < t->rows; i++, c += t->c_row)
        for (int j = 0; j < t->columns; j += VLANES) {
            const vmask mask = vfirst_any(t->columns - j);
            vstore_masked(c + j, mask, finished(t, &f, c + j, i, j, mask, vload(sum[i] + j)));
        }
    activate_rows(t);
}

/* The inner steps are assembly: compilers move multiply-adds between steps until they run out of
 * registers, and turn each address into a register of its own. Row i of a step is one element of A,
 * at base + `at` bytes + 0, 1 or 2 times `index` floats, times one or two vectors of B: FMA_1,
 * which the including file has, or FMA_2. tests/emulation/ has them in C. */
#ifndef FMA_2
#define PLAIN "%c[at](%[base])"
#define INDEXED "%c[at](%[base],%[index],4)"
#define TWICE "%c[at](%[base],%[index],8)"
#define FMA_2(i, at_, address, base_, index_)                                                      \
    __asm__ volatile(                                                                              \
        "vbroadcastss " address ", %[x]\n\t"                                                       \
        "vfmadd231ps %[b0], %[x], %[s]\n\t"                                                        \
        "vfmadd231ps %[b1], %[x], %[u]"                                                            \
        : [s] "+v"(s##i), [u] "+v"(u##i), [x] "=&v"(x)                                             \
        : [at] "i"(at_), [base] "r"(base_), [index] "r"(index_), [b0] "v"(b0), [b1] "v"(b1));
#endif
/* A masked load takes a slot of a multiply-add: for edges only. */
#define LOAD_MASKED_1 b0 = vload_zeroed(b, m0);
#define LOAD_MASKED_2 LOAD_MASKED_1 b1 = vload_zeroed(b + VLANES, m1);

#define ZERO_1(i) vfloat s##i = vset(0);
#define ZERO_2(i) ZERO_1(i) vfloat u##i = vset(0);
#define KEEP_1(i) vstore(sum[i], s##i);
#define KEEP_2(i) KEEP_1(i) vstore(sum[i] + VLANES, u##i);
#define STORE_1(i)                                                                                 \
    vstore_masked(c, m0, s##i);                                                                    \
    c += c_row;
#define STORE_2(i)                                                                                 \
    vstore_masked(c + VLANES, m1, u##i);                                                           \
    STORE_1(i)
#define FINISH(R, V)                                                                               \
    if (plain(t)) {                                                                                \
        ROWS_##R(STORE_##V)                                                                        \
    } else {                                                                                       \
        _Alignas(sizeof(vfloat)) float sum[R][NR];                                                 \
        ROWS_##R(KEEP_##V) finish_rows(t, (const float(*)[NR])sum);                                \
    }

#define FETCH(i)                                                                                   \
    _mm_prefetch((const char *)ahead, _MM_HINT_T1);                                                \
    _mm_prefetch((const char *)(ahead + NR - 1), _MM_HINT_T1);                                     \
    ahead += c_row;

/* Row i of step 0 to 3 of the full tile, packed A and B. */
#define FULL_0(i) FMA_2(i, 4 * i, PLAIN, a, b)
#define FULL_1(i) FMA_2(i, 4 * (MR + i), PLAIN, a, b)
#define FULL_2(i) FMA_2(i, 4 * (2 * MR + i), PLAIN, a, b)
#define FULL_3(i) FMA_2(i, 4 * (3 * MR + i), PLAIN, a, b)

/* ---- every other tile: R rows, one or two masked vectors, A read where it lies ---------------
 *
 * One of A's strides is 1: ROW, its rows are contiguous (a_column = 1), or COLUMN (a_row = 1). With
 * contiguous rows row i is at q[i / 3] + (i % 3) * row, so that 14 rows need 5 pointers, not 14.
 * Four steps share one advance of the pointers: additions run on the ports of the multiply-adds.
 * The including file has ROW_POINTERS and ROW_ADVANCE for as many as it needs, and B_ROW_0 to
 * B_ROW_3, which load the rows of B of four steps. */

#define ROW_AT_0 PLAIN, q0
#define ROW_AT_1 INDEXED, q0
#define ROW_AT_2 TWICE, q0
#define ROW_AT_3 PLAIN, q1
#define ROW_AT_4 INDEXED, q1
#define ROW_AT_5 TWICE, q1
#define ROW_AT_6 PLAIN, q2
#define ROW_AT_7 INDEXED, q2
#define ROW_AT_8 TWICE, q2
#define ROW_AT_9 PLAIN, q3
#define ROW_AT_10 INDEXED, q3
#define ROW_AT_11 TWICE, q3
#define ROW_AT_12 PLAIN, q4
#define ROW_AT_13 INDEXED, q4
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

#define COLUMN_POINTERS(R)                                                                         \
    const int64_t column = t->a_column, column3 = 3 * column;                                      \
    const float *q0 = t->a;
#define COLUMN_ADVANCE(steps) q0 += steps * column;

#define TILE_ANY(KIND, R, V)                                                                       \
    static void tile_##KIND##_##R##_##V(const struct pgemm_tile *t) {                              \
        const int64_t b_row = t->b_row, b_row3 = 3 * b_row, c_row = t->c_row;                      \
        const float *b = t->b;                                                                     \
        float *c = t->c;                                                                           \
        const vmask m0 = vfirst_any(t->columns), m1 = vfirst_any(t->columns - VLANES);             \
        vfloat x, b0, b1;                                                                          \
        int64_t p = t->k;                                                                          \
        const bool full = t->columns == V * VLANES || b_row == NR;                                 \
        KIND##_POINTERS(R) ROWS_##R(ZERO_##V) for (; full && p >= 4; p -= 4, b += 4 * b_row) {     \
            B_ROW_0(V) ROWS_##R(KIND##_##V##_0);                                                   \
            B_ROW_1(V) ROWS_##R(KIND##_##V##_1);                                                   \
            B_ROW_2(V) ROWS_##R(KIND##_##V##_2);                                                   \
            B_ROW_3(V) ROWS_##R(KIND##_##V##_3);                                                   \
            KIND##_ADVANCE(4)                                                                      \
        }                                                                                          \
        for (; p > 0; p--, b += b_row) {                                                           \
            LOAD_MASKED_##V ROWS_##R(KIND##_##V##_0);                                              \
            KIND##_ADVANCE(1)                                                                      \
        }                                                                                          \
        (void)m1, (void)x, (void)b1;                                                               \
        FINISH(R, V)                                                                               \
    }

#define TILE_NAME(KIND, R, V) [R] = tile_##KIND##_##R##_##V,

/* ---- packing ----------------------------------------------------------------------------------
 */

static inline void pack_any(const float *data, int64_t across, int64_t along, int count, int width,
                            int64_t k, float *into) {
    for (int64_t p = 0; p < k; p++, data += along, into += width) {
        for (int i = 0; i < count; i++) into[i] = data[i * across];
        for (int i = count; i < width; i++) into[i] = 0;
    }
}

/* across = 1: copy runs of `count`. A panel is MR wide, less than a vector, or NR, two. */
static inline void pack_runs(const float *data, int64_t along, int count, int width, int64_t k,
                             float *into) {
    const vmask m0 = vfirst_any(count), m1 = vfirst_any(count - VLANES), w0 = vfirst_any(width);
    for (int64_t p = 0; p < k; p++, data += along, into += width) {
        vstore_masked(into, w0, vload_zeroed(data, m0));
        if (width > VLANES) vstore(into + VLANES, vload_zeroed(data + VLANES, m1));
    }
}

/* along = 1: a panel of `width` rows, transposed. */
typedef void pack_transposing(const float *data, int64_t across, int count, int width, int64_t k,
                              float *into);

static ALWAYS_INLINE void pack_by(pack_transposing *transposed, const float *data, int64_t across,
                                  int64_t along, int count, int width, int64_t k, float *into) {
    if (across == 1)
        pack_runs(data, along, count, width, k, into);
    else if (along == 1)
        transposed(data, across, count, width, k, into);
    else
        pack_any(data, across, along, count, width, k, into);
}

#endif
