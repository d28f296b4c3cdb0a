#include <gsl/gsl_movstat.h>

#include "kernels/pool/max_pool1d.h"
#include "kernels/pool/max_pool1d_keys.h"

/* GSL's moving maximum is a deque over doubles in which a NaN is lost; our keys are integers of 32
 * bits in the floats' order with NaN on top, and exact as doubles. Its window runs from each sample
 * to window-1 samples on; the positions whose window is truncated by the row's end are not read. */
static void row(const struct max_pool1d_problem *p, const float *x, float *y, double *keys,
                double *maxima, gsl_movstat_workspace *movstat) {
    for (int64_t i = 0; i < p->length; i++) keys[i] = max_pool1d_key(x[i]);
    const gsl_vector_const_view in = gsl_vector_const_view_array(keys, (size_t)p->length);
    gsl_vector_view out = gsl_vector_view_array(maxima, (size_t)p->length);
    gsl_movstat_max(GSL_MOVSTAT_END_TRUNCATE, &in.vector, &out.vector, movstat);
    for (int64_t o = 0; o < max_pool1d_outputs(p); o++)
        y[o] = max_pool1d_unkey((int32_t)maxima[o * p->stride]);
}

static void max_pool1d_gsl(const struct max_pool1d_problem *p, const float *x, float *y,
                           void *workspace) {
    if (p->n == 0) return;
    gsl_movstat_workspace *movstat = gsl_movstat_alloc2(0, (size_t)p->window - 1);
    if (!movstat) return; /* out of memory: the outputs stay as they were, and are judged so */
    double *keys = workspace;
    for (int64_t r = 0; r < p->n; r++)
        row(p, x + r * p->length, y + r * max_pool1d_outputs(p), keys, keys + p->length, movstat);
    gsl_movstat_free(movstat);
}

static size_t workspace_bytes(const void *problem) {
    const struct max_pool1d_problem *p = problem;
    return p->n ? (size_t)p->length * 2 * sizeof(double) : 0;
}

IMPL(max_pool1d, gsl, .technique = "GSL gsl_movstat_max, a deque over doubles", .peer = true,
     .workspace_bytes = workspace_bytes);
