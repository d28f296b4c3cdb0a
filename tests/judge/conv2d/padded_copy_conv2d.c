/* expect: RIGHT */
/* copies every image into a padded one first, so that no window needs a test */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
void conv2d(int64_t N, int64_t C, int64_t H, int64_t W, int64_t K, int64_t R, int64_t S, int64_t stride, int64_t pad, int64_t dil,
            int64_t G, const float *in, const float *flt, const float *bias, float *out)
{
    const int64_t PH = H + 2 * pad, PW = W + 2 * pad;
    const int64_t P = (PH - dil * (R - 1) - 1) / stride + 1, Q = (PW - dil * (S - 1) - 1) / stride + 1;
    float *image = calloc((size_t)(C * PH * PW), sizeof(float));
    for (int64_t n = 0; n < N; n++) {
        for (int64_t c = 0; c < C; c++)
            for (int64_t h = 0; h < H; h++)
                memcpy(image + (c * PH + h + pad) * PW + pad, in + ((n * C + c) * H + h) * W, (size_t)W * sizeof(float));
        for (int64_t k = 0; k < K; k++)
            for (int64_t p = 0; p < P; p++)
                for (int64_t q = 0; q < Q; q++) {
                    double acc = bias ? (double)bias[k] : 0.0;
                    for (int64_t c = 0; c < C / G; c++)
                        for (int64_t r = 0; r < R; r++)
                            for (int64_t s = 0; s < S; s++)
                                acc += (double)flt[((k * (C / G) + c) * R + r) * S + s] *
                                       image[((k / (K / G) * (C / G) + c) * PH + p * stride + r * dil) * PW + q * stride + s * dil];
                    out[((n * K + k) * P + p) * Q + q] = (float)acc;
                }
    }
    free(image);
}
