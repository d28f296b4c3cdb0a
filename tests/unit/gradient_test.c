/* Gradient checks: right and wrong gradients, kinks, saved outputs, made-up inputs. */
#include "reference/gradient.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/core/registry.h"
#include "reference/cases.h"
#include "tests/unit/check.h"

/* ---- a smooth pair: y = w exp(x), grad_x = grad_y y, grad_w = grad_y y / w ---------------------
 */

#define BEND_FIELDS(INT, REAL, FLAG, CHOICE) INT(n, 40, 0, 4096, "elements")
PROBLEM_STRUCT(bend, BEND_FIELDS);
PROBLEM_FIELDS(bend, BEND_FIELDS);

enum { BEND_X, BEND_W, BEND_Y };
static const struct operand bend_operands[] = {
    {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    {"w", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
};
enum { BACK_GRAD_Y, BACK_W, BACK_Y, BACK_GRAD_X, BACK_GRAD_W };
static const struct operand back_operands[] = {
    {"grad_y", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    {"w", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    {"y", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    {"grad_x", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
    {"grad_w", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
};

static struct shape shape(const void *problem, int operand) {
    (void)operand;
    return SHAPE(((const struct bend_problem *)problem)->n);
}
static double one(const void *problem) {
    (void)problem;
    return 1;
}
static void call(kernel_fn kernel, const struct invocation *invocation) {
    (void)kernel, (void)invocation;
}
static int64_t units(const void *problem) { return ((const struct bend_problem *)problem)->n; }

static void bend(const struct oracle_call *o, int64_t i) {
    const double y = oracle_input(o, BEND_W, i) * exp(oracle_input(o, BEND_X, i));
    expect(&o->expected[BEND_Y], i, y, 0, 4 * fabs(y));
}
static void back(const struct oracle_call *o, int64_t i) {
    const double grad_x = oracle_input(o, BACK_GRAD_Y, i) * oracle_input(o, BACK_Y, i);
    const double grad_w = grad_x / oracle_input(o, BACK_W, i);
    expect(&o->expected[BACK_GRAD_X], i, grad_x, 0, 0);
    expect(&o->expected[BACK_GRAD_W], i, grad_w, 0, fabs(grad_w));
}

#define BENT(name_, operands_, ...)                                                                \
    {                                                                                              \
        .size = sizeof(struct primitive), .name = name_, .summary = "", .formula = "",             \
        FIELDS(fields), OPERANDS(operands_), .shape = shape, .flops = one, .terms = one,           \
        .call = call, __VA_ARGS__                                                                  \
    }
static const struct primitive primitive_bend = BENT("bend", bend_operands, .gradient_of = NULL);
static const struct primitive primitive_back =
    BENT("bend_backward", back_operands, .gradient_of = "bend");
static const struct primitive primitive_lost =
    BENT("lost_backward", back_operands, .gradient_of = "lost");
static const struct oracle oracle_bend = {sizeof(struct oracle), "bend", units, bend, true},
                           oracle_back = {sizeof(struct oracle), "bend_backward", units, back,
                                          true};

/* ---- running one ------------------------------------------------------------------------------
 */

struct trial {
    struct problem problem;
    float *operand[OPERANDS_MAX];
    double *bound[OPERANDS_MAX];
    struct gradient gradient;
};

static bool open(struct trial *t, const char *primitive, const char *problem, enum fill fill) {
    struct error error = {""};
    *t = (struct trial){.gradient = {.count = 0}};
    const struct primitive *p = registry_find_primitive(primitive);
    CHECK(problem_parse(&t->problem, p, problem, &error) == STATUS_OK);
    for (int o = 0; o < p->operand_count; o++) {
        const struct shape s = problem_shape(&t->problem, o);
        t->operand[o] = calloc((size_t)shape_elements(&s) + 1, sizeof(float));
        t->bound[o] = calloc((size_t)shape_elements(&s) + 1, sizeof(double));
        if (p->operands[o].role == ROLE_IN) fill_operand(&t->problem, o, fill, 3, t->operand[o]);
    }
    CHECK(gradient_fill(&t->problem, (void *const *)t->operand, 3, &error) == STATUS_OK);
    const bool good = gradient_open(&t->gradient, &t->problem, (const void *const *)t->operand, 3,
                                    &error) == STATUS_OK;
    CHECK_TEXT(error.text, "");
    return good;
}

static void shut(struct trial *t) {
    gradient_close(&t->gradient);
    for (int o = 0; o < OPERANDS_MAX; o++) {
        free(t->operand[o]);
        free(t->bound[o]);
    }
}

/* The backward oracle's values as the gradient, rounded to float32, each within its rounding. */
static void ask_oracle(struct trial *t) {
    struct judge judge;
    struct error error;
    CHECK(judge_open(&judge, &t->problem, (const void *const *)t->operand, 0, -1, 1, &error) ==
          STATUS_OK);
    for (int o = 0; o < t->problem.primitive->operand_count; o++) {
        const struct shape s = problem_shape(&t->problem, o);
        for (int64_t i = 0; judge.expected[o].value && i < shape_elements(&s); i++) {
            t->operand[o][i] = (float)judge.expected[o].value[i];
            t->bound[o][i] = fabs(judge.expected[o].value[i]) * 0x1p-24;
        }
    }
    judge_close(&judge);
}

struct counts {
    int right, wrong, kinks, telling;
    double worst;
};

static struct counts compare_all(const struct trial *t) {
    struct counts counts = {0};
    for (int d = 0; d < t->gradient.count; d++) {
        const int o = t->gradient.direction[d].output;
        const struct tensor got = {DTYPE_F32, problem_shape(&t->problem, o), t->operand[o]};
        const struct gradient_verdict v = gradient_compare(&t->gradient, d, &got, t->bound[o]);
        counts.kinks += !v.judged;
        counts.right += v.judged && v.ratio <= 1;
        counts.wrong += v.judged && !(v.ratio <= 1);
        counts.telling += v.judged && v.telling;
        if (v.judged) counts.worst = fmax(counts.worst, v.ratio);
    }
    return counts;
}

/* ---- the tests --------------------------------------------------------------------------------
 */

static void relu(void) {
    struct trial t;
    if (!open(&t, "relu_backward", "n=500", FILL_NORMAL)) return;
    ask_oracle(&t);
    struct counts c = compare_all(&t);
    CHECK(c.right == GRADIENT_DIRECTIONS && c.wrong == 0 && c.kinks == 0 && c.telling > 4);
    /* one element off by two units in its last place: seen by the last direction, which moves all,
     * since selections have no rounding of their own */
    for (int i = 0; i < 500; i++) t.bound[2][i] = 0;
    CHECK(compare_all(&t).right == GRADIENT_DIRECTIONS);
    const struct gradient_direction *last = &t.gradient.direction[GRADIENT_DIRECTIONS - 1];
    CHECK(last->moving == 500 && t.gradient.direction[0].moving == 1);
    int64_t at = 0; /* the element that weighs most */
    for (int64_t i = 0; i < 500; i++)
        if (fabsf(t.operand[2][i] * t.operand[1][i]) > fabsf(t.operand[2][at] * t.operand[1][at]))
            at = i;
    t.operand[2][at] *= 1 + 0x1p-22f;
    c = compare_all(&t);
    CHECK(c.wrong >= 1);
    t.operand[2][at] = NAN;
    CHECK(compare_all(&t).wrong >= 1);
    t.bound[2][at] = INFINITY; /* left open: nothing is asked of directions that move it */
    c = compare_all(&t);
    CHECK(c.wrong == 0 && c.kinks >= 1 && c.right >= 1);
    shut(&t);
}

/* Zeros under a rectifier, and other places where nothing has a derivative. */
static void kinks(void) {
    struct trial t;
    if (!open(&t, "relu_backward", "n=500", FILL_RUNS)) return;
    ask_oracle(&t);
    struct counts c = compare_all(&t);
    CHECK(c.wrong == 0 && c.kinks == t.gradient.kinks);
    for (int d = 0; d < t.gradient.count; d++) {
        bool touches = false;
        for (int64_t i = 0; i < 500; i++)
            touches = touches || (t.gradient.direction[d].along[i] != 0 && t.operand[1][i] == 0 &&
                                  t.operand[0][i] != 0);
        CHECK(touches == t.gradient.direction[d].kink);
    }
    CHECK(c.kinks > 0 && c.right > 0);
    shut(&t);
    if (!open(&t, "relu_backward", "n=50", FILL_ZERO)) return;
    CHECK(t.gradient.kinks == 0); /* grad_y is zero as well: no kink, and nothing tells */
    CHECK(compare_all(&t).telling == 0);
    shut(&t);
}

static void saved_outputs(void) {
    struct trial t;
    if (!open(&t, "bend_backward", "n=40", FILL_NORMAL)) return;
    for (int i = 0; i < 40; i++) CHECK(t.operand[BACK_Y][i] != 0);
    ask_oracle(&t);
    /* rounding y to float32 alone is 6e-8 of it, which the oracle's correction takes away */
    for (int i = 0; i < 40; i++)
        t.bound[BACK_GRAD_W][i] = fabs((double)t.operand[BACK_GRAD_W][i]) * 0x1p-24;
    struct counts c = compare_all(&t);
    CHECK(c.right == 2 * GRADIENT_DIRECTIONS && c.telling == c.right);
    CHECK(c.worst > 0);
    for (int i = 0; i < 40; i++) t.operand[BACK_GRAD_W][i] *= -1;
    c = compare_all(&t);
    CHECK(c.wrong == GRADIENT_DIRECTIONS && c.right == GRADIENT_DIRECTIONS);
    shut(&t);
}

static void nothing_to_compare(void) {
    struct gradient gradient;
    struct problem problem;
    struct error error = {""};
    const void *operand[OPERANDS_MAX] = {NULL};
    problem_init(&problem, &primitive_lost);
    CHECK(gradient_open(&gradient, &problem, operand, 1, &error) == STATUS_UNAVAILABLE);
    CHECK_TEXT(error.text, "it is the gradient of lost, which does not exist");
    gradient_close(&gradient);
}

/* The oracles of forward primitives that take doubles give at floats what they give without. */
static void wide_oracles(void) {
    const struct primitive *primitive;
    for (int p = 0; (primitive = registry_primitive(p)); p++) {
        const struct oracle *oracle = oracle_find(primitive->name);
        struct problem problem;
        struct judge judge;
        struct error error;
        float *in[OPERANDS_MAX] = {NULL};
        double *wide[OPERANDS_MAX] = {NULL};
        struct expectation again[OPERANDS_MAX] = {{NULL, NULL, NULL}};
        problem_init(&problem, primitive);
        if (!oracle || !oracle->wide) continue;
        for (int o = 0; o < primitive->operand_count; o++) {
            const struct shape s = problem_shape(&problem, o);
            const size_t count = (size_t)shape_elements(&s);
            in[o] = calloc(count, sizeof(float));
            wide[o] = calloc(count, sizeof(double));
            again[o] =
                (struct expectation){calloc(count, sizeof(double)), calloc(count, sizeof(double)),
                                     calloc(count, sizeof(double))};
            if (operand_is_input(&primitive->operands[o]))
                fill_operand(&problem, o, FILL_NORMAL, 8, in[o]);
            for (size_t i = 0; i < count; i++) wide[o][i] = in[o][i];
        }
        CHECK(!judge_open(&judge, &problem, (const void *const *)in, 0, -1, 1, &error));
        const void *nothing[OPERANDS_MAX] = {NULL}; /* a read of these would crash */
        const struct oracle_call ask = {problem.value, nothing, 0, again,
                                        (const double *const *)wide};
        for (int64_t unit = 0; unit < oracle->units(problem.value); unit++)
            oracle->evaluate(&ask, unit);
        for (int o = 0; o < primitive->operand_count; o++) {
            const struct shape s = problem_shape(&problem, o);
            const size_t bytes = (size_t)shape_elements(&s) * sizeof(double);
            if (operand_is_output(&primitive->operands[o])) {
                CHECK(!memcmp(again[o].value, judge.expected[o].value, bytes));
                CHECK(!memcmp(again[o].sum, judge.expected[o].sum, bytes));
            }
            free(in[o]), free(wide[o]);
            free(again[o].value), free(again[o].sum), free(again[o].local);
        }
        judge_close(&judge);
    }
}

/* Every backward primitive has gradient cases, and a forward oracle that takes doubles. */
static void every_backward(void) {
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        struct case_list cases;
        struct error error;
        if (!primitive->gradient_of) continue;
        const struct oracle *oracle = oracle_find(primitive->gradient_of);
        CHECK(oracle && oracle->wide);
        CHECK(!cases_of(&cases, primitive, "gradient", &error) && cases.count > 0);
        cases_free(&cases);
    }
}

int main(void) {
    struct error error;
    every_backward();
    CHECK(!registry_add_primitive(&primitive_bend, &error));
    CHECK(!registry_add_primitive(&primitive_back, &error));
    CHECK(!registry_add_primitive(&primitive_lost, &error));
    CHECK(!oracle_add(&oracle_bend, &error) && !oracle_add(&oracle_back, &error));
    relu();
    kinks();
    saved_outputs();
    nothing_to_compare();
    wide_oracles();
    return check_done();
}
