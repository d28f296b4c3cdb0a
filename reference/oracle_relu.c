/* Oracle of relu: a selection, so no rounding and both gauges 0. */
#include <gsl/gsl_math.h>

#include "kernels/activation/relu.h"
#include "reference/oracle.h"

static int64_t units(const void *problem) {
    return oracle_blocks(((const struct relu_problem *)problem)->n);
}

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct relu_problem *p = call->problem;
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, p->n); i++) {
        const double x = oracle_input(call, ACTIVATION_X, i);
        expect(&call->expected[ACTIVATION_Y], i, gsl_isnan(x) ? GSL_NAN : GSL_MAX_DBL(0, x), 0, 0);
    }
}

const struct oracle oracle_relu = {sizeof(struct oracle), "relu", units, evaluate, true};
