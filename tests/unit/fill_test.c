#include "kernels/core/fill.h"

#include <math.h>

#include "tests/unit/check.h"
#include "tests/unit/toy.h"

enum { COUNT = 2 * 1000 };

static struct problem problem_of(const char *text) {
    struct problem problem;
    struct error error;
    CHECK(problem_parse(&problem, &primitive_toy, text, &error) == STATUS_OK);
    return problem;
}

static void names(void) {
    for (int i = 0; i < FILL_STYLES; i++) CHECK(fill_parse(fill_name((enum fill)i)) == i);
    CHECK(fill_parse("") < 0 && fill_parse("norm") < 0);
}

/* Every style: the same arguments the same bytes; other seeds and operands other bytes. */
static void determinism(void) {
    const struct problem problem = problem_of("n=1000");
    static float a[COUNT], b[COUNT];
    for (int style = 0; style < FILL_STYLES; style++) {
        const enum fill fill = (enum fill)style;
        const bool seedless = fill == FILL_ZERO || fill == FILL_NAN || fill == FILL_ONES;
        fill_operand(&problem, TOY_X, fill, 1, a);
        fill_operand(&problem, TOY_X, fill, 1, b);
        CHECK(memcmp(a, b, sizeof a) == 0);
        fill_operand(&problem, TOY_X, fill, 2, b);
        CHECK((memcmp(a, b, sizeof a) == 0) == seedless);
        fill_operand(&problem, TOY_BIAS, fill, 1, b);
        const bool alike = seedless || fill == FILL_EQUAL || fill == FILL_SORTED;
        CHECK((memcmp(a, b, sizeof a) == 0) == alike);
    }
}

/* A prefix of a longer tensor is the shorter one: element i depends on i alone. */
static void prefixes(void) {
    const struct problem shorter = problem_of("n=100"), longer = problem_of("n=1000");
    static float a[COUNT], b[COUNT];
    fill_operand(&shorter, TOY_X, FILL_NORMAL, 5, a);
    fill_operand(&longer, TOY_X, FILL_NORMAL, 5, b);
    CHECK(memcmp(a, b, 200 * sizeof *a) == 0);
}

static void domains(void) {
    const struct problem problem = problem_of("n=1000");
    static double variance[COUNT];
    static int64_t index[COUNT];
    static uint8_t mask[COUNT];
    bool good = true;
    for (int style = 0; style < FILL_STYLES; style++) {
        fill_operand(&problem, TOY_VARIANCE, (enum fill)style, 3, variance);
        for (int i = 0; i < COUNT; i++) good = good && !(variance[i] < 0);
    }
    CHECK(good);
    fill_operand(&problem, TOY_INDEX, FILL_NORMAL, 3, index);
    fill_operand(&problem, TOY_MASK, FILL_NORMAL, 3, mask);
    for (int i = 0; i < COUNT; i++) good = good && index[i] >= 0 && index[i] < 8 && mask[i] < 2;
    CHECK(good);
}

/* Products of integers, summed over terms, stay below 2^24. */
static void integers(void) {
    static float x[8192];
    const struct problem many = problem_of("n=4096");
    double largest = 0;
    bool whole = true;
    fill_operand(&many, TOY_X, FILL_INTEGER, 1, x);
    for (int i = 0; i < 8192; i++) {
        whole = whole && x[i] == rintf(x[i]);
        largest = fmax(largest, fabs(x[i]));
    }
    CHECK(whole);
    CHECK(largest * largest * 4096 < 16777216);
    CHECK(largest == 8);
}

static void styles(void) {
    const struct problem problem = problem_of("n=1000");
    static float x[COUNT];
    int nan = 0, infinite = 0, denormal = 0, negative_zero = 0;
    fill_operand(&problem, TOY_X, FILL_SPECIAL, 1, x);
    for (int i = 0; i < COUNT; i++) {
        nan += isnan(x[i]) != 0;
        infinite += isinf(x[i]) != 0;
        denormal += fpclassify(x[i]) == FP_SUBNORMAL;
        negative_zero += x[i] == 0 && signbit(x[i]);
    }
    CHECK(nan > 0 && infinite > 0 && denormal > 0 && negative_zero > 0);
    fill_operand(&problem, TOY_X, FILL_INF, 1, x);
    for (nan = infinite = 0; infinite < COUNT; infinite++) nan += isnan(x[infinite]) != 0;
    CHECK(nan == 0);
    fill_operand(&problem, TOY_X, FILL_TINY, 1, x);
    for (int i = 0; i < COUNT; i++) denormal += fpclassify(x[i]) == FP_SUBNORMAL;
    CHECK(denormal > COUNT / 2);
}

/* What the problem does not read is NaN whatever is asked. */
static void unread(void) {
    const struct problem problem = problem_of("n=1000,shift=0");
    static float x[COUNT];
    fill_operand(&problem, TOY_X, FILL_ZERO, 1, x);
    int nan = 0;
    for (int i = 0; i < COUNT; i++) nan += isnan(x[i]) != 0;
    CHECK(nan == COUNT);
    CHECK(!problem_reads(&problem, TOY_X) && problem_reads(&problem, TOY_BIAS));
    CHECK(!problem_reads(&problem, TOY_Y));
}

int main(void) {
    names();
    determinism();
    prefixes();
    domains();
    integers();
    styles();
    unread();
    return check_done();
}
