#include <math.h>

#include "kernels/softmax/softmax.h"

static void slice(const float *x, float *y, int64_t count, int64_t stride) {
    float largest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < count; i++) largest = fmaxf(largest, x[i * stride]);
    for (int64_t i = 0; i < count; i++) sum += y[i * stride] = expf(x[i * stride] - largest);
    for (int64_t i = 0; i < count; i++) y[i * stride] /= sum;
}

static void softmax_naive(const struct softmax_problem *p, const float *x, float *y) {
    const int64_t block = p->axis_len * p->inner;
    for (int64_t o = 0; o < p->outer; o++)
        for (int64_t i = 0; i < p->inner; i++)
            slice(x + o * block + i, y + o * block + i, p->axis_len, p->inner);
}

IMPL(softmax, naive, .technique = "three loops over each slice");
