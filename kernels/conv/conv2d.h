/* conv2d: two-dimensional cross-correlation, as torch.nn.functional.conv2d.
 *
 *   y[n,o,oy,ox] = bias[o] + sum over ci < c/groups, ky < kh, kx < kw of
 *                  weight[o,ci,ky,kx] * x[n, o / (oc/groups) * (c/groups) + ci,
 *                                         oy*stride + ky*dilation - pad,
 *                                         ox*stride + kx*dilation - pad]
 *
 *   x [n,c,h,w]   weight [oc,c/groups,kh,kw]   bias [oc] (absent with bias=0)   y [n,oc,oh,ow]
 *   oh = (h + 2*pad - dilation*(kh-1) - 1) / stride + 1, rounded down; ow alike. All row-major.
 *
 * x is 0 outside its borders. c and oc are multiples of groups; the dilated kernel fits in the
 * padded image. n = 0: nothing is written.
 *
 * Alignment: float; prepared and workspace 64 bytes. Aliasing: y overlaps nothing. Thread safety:
 * reentrant, no state, given separate workspaces.
 * NaN, Inf: those of x and weight reach every output whose window holds them, and no other, by the
 * rules of IEEE 754. Not specified: an output whose padding meets a weight that is NaN or infinite
 * (PyTorch's own back ends differ: 0 * Inf or nothing), and one whose finite products overflow
 * halfway. Winograd implementations also spoil the outputs that share a tile with an Inf or NaN,
 * and turn infinities into NaN; an output whose own window holds a NaN is NaN with them too. */
#ifndef KERNELS_CONV_CONV2D_H
#define KERNELS_CONV_CONV2D_H

#include "kernels/blocks/window.h"
#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

#define CONV2D_FIELDS(INT, REAL, FLAG, CHOICE)                                                     \
    INT(n, 1, 0, 1 << 16, "images")                                                                \
    INT(c, 16, 1, 1 << 16, "input channels")                                                       \
    INT(h, 14, 1, 1 << 16, "input rows")                                                           \
    INT(w, 14, 1, 1 << 16, "input columns")                                                        \
    INT(oc, 16, 1, 1 << 16, "output channels")                                                     \
    INT(kh, 3, 1, 255, "kernel rows")                                                              \
    INT(kw, 3, 1, 255, "kernel columns")                                                           \
    INT(stride, 1, 1, 64, "step between windows, both ways")                                       \
    INT(pad, 1, 0, 255, "zeros on each of the four sides")                                         \
    INT(dilation, 1, 1, 64, "step between the taps of a window, both ways")                        \
    INT(groups, 1, 1, 1 << 16, "independent groups of channels; groups=c=oc is depthwise")         \
    FLAG(bias, 1, "add a bias per output channel")
PROBLEM_STRUCT(conv2d, CONV2D_FIELDS);

enum { CONV2D_X, CONV2D_WEIGHT, CONV2D_BIAS, CONV2D_Y };

/* The windows along the rows, and along the columns. */
static inline struct window conv2d_down(const struct conv2d_problem *p) {
    return (struct window){p->h, p->kh, p->stride, p->dilation, p->pad, false};
}
static inline struct window conv2d_across(const struct conv2d_problem *p) {
    return (struct window){p->w, p->kw, p->stride, p->dilation, p->pad, false};
}
/* Extents of the output; 0 when the kernel does not fit. */
static inline int64_t conv2d_oh(const struct conv2d_problem *p) {
    const struct window down = conv2d_down(p);
    return window_outputs(&down);
}
static inline int64_t conv2d_ow(const struct conv2d_problem *p) {
    const struct window across = conv2d_across(p);
    return window_outputs(&across);
}

/* bias is NULL with bias=0; prepared and workspace as the implementation asked for them. */
typedef void conv2d_kernel(const struct conv2d_problem *p, const float *x, const float *weight,
                           const float *bias, float *y, const void *prepared, void *workspace);

/* What every implementation keeps: conv2d_laws.c. */
enum { CONV2D_LAWS = 15 };
extern const struct property conv2d_laws[CONV2D_LAWS];

#endif
