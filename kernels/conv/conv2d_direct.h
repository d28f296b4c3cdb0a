/* The register tile of the direct convolution: two half tiles of `half` output pixels each, by
 * `channels` output channels. */
#ifndef KERNELS_CONV_CONV2D_DIRECT_H
#define KERNELS_CONV_CONV2D_DIRECT_H

#include <stdint.h>

struct direct_tile {
    const float *weight;             /* [c][kh][kw][channels] */
    const float *x[2];               /* the first tap of the first pixel of each half */
    int64_t c, kh, kw;               /* taps */
    int64_t plane, row, tap, stride; /* floats between channels, taps down, taps right, pixels */
    float *y[2];                     /* first pixel of each half, first channel */
    int64_t y_plane;                 /* floats between channels of y */
    int first[2], last[2];           /* pixels of each half to store: first..last-1 */
    int outputs;                     /* channels to store */
    const float *bias;               /* of the first channel, or NULL */
};

struct direct_kernel {
    int channels, half;
    void (*tile)(const struct direct_tile *t);
    /* Rows first..last-1 of one channel with `pad` zeros around it. */
    void (*frame)(const float *from, int64_t height, int64_t width, int64_t pad, int64_t first,
                  int64_t last, float *to);
};

extern const struct direct_kernel direct_avx2, direct_avx512;

#endif
