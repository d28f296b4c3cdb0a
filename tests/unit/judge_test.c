/* The judge over an oracle of the test's own: vacuity, sampling, expectations that are missing. */
#include "reference/judge.h"

#include <math.h>

#include "kernels/core/registry.h"
#include "tests/unit/check.h"
#include "tests/unit/toy.h"

/* y[i] = x[i] + bias[i], where `mode` none forgets the bias and `eps` widens the bound. */
static int64_t units(const void *problem) { return ((const struct toy_problem *)problem)->n; }

static void evaluate(const struct oracle_call *call, int64_t unit) {
    const struct toy_problem *p = call->problem;
    const float *x = call->operand[TOY_X], *bias = call->operand[TOY_BIAS];
    for (int64_t i = 2 * unit; i < 2 * unit + 2; i++) {
        const double value = x[i] + (p->bias && p->mode ? bias[i] : 0);
        expect(&call->expected[TOY_Y], i, value, fabs(value), p->eps * 0x1p30);
    }
}

static const struct oracle oracle = {sizeof oracle, "toy", units, evaluate, false};
static const struct implementation implementation = {.primitive = "toy", .variant = "mine"};

static float x[64], bias[64], y[64];
static double variance[64];
static int64_t indices[64];
static uint8_t mask[64];

static enum status open(struct judge *judge, const char *text, int64_t max_units) {
    static const void *const operand[OPERANDS_MAX] = {x, variance, indices, mask, bias};
    struct problem problem;
    struct error error = {""};
    CHECK(problem_parse(&problem, &primitive_toy, text, &error) == STATUS_OK);
    for (int i = 0; i < TOY_Y; i++)
        if (i != TOY_BIAS || problem.value[3].i)
            fill_operand(&problem, i, FILL_NORMAL, 1, (void *)(uintptr_t)operand[i]);
    const enum status status = judge_open(judge, &problem, operand, 0, max_units, 9, &error);
    CHECK_TEXT(error.text, "");
    return status;
}

static struct comparison judge_y(const struct judge *judge) {
    const struct tolerance tolerance = judge_tolerance(judge, &implementation, TOY_Y, false);
    return judge_compare(judge, TOY_Y, y, &tolerance);
}

static void comparing(void) {
    struct judge judge;
    if (!CHECK(open(&judge, "n=32,eps=0", -1) == STATUS_OK)) return;
    for (int i = 0; i < 64; i++) y[i] = x[i] + bias[i];
    struct comparison c = judge_y(&judge);
    CHECK(c.judged == 64 && c.wrong == 0 && c.worst_ratio <= 1);
    y[17] *= 1 + 1e-5f;
    c = judge_y(&judge);
    CHECK(c.wrong == 1 && c.first_wrong == 17 && c.worst == 17);
    double golden[64];
    for (int i = 0; i < 64; i++) golden[i] = y[i];
    judge_use_values(&judge, TOY_Y, golden);
    CHECK(judge_y(&judge).wrong == 0);
    c = judge_compare(&judge, TOY_X, x, &(struct tolerance){0});
    CHECK(c.judged == 0); /* an input is never judged */
    judge_close(&judge);
    judge_close(&judge);
}

static void sampling(void) {
    struct judge judge;
    if (!CHECK(open(&judge, "n=32,eps=0", 5) == STATUS_OK)) return;
    for (int i = 0; i < 64; i++) y[i] = x[i] + bias[i];
    const struct comparison c = judge_y(&judge);
    CHECK(judge.units == 32 && judge.judged_units == 5);
    CHECK(c.judged >= 4 && c.judged <= 10 && c.wrong == 0);
    CHECK(expectation_written(&judge.expected[TOY_Y], 0));  /* the first unit */
    CHECK(expectation_written(&judge.expected[TOY_Y], 63)); /* and the last */
    judge_close(&judge);
}

static void vacuity(const char *text, bool constant, uint32_t idle, const char *message) {
    struct judge judge;
    struct error error = {""};
    if (!CHECK(open(&judge, text, -1) == STATUS_OK)) return;
    const enum status status =
        judge_vacuity(&judge, &implementation,
                      &(struct judge_case){.constant = constant, .idle = idle, .seed = 1}, &error);
    CHECK((status == STATUS_OK) == (*message == 0));
    CHECK(strncmp(error.text, message, strlen(message)) == 0);
    if (strncmp(error.text, message, strlen(message))) printf("  it says: %s\n", error.text);
    judge_close(&judge);
}

int main(void) {
    struct error error;
    CHECK(registry_add_primitive(&primitive_toy, &error) == STATUS_OK);
    CHECK(oracle_find("toy") == NULL);
    CHECK(oracle_add(&(struct oracle){sizeof oracle, "toy", NULL, evaluate, false}, &error) ==
          STATUS_BAD_INPUT);
    CHECK(oracle_add(&oracle, &error) == STATUS_OK);
    CHECK(oracle_add(&oracle, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "toy has an oracle already");
    comparing();
    sampling();
    /* variance, index and mask are inputs that this formula ignores */
    const uint32_t ignored = 1 << TOY_VARIANCE | 1 << TOY_INDEX | 1 << TOY_MASK;
    vacuity("n=32,eps=0", false, 0, "changing variance moves no output by more than its bound");
    vacuity("n=32,eps=0", false, ignored, "");
    vacuity("n=32,eps=0", false, ignored | 1 << TOY_X,
            "the case says idle=x, but changing it moves");
    vacuity("n=32,eps=0", true, 0, "the case says constant, but changing x moves an output");
    vacuity("n=32,eps=1", false, 0, "y: the median bound is not below a quarter of the spread");
    vacuity("n=32,eps=1", true, 0, "");
    return check_done();
}
