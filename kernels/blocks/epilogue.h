/* What happens to a sum of a dense kernel on its way to memory, while it is in registers or L1:
 *
 *     C = f(sum + row_bias[i] + column_bias[j] + residual[i, j])
 *
 * in this order; sum is alpha A B + beta C of pgemm.h. What is NULL is left out. The result is that
 * of separate passes, each rounded; a NaN stays one where f keeps it.
 *
 * Source: the post-operations of oneDNN and the epilogues of CUTLASS. */
#ifndef KERNELS_BLOCKS_EPILOGUE_H
#define KERNELS_BLOCKS_EPILOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* x[i] = f(x[i]) for i < count, in place: any activation; `context` is the epilogue's. */
typedef void epilogue_activation(const void *context, float *x, int64_t count);

struct epilogue {
    const float *row_bias;    /* [m], of a convolution's output channels */
    const float *column_bias; /* [n], of a linear layer's output features */
    const float *residual;    /* [m, n], rows residual_row floats apart; not C */
    int64_t residual_row;
    epilogue_activation *activation;
    const void *context;
};

static inline bool epilogue_adds(const struct epilogue *e) {
    return e->row_bias || e->column_bias || e->residual;
}
static inline bool epilogue_empty(const struct epilogue *e) {
    return !epilogue_adds(e) && !e->activation;
}

/* The epilogue of the part of C that begins at (row, column). */
static inline struct epilogue epilogue_at(const struct epilogue *e, int64_t row, int64_t column) {
    struct epilogue part = *e;
    if (e->row_bias) part.row_bias = e->row_bias + row;
    if (e->column_bias) part.column_bias = e->column_bias + column;
    if (e->residual) part.residual = e->residual + row * e->residual_row + column;
    return part;
}

#endif
