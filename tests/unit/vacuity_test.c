/* Inputs of few possible values are no false alarm: what can be drawn another way is, and what has
 * one value alone is not asked to move anything. */
#include <math.h>

#include "kernels/core/domain.h"
#include "kernels/core/registry.h"
#include "reference/judge.h"
#include "tests/unit/check.h"
#include "tests/unit/drawn.h"

enum { MOST = 256 };

static int64_t units(const void *problem) {
    const struct drawn_problem *p = problem;
    return p->rows * p->cols;
}

static int forgotten = -1; /* an operand that the formula leaves out */

/* y is the sum of them all. */
static void evaluate(const struct oracle_call *call, int64_t unit) {
    double sum = 0;
    for (int o = 0; o < DRAWN_Y; o++) {
        const struct tensor tensor = {drawn_operands[o].dtype, drawn_shape(call->problem, o),
                                      (void *)call->operand[o]};
        if (o != forgotten) sum += tensor_get(&tensor, unit);
    }
    expect(&call->expected[DRAWN_Y], unit, sum, 0, 0);
}

static const struct oracle oracle = {sizeof oracle, "drawn", units, evaluate, false};
static const struct implementation implementation = {.primitive = "drawn", .variant = "mine"};

/* How many of 50 seeds raise an alarm. */
static int alarms(const char *text) {
    static double data[DRAWN_Y][MOST];
    const void *operand[OPERANDS_MAX] = {NULL};
    struct problem problem;
    struct error error = {""};
    int count = 0;
    CHECK(problem_parse(&problem, &primitive_drawn, text, &error) == STATUS_OK);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct judge judge;
        for (int o = 0; o < DRAWN_Y; o++) {
            fill_operand(&problem, o, FILL_NORMAL, seed, data[o]);
            operand[o] = data[o];
        }
        if (!CHECK(!judge_open(&judge, &problem, operand, 0, -1, 9, &error))) return -1;
        if (judge_vacuity(&judge, &implementation, &(struct judge_case){.seed = seed}, &error)) {
            if (!count++ && forgotten < 0) printf("  %s: %s\n", text, error.text);
        }
        judge_close(&judge);
    }
    return count;
}

int main(void) {
    struct error error;
    CHECK(registry_add_primitive(&primitive_drawn, &error) == STATUS_OK);
    CHECK(oracle_add(&oracle, &error) == STATUS_OK);
    CHECK(alarms("rows=8,cols=8") == 0);
    CHECK(alarms("rows=1,cols=1") == 0); /* one bit, one digit, and shares of one element */
    CHECK(alarms("rows=1,cols=2,classes=2") == 0);
    CHECK(alarms("rows=8,cols=8,classes=1") == 0);
    for (forgotten = 0; forgotten < DRAWN_Y; forgotten++)
        CHECK(alarms("rows=8,cols=8") == 50); /* it still notices what has no influence */
    struct problem problem;
    CHECK(!problem_parse(&problem, &primitive_drawn, "rows=1,cols=2,classes=1", &error));
    CHECK(domain_single(&problem, DRAWN_INDEX) && !domain_single(&problem, DRAWN_DIGIT));
    CHECK(domain_single(&problem, DRAWN_BY_COLUMN) && !domain_single(&problem, DRAWN_BY_ROW));
    CHECK(!domain_single(&problem, DRAWN_MASK) && !domain_single(&problem, DRAWN_REAL));
    return check_done();
}
