/* Dense row-major tensors: what an operand is at run time. */
#ifndef KERNELS_CORE_TENSOR_H
#define KERNELS_CORE_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dtype { DTYPE_F32, DTYPE_F64, DTYPE_I64, DTYPE_U8 };

size_t dtype_bytes(enum dtype dtype);
const char *dtype_name(enum dtype dtype); /* "float32", "float64", "int64", "uint8" */

enum { SHAPE_MAX_RANK = 8, SHAPE_ABSENT = -1 };

/* Extents count elements. rank 0 is a scalar (one element). rank SHAPE_ABSENT: this problem has no
 * such operand (a bias with bias=0), its data pointer is NULL. */
struct shape {
    int rank;
    int64_t dim[SHAPE_MAX_RANK];
};

#define SHAPE(...)                                                                                 \
    ((struct shape){(int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), {__VA_ARGS__}})
#define SHAPE_NONE ((struct shape){SHAPE_ABSENT, {0}})

bool shape_present(const struct shape *shape);
/* Number of elements; 0 for an absent operand. The product of a valid problem fits in int64_t. */
int64_t shape_elements(const struct shape *shape);
bool shape_equal(const struct shape *a, const struct shape *b);
/* "[2,3,4]", "[]" for a scalar, "absent". Returns buffer. */
char *shape_print(const struct shape *shape, char *buffer, size_t buffer_bytes);
/* The indices of flat element `index`: "[1,0,3]". Returns buffer. */
char *shape_print_index(const struct shape *shape, int64_t index, char *buffer,
                        size_t buffer_bytes);

struct tensor {
    enum dtype dtype;
    struct shape shape;
    void *data; /* row-major, contiguous; NULL iff absent */
};

/* One element as double (int64 beyond 2^53 rounds). */
double tensor_get(const struct tensor *tensor, int64_t index);
size_t tensor_bytes(const struct tensor *tensor);

#endif
