#define ONEDNN_ALGORITHM dnnl_convolution_direct
#include "kernels/conv/conv2d_onednn_reordered.h"

#define conv2d_onednn onednn_reordered
IMPL(conv2d, onednn,
     .technique = "oneDNN direct, layouts of its choice; timed: its reorders of x and y; weights "
                  "reordered in prepare",
     .peer = true, .supports = supports, .prepared_bytes = prepared_bytes, .prepare = prepare,
     .workspace_bytes = workspace_bytes, .start = onednn_start);
