#include "kernels/core/tensor.h"

#include <stdio.h>

static const struct {
    const char *name;
    size_t bytes;
} dtypes[] = {
    [DTYPE_F32] = {"float32", 4},
    [DTYPE_F64] = {"float64", 8},
    [DTYPE_I64] = {"int64", 8},
    [DTYPE_U8] = {"uint8", 1},
};

size_t dtype_bytes(enum dtype dtype) { return dtypes[dtype].bytes; }
const char *dtype_name(enum dtype dtype) { return dtypes[dtype].name; }

bool shape_present(const struct shape *shape) { return shape->rank != SHAPE_ABSENT; }

int64_t shape_elements(const struct shape *shape) {
    if (!shape_present(shape)) return 0;
    int64_t product = 1;
    for (int axis = 0; axis < shape->rank; axis++) product *= shape->dim[axis];
    return product;
}

bool shape_equal(const struct shape *a, const struct shape *b) {
    if (a->rank != b->rank) return false;
    for (int axis = 0; axis < a->rank; axis++)
        if (a->dim[axis] != b->dim[axis]) return false;
    return true;
}

static char *print_list(const int64_t *value, int count, char *buffer, size_t buffer_bytes) {
    size_t used = (size_t)snprintf(buffer, buffer_bytes, "[");
    for (int i = 0; i < count && used < buffer_bytes; i++)
        used += (size_t)snprintf(buffer + used, buffer_bytes - used, "%s%lld", i ? "," : "",
                                 (long long)value[i]);
    if (used < buffer_bytes) snprintf(buffer + used, buffer_bytes - used, "]");
    return buffer;
}

char *shape_print(const struct shape *shape, char *buffer, size_t buffer_bytes) {
    if (shape_present(shape)) return print_list(shape->dim, shape->rank, buffer, buffer_bytes);
    snprintf(buffer, buffer_bytes, "absent");
    return buffer;
}

char *shape_print_index(const struct shape *shape, int64_t index, char *buffer,
                        size_t buffer_bytes) {
    int64_t place[SHAPE_MAX_RANK];
    for (int axis = shape->rank - 1; axis >= 0; axis--) {
        place[axis] = shape->dim[axis] ? index % shape->dim[axis] : 0;
        index = shape->dim[axis] ? index / shape->dim[axis] : 0;
    }
    return print_list(place, shape->rank < 0 ? 0 : shape->rank, buffer, buffer_bytes);
}

double tensor_get(const struct tensor *tensor, int64_t index) {
    switch (tensor->dtype) {
    case DTYPE_F32: return ((const float *)tensor->data)[index];
    case DTYPE_F64: return ((const double *)tensor->data)[index];
    case DTYPE_I64: return (double)((const int64_t *)tensor->data)[index];
    case DTYPE_U8: return ((const uint8_t *)tensor->data)[index];
    }
    return 0;
}

size_t tensor_bytes(const struct tensor *tensor) {
    return (size_t)shape_elements(&tensor->shape) * dtype_bytes(tensor->dtype);
}
