#include "kernels/pool/max_pool1d.h"

static void max_pool1d_naive(const struct max_pool1d_problem *p, const float *x, float *y,
                             void *workspace) {
    (void)workspace;
    const int64_t outputs = max_pool1d_outputs(p);
    for (int64_t r = 0; r < p->n; r++)
        for (int64_t o = 0; o < outputs; o++) {
            const float *window = x + r * p->length + o * p->stride;
            float largest = window[0];
            for (int64_t i = 1; i < p->window; i++) largest = max_pool1d_larger(largest, window[i]);
            y[r * outputs + o] = largest;
        }
}

/* 2^31 comparisons take seconds; nobody should wait for a quarter of an hour. */
static const char *supports(const void *problem) {
    const struct max_pool1d_problem *p = problem;
    const double outputs = (double)p->n * (double)max_pool1d_outputs(p);
    return outputs * (double)p->window > 0x1p31 ? "more than 2^31 comparisons" : NULL;
}

IMPL(max_pool1d, naive, .technique = "every window from the start: n*window comparisons",
     .supports = supports);
