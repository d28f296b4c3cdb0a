/* Golden files: inputs and expected outputs that somebody else's software computed (schema v1,
 * SCHEMA.md). The only part of the project that touches HDF5.
 *
 * A golden file may come from anywhere, so nothing in it is trusted: every error is
 * STATUS_BAD_INPUT with one line that names the file, the case and the place in it. External files
 * are never opened. */
#ifndef GOLDEN_GOLDEN_IO_H
#define GOLDEN_GOLDEN_IO_H

#include "golden/golden_case.h"

struct golden_file;

/* Opens the file and reads all of it once, so that a file that opens has no bad case. STATUS_IO:
 * the system refuses to open it. */
enum status golden_open(struct golden_file **file, const char *path, struct error *error);
void golden_close(struct golden_file *file); /* NULL is fine */

const struct primitive *golden_primitive(const struct golden_file *file);
const char *
golden_oracle(const struct golden_file *file);    /* whose numbers: "PyTorch 2.1.0 float64" */
int golden_count(const struct golden_file *file); /* at least 1 */

/* Case `index`, in the order of the names. Tensors are aligned as memory_allocate does; for
 * golden_release to free. */
enum status golden_read(const struct golden_file *file, int index, struct golden_case *into,
                        struct error *error);

/* The path of a primitive's own golden file: in $ASSAY_GOLDEN, or in golden/data of the source tree
 * this program was built from. Returns buffer. */
char *golden_path(const char *primitive, char *buffer, size_t buffer_bytes);

#endif
