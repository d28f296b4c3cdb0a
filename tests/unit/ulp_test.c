/* Errors in ulps, how they are counted, and the file that keeps the worst of them. */
#include "reference/ulp.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "reference/compare.h"
#include "reference/worst.h"
#include "tests/unit/check.h"

static void errors(void) {
    CHECK(ulp_error(1, 1) == 0);
    CHECK(ulp_error(1, 1 + 0x1p-24) == 0.5);
    CHECK(ulp_error(1, 1 - 0x1p-25) == 0.5); /* an ulp of the binade below */
    CHECK(ulp_error(0, 0x1p-149) == 1);
    CHECK(ulp_error(0x1p-149f, 0x1p-150) == 0.5);
    CHECK(ulp_error(-1, 1) == 0x1p24);
    CHECK(ulp_error(NAN, NAN) == 0);
    CHECK(isinf(ulp_error(NAN, 1)) && isinf(ulp_error(1, NAN)));
    CHECK(ulp_error(INFINITY, INFINITY) == 0 && ulp_error(INFINITY, 1e300) == 0);
    CHECK(ulp_error(INFINITY, 0x1.ffffffp127) == 0);
    CHECK(ulp_error(INFINITY, FLT_MAX) == 1); /* as 2^128 */
    CHECK(ulp_error(FLT_MAX, 0x1p128) == 1);
    CHECK(isinf(ulp_error(-INFINITY, INFINITY)) && isinf(ulp_error(FLT_MAX, INFINITY)));
    for (int i = -200; i < 200; i++) {
        const double value = ldexp(1.37, i / 2 - 20);
        const float got = (float)value * (1 + (float)i * FLT_EPSILON);
        CHECK(ulp_error(got, value) == ulp_distance((double)got, value));
    }
}

enum { COUNT = 1000 };

static struct ulp_tally count(float *x, double *value, float *got, const struct ulp_rule *rule) {
    static float nearest[COUNT];
    static uint32_t exact[COUNT];
    static double gauge[COUNT];
    const struct ulp_block block = {COUNT, x, value, nearest, exact, gauge, gauge};
    struct ulp_tally tally = {0};
    ulp_round(value, nearest, exact, COUNT);
    ulp_count(&tally, &block, got, rule);
    return tally;
}

/* Every result is an eighth of an ulp off; then single ones are wrong in every way there is. */
static void counts(void) {
    static float x[COUNT], got[COUNT];
    static double value[COUNT];
    struct ulp_rule rule = {.limit = 1, .zero_signs = true};
    for (int i = 0; i < COUNT; i++) {
        x[i] = got[i] = 1 + (float)i * FLT_EPSILON;
        value[i] = (double)got[i] + 0x1p-26;
    }
    struct ulp_tally t = count(x, value, got, &rule);
    CHECK(t.judged == COUNT && t.exact == 0 && t.half == COUNT && t.wrong == 0);
    CHECK(t.worst[0].error == 0);

    got[17] += FLT_EPSILON;      /* 7/8 */
    got[300] -= FLT_EPSILON;     /* 9/8 */
    got[301] += 4 * FLT_EPSILON; /* 3 7/8 */
    got[999] = NAN;
    got[998] = INFINITY;
    value[5] = 0x1p-149, got[5] = 0;
    value[6] = 0, got[6] = -0.0f;
    value[7] = NAN, got[7] = -NAN;
    value[8] = 0.5, got[8] = 0.5f;
    t = count(x, value, got, &rule);
    CHECK(t.judged == COUNT && t.half == COUNT - 6 && t.one == COUNT - 4 && t.two == COUNT - 3);
    CHECK(t.exact == 3);
    CHECK(t.nans == 1 && t.infinities == 1 && t.zero_signs == 1 && t.flushed == 1);
    CHECK(t.wrong == 5); /* 300, 301, 998, 999 and the sign in 6 */
    CHECK(t.first_wrong.x == x[6]);
    CHECK(isinf(t.worst[0].error) && t.worst[0].x == x[999]);
    CHECK(t.worst[1].x == x[998] && t.worst[2].error == 3.875 && t.worst[3].error == 1.125);
    CHECK(t.worst[4].error == 1 && t.worst[5].error == 0.875 && t.worst[6].error == 0);
    rule.zero_signs = false;
    CHECK(count(x, value, got, &rule).wrong == 4);

    /* the nearest float is never against a tolerance; others are, from its bound on */
    struct tolerance tolerance = {.exact = true};
    rule = (struct ulp_rule){.limit = INFINITY, .tolerance = &tolerance};
    CHECK(count(x, value, got, &rule).wrong == 6);
    tolerance = (struct tolerance){.floor = 0x1p-23};
    CHECK(count(x, value, got, &rule).wrong == 3);
}

static void merging(void) {
    struct ulp_tally sum = {0}, a = {.judged = 2, .wrong = 1, .first_wrong = {.x = 3}},
                     b = {.judged = 3, .wrong = 2, .first_wrong = {.x = -2}};
    a.worst[0] = (struct ulp_worst){.x = 3, .error = 5};
    b.worst[0] = (struct ulp_worst){.x = -2, .error = 7};
    b.worst[1] = (struct ulp_worst){.x = 3, .error = 5};
    ulp_merge(&sum, &a, true);
    ulp_merge(&sum, &b, false);
    CHECK(sum.judged == 2 && sum.wrong == 3 && sum.first_wrong.x == -2);
    CHECK(sum.worst[0].x == -2 && sum.worst[1].x == 3 && sum.worst[2].error == 0);
}

static enum status read_text(const char *text, struct worst_list *list, struct error *error) {
    const char *path = "ulp_test.txt";
    FILE *file = fopen(path, "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
    const enum status status = worst_read(list, path, error);
    remove(path);
    return status;
}

static void file(void) {
    struct worst_list list;
    struct error error;
    CHECK(worst_read(&list, "no/such/file", &error) == STATUS_OK && list.count == 0);
    CHECK(read_text("# c\n\nexp 0x1.8p+1 0.75\nlog -0x0p+0 inf # c\n", &list, &error) == 0);
    CHECK(list.count == 2 && list.item[0].x == 3 && isinf(list.item[1].error));
    CHECK(worst_add(&list, "exp", 3, 0.8, &error) == 0 && list.count == 2);
    CHECK(worst_add(&list, "exp", NAN, 0.9, &error) == 0 && list.count == 3);
    CHECK(worst_write(&list, "ulp_test.txt", &error) == 0);
    worst_free(&list);
    CHECK(worst_read(&list, "ulp_test.txt", &error) == 0 && list.count == 3);
    CHECK(isnan(list.item[0].x) && list.item[1].error == 0.8 && signbit(list.item[2].x));
    worst_free(&list);
    remove("ulp_test.txt");
    CHECK(worst_write(&list, "no/such/file", &error) == STATUS_IO);
    CHECK(read_text("exp 1\n", &list, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "ulp_test.txt:1: a line is a function, an input and an error in ulp");
    CHECK(read_text("\nexp one 1\n", &list, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "ulp_test.txt:2: 'one' is not a number");
    CHECK(read_text("exp 1 -1\n", &list, &error) == STATUS_BAD_INPUT);
}

int main(void) {
    errors();
    counts();
    merging();
    file();
    return check_done();
}
