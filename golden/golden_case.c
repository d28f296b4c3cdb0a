#include "golden/golden_case.h"

#include "kernels/core/memory.h"

static size_t elements_of(const struct golden_case *item, int operand) {
    const struct shape shape = problem_shape(&item->problem, operand);
    return (size_t)shape_elements(&shape);
}

size_t golden_in_bytes(const struct golden_case *item, int operand) {
    if (!item->in[operand]) return 0;
    const enum dtype dtype = item->problem.primitive->operands[operand].dtype;
    return elements_of(item, operand) * dtype_bytes(dtype);
}

size_t golden_out_bytes(const struct golden_case *item, int operand) {
    return item->out[operand] ? elements_of(item, operand) * sizeof(double) : 0;
}

void golden_release(struct golden_case *item) {
    for (int i = 0; i < OPERANDS_MAX; i++) {
        memory_free(item->in[i]);
        memory_free(item->out[i]);
        item->in[i] = NULL;
        item->out[i] = NULL;
    }
}
