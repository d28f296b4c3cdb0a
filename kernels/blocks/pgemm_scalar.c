/* The portable microkernel: plain C that any compiler turns into whatever vectors it has. */
#include <string.h>

#include "kernels/blocks/pgemm.h"
#include "kernels/blocks/repeat.h"

enum { MR = 4, NR = 8 };

static float finished(const struct pgemm_tile *t, int i, int j, float sum) {
    float x = t->alpha * sum;
    if (t->beta != 0) x += t->beta * t->c[i * t->c_row + j];
    const struct epilogue *e = &t->epilogue;
    if (e->row_bias) x += e->row_bias[i];
    if (e->column_bias) x += e->column_bias[j];
    if (e->residual) x += e->residual[i * e->residual_row + j];
    return x;
}

/* Four floats that gcc and clang keep in whatever registers the machine has. */
typedef float four __attribute__((vector_size(16)));

static inline four load(const float *from) {
    four x;
    memcpy(&x, from, sizeof x);
    return x;
}

#define ZERO(i) four s##i = {0}, u##i = {0};
#define STEP(i) s##i += a[i * t->a_row] * b0, u##i += a[i * t->a_row] * b1;
#define KEEP(i)                                                                                    \
    memcpy(sum[i], &s##i, sizeof s##i);                                                            \
    memcpy(sum[i] + NR / 2, &u##i, sizeof u##i);

static void full(const struct pgemm_tile *t, float (*sum)[NR]) {
    const float *a = t->a, *b = t->b;
    ROWS_4(ZERO)
    for (int64_t p = 0; p < t->k; p++, a += t->a_column, b += t->b_row) {
        const four b0 = load(b), b1 = load(b + NR / 2);
        ROWS_4(STEP)
    }
    ROWS_4(KEEP)
}

static void edge(const struct pgemm_tile *t, float (*sum)[NR]) {
    const float *a = t->a, *b = t->b;
    for (int64_t p = 0; p < t->k; p++, a += t->a_column, b += t->b_row)
        for (int i = 0; i < t->rows; i++)
            for (int j = 0; j < t->columns; j++) sum[i][j] += a[i * t->a_row] * b[j];
}

static void tile(const struct pgemm_tile *t) {
    float sum[MR][NR] = {{0}};
    if (t->rows == MR && t->columns == NR)
        full(t, sum);
    else
        edge(t, sum);
    for (int i = 0; i < t->rows; i++) {
        float *c = t->c + i * t->c_row;
        for (int j = 0; j < t->columns; j++) c[j] = finished(t, i, j, sum[i][j]);
        if (t->epilogue.activation) t->epilogue.activation(t->epilogue.context, c, t->columns);
    }
}

static void pack(const float *data, int64_t across, int64_t along, int count, int width, int64_t k,
                 float *into) {
    for (int64_t p = 0; p < k; p++, data += along, into += width) {
        for (int i = 0; i < count; i++) into[i] = data[i * across];
        for (int i = count; i < width; i++) into[i] = 0;
    }
}

extern const struct pgemm_kernel pgemm_kernel_scalar;
const struct pgemm_kernel pgemm_kernel_scalar = {.isa = ISA_SCALAR,
                                                 .mr = MR,
                                                 .nr = NR,
                                                 .mc = 128,
                                                 .kc = 256,
                                                 .nc = 2048,
                                                 .tile = tile,
                                                 .pack = pack};
