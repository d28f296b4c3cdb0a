#include "kernels/blocks/onednn.h"

#include <omp.h>
#include <stdlib.h>

static dnnl_engine_t onednn_engine;
static _Thread_local dnnl_stream_t onednn_stream; /* made by a thread's first use */

static bool stream_there(void) {
    if (!onednn_stream && dnnl_stream_create(&onednn_stream, onednn_engine,
                                             dnnl_stream_default_flags) != dnnl_success)
        onednn_stream = NULL;
    return onednn_stream != NULL;
}

const char *onednn_start(void) {
    if (!onednn_engine && dnnl_engine_create(&onednn_engine, dnnl_cpu, 0) != dnnl_success)
        onednn_engine = NULL;
    return onednn_engine && stream_there() ? NULL : "oneDNN cannot make a CPU engine";
}

int onednn_threads(int count) {
    const int before = omp_get_max_threads();
    omp_set_num_threads(count);
    return before;
}

/* ---- where the versions differ ---- */

#if DNNL_VERSION_MAJOR >= 3

onednn_layout_t onednn_layout(int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
    dnnl_memory_desc_t layout;
    return dnnl_memory_desc_create_with_tag(&layout, rank, dims, dnnl_f32, tag) == dnnl_success
               ? layout
               : NULL;
}

void onednn_layout_free(onednn_layout_t layout) {
    if (layout) dnnl_memory_desc_destroy((dnnl_memory_desc_t)layout);
}

dnnl_primitive_desc_t onednn_describe_softmax(onednn_layout_t layout, int axis) {
    dnnl_primitive_desc_t description;
    return dnnl_softmax_forward_primitive_desc_create(&description, onednn_engine,
                                                      dnnl_forward_inference, dnnl_softmax_accurate,
                                                      layout, layout, axis, NULL) == dnnl_success
               ? description
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_layer_norm(onednn_layout_t x, onednn_layout_t statistics,
                                                 float eps, unsigned flags) {
    dnnl_primitive_desc_t description;
    return dnnl_layer_normalization_forward_primitive_desc_create(
               &description, onednn_engine, dnnl_forward_training, x, x, statistics, eps, flags,
               NULL) == dnnl_success
               ? description
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_convolution(dnnl_alg_kind_t algorithm, onednn_layout_t x,
                                                  onednn_layout_t weight, onednn_layout_t bias,
                                                  onednn_layout_t y, const dnnl_dims_t strides,
                                                  const dnnl_dims_t dilation,
                                                  const dnnl_dims_t padding) {
    dnnl_primitive_desc_t description;
    return dnnl_convolution_forward_primitive_desc_create(
               &description, onednn_engine, dnnl_forward_inference, algorithm, x, weight, bias, y,
               strides, dilation, padding, padding, NULL) == dnnl_success
               ? description
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_eltwise(const struct onednn_eltwise *e,
                                              onednn_layout_t layout, dnnl_prop_kind_t kind) {
    dnnl_primitive_desc_t description;
    return dnnl_eltwise_forward_primitive_desc_create(&description, onednn_engine, kind,
                                                      e->algorithm, layout, layout, e->alpha,
                                                      e->beta, NULL) == dnnl_success
               ? description
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_eltwise_backward(const struct onednn_eltwise *e,
                                                       onednn_layout_t layout,
                                                       dnnl_primitive_desc_t hint) {
    dnnl_primitive_desc_t description;
    return dnnl_eltwise_backward_primitive_desc_create(&description, onednn_engine, e->algorithm,
                                                       layout, layout, layout, e->alpha, e->beta,
                                                       hint, NULL) == dnnl_success
               ? description
               : NULL;
}

#else

onednn_layout_t onednn_layout(int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
    dnnl_memory_desc_t *layout = malloc(sizeof *layout);
    if (layout && dnnl_memory_desc_init_by_tag(layout, rank, dims, dnnl_f32, tag) == dnnl_success)
        return layout;
    free(layout);
    return NULL;
}

void onednn_layout_free(onednn_layout_t layout) { free((void *)layout); }

static dnnl_primitive_desc_t onednn_describe(const_dnnl_op_desc_t operation,
                                             dnnl_primitive_desc_t hint) {
    dnnl_primitive_desc_t description;
    return dnnl_primitive_desc_create(&description, operation, NULL, onednn_engine, hint) ==
                   dnnl_success
               ? description
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_softmax(onednn_layout_t layout, int axis) {
    dnnl_softmax_desc_t operation;
    return dnnl_softmax_forward_desc_init(&operation, dnnl_forward_inference, layout, axis) ==
                   dnnl_success
               ? onednn_describe(&operation, NULL)
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_layer_norm(onednn_layout_t x, onednn_layout_t statistics,
                                                 float eps, unsigned flags) {
    dnnl_layer_normalization_desc_t operation;
    return dnnl_layer_normalization_forward_desc_init(&operation, dnnl_forward_training, x,
                                                      statistics, eps, flags) == dnnl_success
               ? onednn_describe(&operation, NULL)
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_convolution(dnnl_alg_kind_t algorithm, onednn_layout_t x,
                                                  onednn_layout_t weight, onednn_layout_t bias,
                                                  onednn_layout_t y, const dnnl_dims_t strides,
                                                  const dnnl_dims_t dilation,
                                                  const dnnl_dims_t padding) {
    dnnl_convolution_desc_t operation;
    return dnnl_dilated_convolution_forward_desc_init(&operation, dnnl_forward_inference, algorithm,
                                                      x, weight, bias, y, strides, dilation,
                                                      padding, padding) == dnnl_success
               ? onednn_describe(&operation, NULL)
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_eltwise(const struct onednn_eltwise *e,
                                              onednn_layout_t layout, dnnl_prop_kind_t kind) {
    dnnl_eltwise_desc_t operation;
    return dnnl_eltwise_forward_desc_init(&operation, kind, e->algorithm, layout, e->alpha,
                                          e->beta) == dnnl_success
               ? onednn_describe(&operation, NULL)
               : NULL;
}

dnnl_primitive_desc_t onednn_describe_eltwise_backward(const struct onednn_eltwise *e,
                                                       onednn_layout_t layout,
                                                       dnnl_primitive_desc_t hint) {
    dnnl_eltwise_desc_t operation;
    return dnnl_eltwise_backward_desc_init(&operation, e->algorithm, layout, layout, e->alpha,
                                           e->beta) == dnnl_success
               ? onednn_describe(&operation, hint)
               : NULL;
}

#endif

/* ---- what both share ---- */

onednn_layout_t onednn_query(const_dnnl_primitive_desc_t description, dnnl_query_t what) {
    return dnnl_primitive_desc_query_md(description, what, 0);
}

dnnl_primitive_t onednn_create(dnnl_primitive_desc_t description) {
    dnnl_primitive_t primitive = NULL;
    if (!description) return NULL;
    if (dnnl_primitive_create(&primitive, description) != dnnl_success) primitive = NULL;
    dnnl_primitive_desc_destroy(description);
    return primitive;
}

dnnl_primitive_t onednn_create_reorder(onednn_layout_t from, onednn_layout_t to) {
    dnnl_primitive_desc_t description;
    return dnnl_reorder_primitive_desc_create(&description, from, onednn_engine, to, onednn_engine,
                                              NULL) == dnnl_success
               ? onednn_create(description)
               : NULL;
}

dnnl_exec_arg_t onednn_argument(int role, onednn_layout_t layout) {
    dnnl_exec_arg_t argument = {role, NULL};
    if (!layout || dnnl_memory_create(&argument.memory, layout, onednn_engine, DNNL_MEMORY_NONE) !=
                       dnnl_success)
        argument.memory = NULL;
    return argument;
}

void onednn_bind(dnnl_exec_arg_t *argument, const void *data) {
    dnnl_memory_set_data_handle(argument->memory, (void *)data);
}

void onednn_execute(dnnl_primitive_t primitive, int count, const dnnl_exec_arg_t *argument) {
    if (!stream_there()) return; /* outputs stay unwritten, which no verdict takes for right */
    dnnl_primitive_execute(primitive, onednn_stream, count, argument);
    dnnl_stream_wait(onednn_stream);
}
