/* Winograd transforms of one instruction set: a segment is up to `lanes` tiles side by side. */
#ifndef KERNELS_CONV_CONV2D_WINOGRAD_H
#define KERNELS_CONV_CONV2D_WINOGRAD_H

#include <stdint.h>

struct winograd_segment {
    int64_t height, width; /* of the plane read (input) or written (output) */
    int64_t top, left;     /* of the first tile in it; above or left of 0 is padding */
    int count;             /* tiles, 1..lanes */
};

struct winograd_transforms {
    int lanes;
    /* V = B^T d B of one channel: element (i, j) of the tiles to v[(i*a + j)*step + 0..count-1]. */
    void (*input)(const struct winograd_segment *s, const float *x, float *v, int64_t step);
    /* y = A^T M A + bias of one channel, M laid out as V. */
    void (*output)(const struct winograd_segment *s, const float *product, int64_t step, float bias,
                   float *y);
};

/* Of F(2x2, 3x3) and F(4x4, 3x3). */
extern const struct winograd_transforms winograd2_avx2, winograd4_avx2;
extern const struct winograd_transforms winograd2_avx512, winograd4_avx512;

#endif
