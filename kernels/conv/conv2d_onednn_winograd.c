#define ONEDNN_ALGORITHM dnnl_convolution_winograd
#include "kernels/conv/conv2d_engine.h"
#include "kernels/conv/conv2d_onednn_reordered.h"

#define conv2d_onednn_winograd onednn_reordered
IMPL(conv2d, onednn_winograd,
     .technique = "oneDNN Winograd, layouts of its choice; timed: its reorders of x and y; "
                  "weights transformed in prepare",
     .peer = true, CONV2D_WINOGRAD_ACCUMULATION(3), .supports = supports,
     .prepared_bytes = prepared_bytes, .prepare = prepare, .workspace_bytes = workspace_bytes,
     .start = onednn_start);
