/* Oracle of max_pool1d: a selection, so no rounding and both gauges 0.
 *
 * Neighbouring windows that share an element, the pivot, are answered together: the part of each up
 * to the pivot by maxima that run from the pivot to the left, the part after it by maxima that run
 * to the right. As many windows as begin within one window's length share one; so an element is
 * looked at twice, and nothing is allocated. */
#include <gsl/gsl_math.h>

#include "kernels/pool/max_pool1d.h"
#include "reference/oracle.h"

static int64_t units(const void *problem) {
    const struct max_pool1d_problem *p = problem;
    return oracle_blocks(p->n * max_pool1d_outputs(p));
}

static double element(const struct oracle_call *call, int64_t index) {
    return oracle_input(call, MAX_POOL1D_X, index);
}

static double larger(double a, double b) {
    return gsl_isnan(a) || gsl_isnan(b) ? GSL_NAN : GSL_MAX_DBL(a, b);
}

/* `count` windows, the first at x[first]; the last begins within the first. */
static void windows(const struct oracle_call *call, int64_t first, int64_t count, int64_t at) {
    const struct max_pool1d_problem *p = call->problem;
    double left[ORACLE_BLOCK];
    const int64_t pivot = (count - 1) * p->stride;
    double running = element(call, first + pivot);
    for (int64_t i = count - 1, from = pivot; i >= 0; i--) {
        for (; from > i * p->stride; from--)
            running = larger(running, element(call, first + from - 1));
        left[i] = running;
    }
    running = element(call, first + pivot);
    for (int64_t i = 0, to = pivot; i < count; i++) {
        for (; to < i * p->stride + p->window - 1; to++)
            running = larger(running, element(call, first + to + 1));
        expect(&call->expected[MAX_POOL1D_Y], at + i, larger(left[i], running), 0, 0);
    }
}

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct max_pool1d_problem *p = call->problem;
    const int64_t outputs = max_pool1d_outputs(p), together = (p->window - 1) / p->stride + 1;
    const int64_t end = oracle_block_end(unit, p->n * outputs);
    for (int64_t at = unit * ORACLE_BLOCK, count; at < end; at += count) {
        const int64_t row = at / outputs, output = at % outputs;
        count = GSL_MIN(together, GSL_MIN(end - at, outputs - output));
        windows(call, row * p->length + output * p->stride, count, at);
    }
}

const struct oracle oracle_max_pool1d = {sizeof(struct oracle), "max_pool1d", units, evaluate,
                                         true};
