/* The geometry of windows that slide along one axis: pools, convolutions, im2col.
 *
 *   window o reads   o * stride - pad + t * dilation,   t = 0 .. kernel-1
 *
 * of `length` elements, those outside being padding. The number of windows (as torch.nn.MaxPool1d,
 * Conv1d):
 *   (length + 2 pad - dilation (kernel - 1) - 1) / stride + 1
 * rounded down, or with ceil_mode up, but then no window may begin in the padding after the end. An
 * axis of more dimensions has a window of its own. */
#ifndef KERNELS_BLOCKS_WINDOW_H
#define KERNELS_BLOCKS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct window {
    int64_t length, kernel;   /* elements; taps */
    int64_t stride, dilation; /* at least 1 */
    int64_t pad;              /* on each of the two sides */
    bool ceil_mode;
};

/* Elements first .. end-1; empty: first = end. */
struct window_range {
    int64_t first, end;
};

/* Elements from a window's first tap to its last. */
static inline int64_t window_span(const struct window *w) {
    return w->dilation * (w->kernel - 1) + 1;
}

/* 0 where not one window fits. */
static inline int64_t window_outputs(const struct window *w) {
    const int64_t room = w->length + 2 * w->pad - window_span(w);
    if (room < 0) return 0;
    const int64_t whole = room / w->stride;
    const bool partial =
        w->ceil_mode && room % w->stride && (whole + 1) * w->stride < w->length + w->pad;
    return whole + 1 + partial;
}

/* The element under the first tap of window o; below 0 or from `length` up it is padding. */
static inline int64_t window_start(const struct window *w, int64_t o) {
    return o * w->stride - w->pad;
}

static inline int64_t window_clamp(int64_t a, int64_t most) {
    return a < 0 ? 0 : a < most ? a : most;
}
/* a / b, rounded up, for b > 0 */
static inline int64_t window_divide_up(int64_t a, int64_t b) {
    return a > 0 ? (a + b - 1) / b : -(-a / b);
}

/* The taps of window o that read elements. */
static inline struct window_range window_taps(const struct window *w, int64_t o) {
    const int64_t start = window_start(w, o);
    const int64_t first = window_clamp(window_divide_up(-start, w->dilation), w->kernel);
    const int64_t end = window_clamp(window_divide_up(w->length - start, w->dilation), w->kernel);
    return (struct window_range){first, first < end ? end : first};
}

/* The windows whose tap t reads an element, of `outputs` windows: a row of im2col. */
static inline struct window_range window_readers(const struct window *w, int64_t t,
                                                 int64_t outputs) {
    const int64_t shift = t * w->dilation - w->pad;
    const int64_t first = window_clamp(window_divide_up(-shift, w->stride), outputs);
    const int64_t end = window_clamp(window_divide_up(w->length - shift, w->stride), outputs);
    return (struct window_range){first, first < end ? end : first};
}

/* The windows that read no padding, of `outputs` windows. */
static inline struct window_range window_inside(const struct window *w, int64_t outputs) {
    const struct window_range head = window_readers(w, 0, outputs);
    const struct window_range tail = window_readers(w, w->kernel - 1, outputs);
    return (struct window_range){head.first, head.first < tail.end ? tail.end : head.first};
}

#endif
