/* What every *_onednn.c file needs of oneDNN's C API (2.x): engine, stream, memory, and its thread
 * count. One copy per file; not thread-safe, as oneDNN's execution here is not. */
#ifndef KERNELS_CORE_ONEDNN_H
#define KERNELS_CORE_ONEDNN_H

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

static dnnl_engine_t onednn_engine;
static dnnl_stream_t onednn_stream;

/* A `start` callback. */
static inline const char *onednn_start(void) {
    if (onednn_stream) return NULL;
    if (dnnl_engine_create(&onednn_engine, dnnl_cpu, 0) != dnnl_success ||
        dnnl_stream_create(&onednn_stream, onednn_engine, dnnl_stream_default_flags) !=
            dnnl_success)
        return "oneDNN cannot make a CPU engine";
    return NULL;
}

/* oneDNN takes its thread count from OpenMP, both when it creates and when it executes. Returns
 * the count to restore. */
static inline int onednn_threads(int count) {
    const int before = omp_get_max_threads();
    omp_set_num_threads(count);
    return before;
}

/* Takes the operation's descriptor; NULL when oneDNN has none for it. */
static inline dnnl_primitive_t onednn_create(const_dnnl_op_desc_t operation) {
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive = NULL;
    if (dnnl_primitive_desc_create(&description, operation, NULL, onednn_engine, NULL) !=
        dnnl_success)
        return NULL;
    if (dnnl_primitive_create(&primitive, description) != dnnl_success) primitive = NULL;
    dnnl_primitive_desc_destroy(description);
    return primitive;
}

/* An argument whose data pointer comes later; memory is NULL when oneDNN refuses. */
static inline dnnl_exec_arg_t onednn_argument(int role, const dnnl_memory_desc_t *layout) {
    dnnl_exec_arg_t argument = {role, NULL};
    if (dnnl_memory_create(&argument.memory, layout, onednn_engine, DNNL_MEMORY_NONE) !=
        dnnl_success)
        argument.memory = NULL;
    return argument;
}

static inline void onednn_bind(dnnl_exec_arg_t *argument, const void *data) {
    dnnl_memory_set_data_handle(argument->memory, (void *)data);
}

static inline void onednn_execute(dnnl_primitive_t primitive, int count,
                                  const dnnl_exec_arg_t *argument) {
    dnnl_primitive_execute(primitive, onednn_stream, count, argument);
    dnnl_stream_wait(onednn_stream);
}

#endif
