/* Golden files: inputs and expected outputs that somebody else's software computed (schema v1,
 * SCHEMA.md). The only part of the project that touches HDF5.
 *
 * A golden file may come from anywhere, so nothing in it is trusted: every error is
 * STATUS_BAD_INPUT with one line that names the file, the case and the place in it. External files
 * are never opened. */
#ifndef GOLDEN_GOLDEN_IO_H
#define GOLDEN_GOLDEN_IO_H

#include "kernels/core/fill.h"

struct golden_file;

struct golden_case {
    char name[160]; /* of its group */
    struct problem problem;
    enum fill fill; /* how the inputs were made; FILL_NORMAL unless the case says */
    uint64_t seed;  /* ... with which seed; 1 unless the case says */
    bool constant;  /* the outputs do not depend on the inputs (struct problem_case) */
    void
        *in[OPERANDS_MAX]; /* inputs, and in-out operands before the call, in the operand's dtype */
    double *out[OPERANDS_MAX]; /* expected outputs, and in-out operands after the call */
    /* NULL where the operand is no input (in), no output (out), or absent from the problem; an
     * operand without elements has a valid pointer */
};

/* Opens the file and reads all of it once, so that a file that opens has no bad case. STATUS_IO:
 * the system refuses to open it. */
enum status golden_open(struct golden_file **file, const char *path, struct error *error);
void golden_close(struct golden_file *file); /* NULL is fine */

const struct primitive *golden_primitive(const struct golden_file *file);
const char *
golden_oracle(const struct golden_file *file);    /* whose numbers: "PyTorch 2.1.0 float64" */
int golden_count(const struct golden_file *file); /* at least 1 */

/* Case `index`, in the order of the names. Tensors are aligned as memory_allocate does. */
enum status golden_read(const struct golden_file *file, int index, struct golden_case *into,
                        struct error *error);
void golden_release(struct golden_case *item); /* frees the tensors; twice is fine */

/* The path of a primitive's own golden file: in $ASSAY_GOLDEN, or in golden/data of the source tree
 * this program was built from. Returns buffer. */
char *golden_path(const char *primitive, char *buffer, size_t buffer_bytes);

#endif
