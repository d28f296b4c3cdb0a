/* layer_norm: every row is shifted to mean 0, scaled to variance 1, then affinely mapped.
 *
 *   mean = sum x / cols          var = sum (x - mean)^2 / cols          rstd = 1 / sqrt(var + eps)
 *   y = (x - mean) * rstd * weight + bias
 *
 *   x, y          [rows, cols], row-major; normalised axes flatten to cols
 *   weight, bias  [cols]; absent with affine=0 (weight 1, bias 0)
 *   mean, rstd    [rows]; what the backward pass needs
 *
 * Alignment: float. Aliasing: no two operands overlap. Thread safety: reentrant, no state.
 * The variance is that of n (biased), and eps stands inside the root.
 * cols = 1, or a constant row: var = 0, rstd = 1 / sqrt(eps), y = bias. With eps = 0 as well, rstd
 * and y are unspecified (0 * Inf). cols = 0: y is empty, mean and rstd are NaN, the mean of
 * nothing. rows = 0: nothing is written.
 * NaN, Inf: a NaN or an infinity in a row makes rstd and all of y NaN; the mean is what IEEE sums
 * give: NaN, or the infinity if all of them have one sign. In weight and bias they reach their
 * column alone.
 * Range: where sum |x| or sum (x - mean)^2 exceeds 2^126, or var + eps is below 2^-100, float32
 * cannot hold the intermediate results; rstd and y (and mean, for the first) are unspecified.
 *
 * Source: Ba, Kiros, Hinton, "Layer Normalization", 2016. The outputs are those of
 * torch.native_layer_norm; they differ from PyTorch 1.13 only where its running mean is no IEEE sum
 * (infinities of one sign: NaN there) and for cols = 0 (mean 0 there). Chan, Golub, LeVeque,
 * "Algorithms for computing the sample variance", The American Statistician 37 (1983) says why
 * never as E[x^2] - E[x]^2: the relative error of that variance grows with (mean / deviation)^2. */
#ifndef KERNELS_NORM_LAYER_NORM_H
#define KERNELS_NORM_LAYER_NORM_H

#include "kernels/core/law.h"
#include "kernels/core/primitive.h"

#define LAYER_NORM_FIELDS(INT, REAL, FLAG, CHOICE)                                                 \
    INT(rows, 4, 0, 1 << 24, "independent rows")                                                   \
    INT(cols, 64, 0, 1 << 24, "elements normalised together")                                      \
    REAL(eps, 1e-5, 0.0, 1.0, "added to the variance, inside the root")                            \
    FLAG(affine, 1, "multiply by weight, add bias")
PROBLEM_STRUCT(layer_norm, LAYER_NORM_FIELDS);

enum {
    LAYER_NORM_X,
    LAYER_NORM_WEIGHT,
    LAYER_NORM_BIAS,
    LAYER_NORM_Y,
    LAYER_NORM_MEAN,
    LAYER_NORM_RSTD
};

/* weight and bias: NULL with affine=0. */
typedef void layer_norm_kernel(const struct layer_norm_problem *p, const float *x,
                               const float *weight, const float *bias, float *y, float *mean,
                               float *rstd);

/* What every implementation keeps: layer_norm_laws.c. */
enum { LAYER_NORM_LAWS = 6 };
extern const struct property layer_norm_laws[LAYER_NORM_LAWS];

#endif
