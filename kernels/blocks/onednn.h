/* What every *_onednn.c file needs of oneDNN's C API: layouts, memory, primitives, and its thread
 * count. Versions 2 (Debian 12) and 3 (Ubuntu 24.04) describe operations differently; only
 * onednn.c knows. One engine for all, a stream for each thread: memory objects, whose data pointers
 * change with every call, belong to the thread that made them (_Thread_local). */
#ifndef KERNELS_BLOCKS_ONEDNN_H
#define KERNELS_BLOCKS_ONEDNN_H

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

/* A `start` callback. */
const char *onednn_start(void);

/* oneDNN takes its thread count from OpenMP, both when it creates and when it executes. Returns
 * the count to restore. */
int onednn_threads(int count);

/* ---- layouts ----
 *
 * A pointer in both versions. onednn_layout makes one of float32 (NULL when oneDNN refuses), which
 * its maker frees; one that a query returned belongs to its primitive descriptor. */
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t onednn_layout_t;
#else
typedef const dnnl_memory_desc_t *onednn_layout_t;
#endif
onednn_layout_t onednn_layout(int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag);
void onednn_layout_free(onednn_layout_t layout);
onednn_layout_t onednn_query(const_dnnl_primitive_desc_t description, dnnl_query_t what);

/* ---- descriptors: NULL when oneDNN has no such operation ---- */

dnnl_primitive_desc_t onednn_describe_softmax(onednn_layout_t layout, int axis);
dnnl_primitive_desc_t onednn_describe_layer_norm(onednn_layout_t x, onednn_layout_t statistics,
                                                 float eps, unsigned flags);
/* The geometry of a convolution, as oneDNN counts it: dilation 0 is dense. */
dnnl_primitive_desc_t onednn_describe_convolution(dnnl_alg_kind_t algorithm, onednn_layout_t x,
                                                  onednn_layout_t weight, onednn_layout_t bias,
                                                  onednn_layout_t y, const dnnl_dims_t strides,
                                                  const dnnl_dims_t dilation,
                                                  const dnnl_dims_t padding);

/* An elementwise operation. */
struct onednn_eltwise {
    dnnl_alg_kind_t algorithm;
    float alpha, beta;
    bool backward;
};
dnnl_primitive_desc_t onednn_describe_eltwise(const struct onednn_eltwise *e,
                                              onednn_layout_t layout, dnnl_prop_kind_t kind);
/* `hint`: the forward one's descriptor. */
dnnl_primitive_desc_t onednn_describe_eltwise_backward(const struct onednn_eltwise *e,
                                                       onednn_layout_t layout,
                                                       dnnl_primitive_desc_t hint);

/* ---- primitives ---- */

/* Consumes the descriptor, which may be NULL; NULL when oneDNN refuses. */
dnnl_primitive_t onednn_create(dnnl_primitive_desc_t description);
dnnl_primitive_t onednn_create_reorder(onednn_layout_t from, onednn_layout_t to);
/* An argument whose data pointer comes later; memory is NULL when oneDNN refuses. */
dnnl_exec_arg_t onednn_argument(int role, onednn_layout_t layout);
void onednn_bind(dnnl_exec_arg_t *argument, const void *data);
void onednn_execute(dnnl_primitive_t primitive, int count, const dnnl_exec_arg_t *argument);

#endif
