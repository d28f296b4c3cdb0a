/* One case of a golden file: a problem, its inputs and the outputs that somebody else's software
 * computed. What golden_io.h hands out, and what its parts pass on among themselves. */
#ifndef GOLDEN_GOLDEN_CASE_H
#define GOLDEN_GOLDEN_CASE_H

#include "kernels/core/fill.h"

/* Golden files are small: all the tensors of one together. */
#define GOLDEN_MAX_BYTES ((size_t)1 << 30)

struct golden_case {
    char name[160]; /* of its group */
    struct problem problem;
    enum fill fill; /* how the inputs were made; FILL_NORMAL unless the case says */
    uint64_t seed;  /* ... with which seed; 1 unless the case says */
    bool constant;  /* the outputs do not depend on the inputs (struct problem_case) */
    uint32_t idle;  /* bit i: nor on operand i, where others matter */
    /* Inputs, and in-out operands before the call, in the operand's dtype; expected outputs, and
     * in-out operands after the call. NULL where the operand is no input (in), no output (out), or
     * absent from the problem; an operand without elements has a valid pointer. */
    void *in[OPERANDS_MAX];
    double *out[OPERANDS_MAX];
};

/* Bytes of operand i; 0 when it is not there. */
size_t golden_in_bytes(const struct golden_case *item, int operand);
size_t golden_out_bytes(const struct golden_case *item, int operand);

void golden_release(struct golden_case *item); /* frees the tensors; twice is fine */

#endif
