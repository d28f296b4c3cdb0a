/* Oracle of relu_backward: a selection, so no rounding and both gauges 0. */
#include "kernels/activation/relu.h"
#include "reference/oracle.h"

static int64_t units(const void *problem) {
    return oracle_blocks(((const struct relu_backward_problem *)problem)->n);
}

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct relu_backward_problem *p = call->problem;
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, p->n); i++)
        expect(&call->expected[ACTIVATION_BACKWARD_GRAD_X], i,
               oracle_input(call, ACTIVATION_BACKWARD_X, i) <= 0
                   ? 0.0
                   : oracle_input(call, ACTIVATION_BACKWARD_GRAD_Y, i),
               0, 0);
}

const struct oracle oracle_relu_backward = {sizeof(struct oracle), "relu_backward", units, evaluate,
                                            true};
