#include "kernels/core/domain.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/core/descriptor.h"
#include "tests/unit/check.h"
#include "tests/unit/drawn.h"

enum { MOST = 4096 };

static struct problem problem_of(const struct primitive *primitive, const char *text) {
    struct problem problem;
    struct error error = {""};
    CHECK(problem_parse(&problem, primitive, text, &error) == STATUS_OK);
    CHECK_TEXT(error.text, "");
    return problem;
}

static union {
    float f[MOST];
    double d[MOST];
    int64_t i[MOST];
    uint8_t u[MOST];
} data, again;

static struct tensor tensor_of(const struct problem *problem, int operand) {
    return (struct tensor){problem->primitive->operands[operand].dtype,
                           problem_shape(problem, operand), &data};
}

static struct tensor draw(const struct problem *problem, int operand, enum fill fill,
                          uint64_t seed) {
    fill_operand(problem, operand, fill, seed, &data);
    return tensor_of(problem, operand);
}

static void descriptor(void) {
    const char *wrong = primitive_wrong(&primitive_drawn);
    CHECK_TEXT(wrong ? wrong : "", "");
    CHECK(operand_axis(&drawn_operands[DRAWN_BY_ROW]) == 1);
    CHECK(operand_axis(&drawn_operands[DRAWN_BY_COLUMN]) == 0);
    CHECK(operand_axis(&drawn_operands[DRAWN_PROBABILITY]) == -1);
    static struct field changed[field_count];
    struct primitive mine = primitive_drawn;
    memcpy(changed, fields, sizeof changed);
    mine.fields = changed;
    changed[0].before = "40";
    CHECK(primitive_wrong(&mine) == NULL);
    changed[0].before = "4097"; /* out of its range */
    wrong = primitive_wrong(&mine);
    CHECK_TEXT(wrong ? wrong : "", "a field's before");
    const struct problem problem = problem_of(&primitive_drawn, "classes=3");
    CHECK(operand_below(&problem, DRAWN_INDEX) == 3);
    CHECK(operand_below(&problem, DRAWN_DIGIT) == 10);
    CHECK(operand_below(&problem, DRAWN_MASK) == 0);
}

/* ---- what is drawn ----------------------------------------------------------------------------
 */

/* Every style keeps to every domain, at every edge of the shape; the same arguments, the same
 * bytes. */
static void every_style(void) {
    static const char *const problems[] = {"",       "rows=1",         "cols=1",
                                           "rows=0", "rows=1,cols=1",  "classes=1",
                                           "cols=0", "rows=3,cols=90", "classes=1099511627776"};
    for (size_t k = 0; k < sizeof problems / sizeof *problems; k++) {
        const struct problem problem = problem_of(&primitive_drawn, problems[k]);
        for (int o = 0; o < DRAWN_Y; o++)
            for (int style = 0; style < FILL_STYLES; style++) {
                const struct tensor tensor = draw(&problem, o, (enum fill)style, 5);
                struct error error = {""};
                CHECK(domain_check(&problem, o, &tensor, &error) == STATUS_OK);
                CHECK_TEXT(error.text, "");
                again = data;
                draw(&problem, o, (enum fill)style, 5);
                CHECK(memcmp(&again, &data, tensor_bytes(&tensor)) == 0);
            }
    }
}

struct census {
    double least, most, sum;
    int64_t nan, zeros, ones, other; /* other than 0 and 1 */
};

static struct census census(const struct tensor *tensor) {
    struct census c = {.least = INFINITY, .most = -INFINITY};
    for (int64_t i = 0; i < shape_elements(&tensor->shape); i++) {
        const double value = tensor_get(tensor, i);
        c.nan += isnan(value) != 0;
        if (isnan(value)) continue;
        c.least = fmin(c.least, value);
        c.most = fmax(c.most, value);
        c.sum += value;
        c.zeros += value == 0;
        c.ones += value == 1;
        c.other += value != 0 && value != 1;
    }
    return c;
}

static struct census drawn(const char *text, int operand, enum fill fill, uint64_t seed) {
    const struct problem problem = problem_of(&primitive_drawn, text);
    const struct tensor tensor = draw(&problem, operand, fill, seed);
    return census(&tensor);
}

/* All of the range comes, and each style is what its name says. */
static void integers(void) {
    struct census c = drawn("", DRAWN_INDEX, FILL_NORMAL, 1);
    CHECK(c.least == 0 && c.most == 9 && fabs(c.sum / 1000 - 4.5) < 0.5);
    c = drawn("classes=3", DRAWN_INDEX, FILL_NORMAL, 1);
    CHECK(c.least == 0 && c.most == 2 && c.other > 250 && c.ones > 250 && c.zeros > 250);
    c = drawn("classes=3", DRAWN_DIGIT, FILL_NORMAL, 1);
    CHECK(c.least == 0 && c.most == 9);
    c = drawn("classes=1099511627776", DRAWN_INDEX, FILL_NORMAL, 1);
    CHECK(c.most > 0x1p39);
    c = drawn("", DRAWN_MASK, FILL_NORMAL, 1);
    CHECK(c.other == 0 && c.ones > 400 && c.zeros > 400);
    c = drawn("", DRAWN_BYTES, FILL_NORMAL, 1);
    CHECK(c.least == 0 && c.most == 255 && fabs(c.sum / 1000 - 127.5) < 10);
    CHECK(drawn("", DRAWN_INDEX, FILL_ZERO, 1).zeros == 1000);
    CHECK(drawn("", DRAWN_INDEX, FILL_ONES, 1).ones == 1000);
    CHECK(drawn("", DRAWN_MASK, FILL_ONES, 1).ones == 1000);
    CHECK(drawn("classes=1", DRAWN_INDEX, FILL_ONES, 1).zeros == 1000);
    c = drawn("", DRAWN_INDEX, FILL_EQUAL, 13);
    CHECK(c.least == 3 && c.most == 3);
    CHECK(drawn("", DRAWN_MASK, FILL_SPARSE, 1).zeros > 850);
    c = drawn("classes=1000", DRAWN_INDEX, FILL_SPECIAL, 1);
    CHECK(c.zeros > 150 && c.zeros < 400 && c.most == 999);
    drawn("", DRAWN_INDEX, FILL_COUNT, 4);
    for (int i = 0; i < 1000; i++) CHECK(data.i[i] == (i + 4) % 10);
    drawn("", DRAWN_INDEX, FILL_SORTED, 1);
    CHECK(data.i[0] == 9 && data.i[999] == 0);
    for (int i = 1; i < 1000; i++) CHECK(data.i[i] <= data.i[i - 1]);
    drawn("", DRAWN_INDEX, FILL_RUNS, 1);
    for (int i = 0; i < 1000; i++) CHECK(data.i[i] == data.i[i / 5 * 5]);
}

static void probabilities(void) {
    struct census c = drawn("", DRAWN_PROBABILITY, FILL_NORMAL, 1);
    CHECK(c.most > 0.9 && c.least < 0.1 && c.other == 1000);
    CHECK(drawn("", DRAWN_PROBABILITY, FILL_ZERO, 1).zeros == 1000);
    CHECK(drawn("", DRAWN_PROBABILITY, FILL_ONES, 1).ones == 1000);
    c = drawn("", DRAWN_PROBABILITY, FILL_INTEGER, 1);
    CHECK(c.other == 0 && c.ones > 300 && c.zeros > 300);
    c = drawn("", DRAWN_PROBABILITY, FILL_SPECIAL, 1);
    CHECK(c.nan > 0 && c.zeros > 0 && c.other > 0);
    CHECK(domain_probability(FILL_NORMAL, -0.25) == 0.25);
    CHECK(domain_probability(FILL_NORMAL, -4) == 0.25);
    CHECK(domain_probability(FILL_NORMAL, INFINITY) == 0);
    CHECK(isnan(domain_probability(FILL_NORMAL, NAN)));
}

static void distributions(void) {
    struct census c = drawn("", DRAWN_BY_ROW, FILL_NORMAL, 1);
    CHECK(fabs(c.sum - 40) < 1e-5 && c.most < 0.5 && c.other == 1000);
    c = drawn("", DRAWN_BY_COLUMN, FILL_NORMAL, 1);
    CHECK(fabs(c.sum - 25) < 1e-12);
    /* exact cases: all in one place, which is another one in other lines */
    c = drawn("", DRAWN_BY_ROW, FILL_INTEGER, 1);
    CHECK(c.other == 0 && c.ones == 40);
    int64_t place[40] = {0};
    bool wander = false;
    for (int i = 0; i < 1000; i++)
        if (data.f[i] == 1) place[i / 25] = i % 25;
    for (int row = 1; row < 40; row++) wander |= place[row] != place[row - 1];
    CHECK(wander);
    double shares[] = {-1, NAN, 3}, all[] = {1, INFINITY, NAN, 0};
    domain_distribution(FILL_NORMAL, shares, 3, 1, 0);
    CHECK(shares[0] == 0.25 && isnan(shares[1]) && shares[2] == 0.75);
    domain_distribution(FILL_NORMAL, all, 4, 1, 0);
    CHECK(all[0] > 0 && all[0] < 1e-38 && all[1] == 1 && isnan(all[2]) && all[3] == 0);
    /* nothing to share out: equal shares */
    c = drawn("", DRAWN_BY_ROW, FILL_ZERO, 1);
    CHECK(c.least == 0.04f && c.most == 0.04f);
    c = drawn("", DRAWN_BY_ROW, FILL_SPECIAL, 1);
    CHECK(c.nan > 0 && c.nan < 200 && c.zeros > 0);
}

/* ---- what is refused --------------------------------------------------------------------------
 */

/* Element 27 of operand `operand` becomes `value`; `expected`: "" or what is said. */
static void refused(int operand, double value, const char *expected) {
    const struct problem problem = problem_of(&primitive_drawn, "");
    const struct tensor tensor = draw(&problem, operand, FILL_UNIFORM, 2);
    struct error error = {""};
    switch (tensor.dtype) {
    case DTYPE_F32: data.f[27] = (float)value; break;
    case DTYPE_F64: data.d[27] = value; break;
    case DTYPE_I64: data.i[27] = (int64_t)value; break;
    case DTYPE_U8: data.u[27] = (uint8_t)value;
    }
    CHECK(domain_check(&problem, operand, &tensor, &error) ==
          (*expected ? STATUS_BAD_INPUT : STATUS_OK));
    CHECK_TEXT(error.text, expected);
}

static void refusals(void) {
    refused(DRAWN_REAL, -INFINITY, "");
    refused(DRAWN_NONNEGATIVE, INFINITY, "");
    refused(DRAWN_NONNEGATIVE, -0.0, "");
    refused(DRAWN_NONNEGATIVE, NAN, "");
    refused(DRAWN_NONNEGATIVE, -1, "nonnegative[1,2] is -1; it must be no less than 0");
    refused(DRAWN_PROBABILITY, 1, "");
    refused(DRAWN_PROBABILITY, NAN, "");
    refused(DRAWN_PROBABILITY, 1.5, "probability[1,2] is 1.5; it must be in [0, 1]");
    refused(DRAWN_PROBABILITY, -0.5, "probability[1,2] is -0.5; it must be in [0, 1]");
    refused(DRAWN_BY_ROW, 2, "by_row[1,2] is 2; it must be in [0, 1]");
    refused(DRAWN_BY_ROW, NAN, "");
    refused(DRAWN_INDEX, 9, "");
    refused(DRAWN_INDEX, 10, "index[1,2] is 10; it must be an index below classes=10");
    refused(DRAWN_INDEX, -1, "index[1,2] is -1; it must be an index below classes=10");
    refused(DRAWN_DIGIT, 10, "digit[1,2] is 10; it must be an index below 10");
    refused(DRAWN_MASK, 2, "mask[1,2] is 2; it must be 0 or 1");
    refused(DRAWN_BYTES, 255, "");
}

/* A sum is off by more than the rounding of its elements, along the right axis. */
static void sums(void) {
    const struct problem problem = problem_of(&primitive_drawn, "");
    struct error error = {""};
    struct tensor tensor = draw(&problem, DRAWN_BY_ROW, FILL_ONES, 1);
    data.f[27] += 1e-7f; /* of 1/25, below what 25 roundings may come to */
    CHECK(domain_check(&problem, DRAWN_BY_ROW, &tensor, &error) == STATUS_OK);
    data.f[27] += 1e-5f;
    CHECK(domain_check(&problem, DRAWN_BY_ROW, &tensor, &error) == STATUS_BAD_INPUT);
    CHECK(!strncmp(error.text, "by_row sums to 1.00001", 22) &&
          strstr(error.text, " along cols from [1,0] on; a distribution sums to 1"));
    tensor = draw(&problem, DRAWN_BY_COLUMN, FILL_ONES, 1);
    data.d[27] -= 1e-12;
    CHECK(domain_check(&problem, DRAWN_BY_COLUMN, &tensor, &error) == STATUS_BAD_INPUT);
    CHECK(strstr(error.text, " along rows from [0,2] on") != NULL);
}

/* ---- a primitive's own fill -------------------------------------------------------------------
 */

static int asked;

/* Indices that fall, whatever the style; an index too far with seed 9. The rest as usual. */
static bool own(const struct fill_request *request, void *into) {
    asked++;
    CHECK(request->size == sizeof *request);
    const struct shape shape = problem_shape(request->problem, request->operand);
    if (request->operand != DRAWN_INDEX) return false;
    for (int64_t i = 0; i < shape_elements(&shape); i++)
        ((int64_t *)into)[i] = request->seed == 9 && i == 3 ? 10 : 9 - i % 10;
    return true;
}

static void own_fill(void) {
    struct primitive mine = primitive_drawn;
    mine.fill = own;
    const struct problem problem = problem_of(&mine, ""), usual = problem_of(&primitive_drawn, "");
    draw(&problem, DRAWN_INDEX, FILL_NORMAL, 1);
    for (int i = 0; i < 1000; i++) CHECK(data.i[i] == 9 - i % 10);
    draw(&usual, DRAWN_REAL, FILL_NORMAL, 1);
    again = data;
    const struct tensor tensor = draw(&problem, DRAWN_REAL, FILL_NORMAL, 1);
    CHECK(memcmp(&again, &data, tensor_bytes(&tensor)) == 0);
    CHECK(asked == 2);
    struct error error = {""};
    bool filled;
    CHECK(fill_own(&problem, DRAWN_INDEX, FILL_NORMAL, 9, &data, &filled, &error) ==
          STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "index[0,3] is 10; it must be an index below classes=10");
    CHECK(fill_own(&usual, DRAWN_INDEX, FILL_NORMAL, 9, &data, &filled, &error) == STATUS_OK &&
          !filled);
}

int main(void) {
    descriptor();
    every_style();
    integers();
    probabilities();
    distributions();
    refusals();
    sums();
    own_fill();
    return check_done();
}
