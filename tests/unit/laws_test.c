/* The laws of every primitive, with the oracle itself as the kernel: it must keep them all, so that
 * neither the law nor the oracle is wrong; every law must say something about some case of the case
 * files, and turn red on some kernel that is wrong. */
#include "reference/laws.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/core/descriptor.h"
#include "kernels/core/registry.h"
#include "tests/unit/check.h"

/* ---- the perfect kernel -----------------------------------------------------------------------
 */

static const struct implementation perfect = {.primitive = "any", .variant = "oracle"};

static enum law_verdict run_oracle(void *context, const struct problem *problem, void *const *in,
                                   void *const *out, char *reason, size_t reason_bytes) {
    struct judge judge;
    struct error error;
    (void)context;
    if (judge_open(&judge, problem, (const void *const *)in, 0, -1, 1, &error)) {
        snprintf(reason, reason_bytes, "%s", error.text);
        return LAW_STOPPED;
    }
    for (int o = 0; o < problem->primitive->operand_count; o++) {
        const struct shape shape = problem_shape(problem, o);
        for (int64_t i = 0; judge.expected[o].value && i < shape_elements(&shape); i++)
            ((float *)out[o])[i] = (float)judge.expected[o].value[i];
    }
    judge_close(&judge);
    return LAW_HOLDS;
}

/* ---- wrong kernels, each a function of its inputs ---------------------------------------------
 */

enum wrong { BENDS, WAVES, OFFSET, BY_PROBLEM, BY_INPUT, WRONGS };

static double wrong_value(enum wrong wrong, const struct problem *problem, void *const *in,
                          double y, int64_t i) {
    switch (wrong) {
    case BENDS: return y + y * fabs(y) / 16;           /* not linear, and not onto itself */
    case WAVES: return y * (1 + (double)(i % 7) / 64); /* by place */
    case OFFSET: return y + 0.125;
    case BY_PROBLEM: return y * (1 + (double)(problem_hash(problem) % 31) / 64);
    default: break;
    }
    for (int o = 0; o < problem->primitive->operand_count; o++) /* by elements of another place */
        if (problem_reads(problem, o)) y += ((const float *)in[o])[0] / 16;
    return y;
}

static enum law_verdict run_wrong(void *context, const struct problem *problem, void *const *in,
                                  void *const *out, char *reason, size_t reason_bytes) {
    const enum law_verdict verdict = run_oracle(NULL, problem, in, out, reason, reason_bytes);
    for (int o = 0; o < problem->primitive->operand_count; o++) {
        const struct shape shape = problem_shape(problem, o);
        float *y = out[o];
        for (int64_t i = 0; y && i < shape_elements(&shape); i++)
            y[i] = (float)wrong_value(*(enum wrong *)context, problem, in, y[i], i);
    }
    return verdict;
}

/* Some case, and some wrong kernel, must break it. */
static bool turns_red(const struct property *law, const struct case_list *cases) {
    for (int i = 0; i < cases->count; i++)
        for (enum wrong wrong = BENDS; wrong < WRONGS; wrong++) {
            struct law_result result;
            struct error error;
            if (!law_examine(&result, law, &cases->item[i], &perfect, run_wrong, &wrong, &error) &&
                result.verdict == LAW_BROKEN)
                return true;
        }
    return false;
}

static void one_law(const struct property *law, const struct case_list *cases) {
    int held = 0;
    for (int i = 0; i < cases->count; i++) {
        struct law_result result;
        struct error error = {""};
        char problem[PROBLEM_MAX_TEXT];
        CHECK(law_examine(&result, law, &cases->item[i], &perfect, run_oracle, NULL, &error) ==
              STATUS_OK);
        CHECK_TEXT(error.text, "");
        held += result.verdict == LAW_HOLDS;
        if (!CHECK(result.verdict != LAW_BROKEN && result.verdict != LAW_STOPPED))
            printf("  %s of %s: %s%s: by the law %.9g, got %.9g, bound %.3g\n", law->name,
                   problem_print(&cases->item[i].problem, problem, sizeof problem),
                   result.operand ? result.operand : "", result.index, result.breach.expected,
                   result.breach.got, result.breach.bound);
    }
    if (!CHECK(held > 0)) printf("  no case looks at %s\n", law->name);
    if (!CHECK(turns_red(law, cases))) printf("  nothing wrong breaks %s\n", law->name);
}

static void every_law(void) {
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        struct case_list cases;
        struct error error = {""};
        if (!primitive->property_count) continue;
        CHECK(cases_of(&cases, primitive, "property", &error) == STATUS_OK);
        for (int l = 0; l < primitive->property_count; l++)
            one_law(&primitive->properties[l], &cases);
        cases_free(&cases);
    }
}

/* ---- kernels that break a law -----------------------------------------------------------------
 */

struct saboteur {
    int run, operand;
    int64_t index;
    double nudge;
    int seen;
};

static enum law_verdict run_saboteur(void *context, const struct problem *problem, void *const *in,
                                     void *const *out, char *reason, size_t reason_bytes) {
    struct saboteur *s = context;
    const enum law_verdict verdict = run_oracle(NULL, problem, in, out, reason, reason_bytes);
    if (s->seen++ == s->run) ((float *)out[s->operand])[s->index] += (float)s->nudge;
    return verdict;
}

static const struct property *law_named(const struct primitive *primitive, const char *name) {
    for (int i = 0; i < primitive->property_count; i++)
        if (!strcmp(primitive->properties[i].name, name)) return &primitive->properties[i];
    CHECK(!"there is a law of that name");
    return primitive->properties;
}

static struct law_result examine_law(const struct primitive *primitive, const struct property *law,
                                     const char *problem, law_runner *runner, void *context) {
    struct problem_case item = {.fill = FILL_NORMAL, .seed = 1};
    struct law_result result;
    struct error error = {""};
    CHECK(problem_parse(&item.problem, primitive, problem, &error) == STATUS_OK);
    CHECK(law_examine(&result, law, &item, &perfect, runner, context, &error) == STATUS_OK);
    CHECK_TEXT(error.text, "");
    return result;
}

static struct law_result examine(const char *name, const char *law, const char *problem,
                                 law_runner *runner, void *context) {
    const struct primitive *primitive = registry_find_primitive(name);
    return examine_law(primitive, law_named(primitive, law), problem, runner, context);
}

/* Off by ten times what the bounds of two runs may be: found, and named. */
static void sabotage(void) {
    struct saboteur s = {.run = 1, .operand = 1, .index = 7, .nudge = 1e-5};
    struct law_result r =
        examine("softmax", "shift_invariance", "outer=2,axis_len=10", run_saboteur, &s);
    CHECK(r.verdict == LAW_BROKEN && r.breach.wrong == 1 && r.breach.run == 1);
    CHECK(r.breach.index == 7 && !strcmp(r.operand, "y") && !strcmp(r.index, "[0,7,0]"));
    s = (struct saboteur){.operand = 1, .index = 19, .nudge = NAN};
    r = examine("softmax", "conservation", "outer=2,axis_len=10", run_saboteur, &s);
    CHECK(r.verdict == LAW_BROKEN && isinf(r.breach.worst));
    /* selections and powers of two: not one bit */
    s = (struct saboteur){.run = 1, .operand = 1, .index = 3, .nudge = 1e-6};
    CHECK(examine("max_pool1d", "reversal", "length=20", run_saboteur, &s).verdict == LAW_BROKEN);
    s = (struct saboteur){.run = 1, .operand = 2, .index = 3, .nudge = 4e-6};
    CHECK(examine("gemm", "homogeneity", "m=4,n=4,k=4", run_saboteur, &s).verdict == LAW_BROKEN);
}

/* ---- forms of data: each true of relu once, and once not ---------------------------------------
 */

static void next(const struct law_call *call, int operand, int64_t *at) {
    (void)call, (void)operand;
    at[0]++;
}
static float sum(float first, float second) { return first + second; }

#define FORM(how_in_, form_in_, how_out_, form_out_, runs_)                                        \
    {                                                                                              \
        .name = #how_in_, .statement = "one of relu", .runs = runs_,                               \
        LAW_IN({.of = 0, .how = LAW_REFILL}, {.of = 0, .how = how_in_, form_in_}),                 \
        LAW_OUT({.of = 1, .how = how_out_, form_out_})                                             \
    }
static const struct property true_forms[] = {
    FORM(LAW_GATHER, .from = next, LAW_GATHERED, .from = next, 2),
    FORM(LAW_MAP, .map = fmaxf, LAW_MAPPED, .map = fmaxf, 3),
    FORM(LAW_COPY, .with = 1, LAW_SAME, .with = 0, 2),
};
static const struct property false_forms[] = {
    FORM(LAW_GATHER, .from = next, LAW_GATHERED, .from = NULL, 2),
    FORM(LAW_SCALE, .factor = 2, LAW_GATHERED, .from = next, 2),
    FORM(LAW_MAP, .map = sum, LAW_MAPPED, .map = sum, 3),
    FORM(LAW_COPY, .with = 1, LAW_SAME, .with = 0, 3), /* of the run before: run 1's other data */
};

static enum law_verdict sabotaged(const struct property *law, int64_t index) {
    struct saboteur s = {.run = law->runs - 1, .operand = 1, .index = index, .nudge = 0.25};
    return examine_law(registry_find_primitive("relu"), law, "n=50", run_saboteur, &s).verdict;
}

static void forms(void) {
    const struct primitive *relu = registry_find_primitive("relu");
    for (size_t i = 0; i < sizeof true_forms / sizeof *true_forms; i++) {
        CHECK(examine_law(relu, &true_forms[i], "n=50", run_oracle, NULL).verdict == LAW_HOLDS);
        CHECK(sabotaged(&true_forms[i], 7) == LAW_BROKEN);
    }
    for (size_t i = 0; i < sizeof false_forms / sizeof *false_forms; i++)
        CHECK(examine_law(relu, &false_forms[i], "n=50", run_oracle, NULL).verdict == LAW_BROKEN);
    /* nothing follows the last element: 0 goes in, and nothing is asked of what comes out */
    CHECK(sabotaged(&true_forms[0], 48) == LAW_BROKEN);
    CHECK(sabotaged(&true_forms[0], 49) == LAW_HOLDS);
}

/* ---- a law between two primitives: the identity, twice --------------------------------------
 */

static void into_gradient(struct problem *problem, int run) {
    struct error error;
    const int64_t n = problem->value[0].i;
    if (run) {
        problem_init(problem, registry_find_primitive("elu_backward"));
        problem->value[0].i = n;
    }
    CHECK(problem_check(problem, &error) == STATUS_OK);
}
static void above_0(const struct law_call *call, int run) {
    float *x = call->run[run]->in[1];
    for (int64_t i = 0; run && i < law_elements(call, run, 1); i++) x[i] = 1;
}
static const struct property identity_adjoint = {
    .name = "adjointness",
    .statement = "<leaky_relu(x), y> = <x, elu_backward(y, 1)>, of slope 1",
    .runs = 2,
    .vary = into_gradient,
    .prepare = above_0,
    LAW_OUT({.of = 1, .how = LAW_ADJOINT, .with = 0, .partner_of = 2, .partner_with = 0})};

static struct law_result examine_pair(double slope, law_runner *runner, void *context) {
    struct problem_case item = {.fill = FILL_NORMAL, .seed = 1};
    struct law_result result;
    struct error error;
    problem_init(&item.problem, registry_find_primitive("leaky_relu"));
    item.problem.value[0].i = 50;
    item.problem.value[1].r = slope;
    CHECK(law_examine(&result, &identity_adjoint, &item, &perfect, runner, context, &error) ==
          STATUS_OK);
    return result;
}

static void pairs(void) {
    CHECK(examine_pair(1, run_oracle, NULL).verdict == LAW_HOLDS);
    CHECK(examine_pair(0.5, run_oracle, NULL).verdict == LAW_BROKEN);
    struct saboteur s = {.run = 1, .operand = 2, .index = 3, .nudge = 0.01};
    const struct law_result r = examine_pair(1, run_saboteur, &s);
    CHECK(r.verdict == LAW_BROKEN && r.breach.run == 1);
    CHECK_TEXT(r.operand, "grad_x");
    s = (struct saboteur){.run = 0, .operand = 1, .index = 49, .nudge = 0.01};
    CHECK(examine_pair(1, run_saboteur, &s).verdict == LAW_BROKEN);
}

/* Laws that say nothing, and that could say nothing. */
static enum law_verdict refuse(void *context, const struct problem *problem, void *const *in,
                               void *const *out, char *reason, size_t reason_bytes) {
    (void)context, (void)problem, (void)in, (void)out;
    snprintf(reason, reason_bytes, "not today");
    return LAW_SKIPPED;
}

static void silence(void) {
    struct law_result r =
        examine("softmax", "axis_layout", "outer=2,axis_len=10", run_oracle, NULL);
    CHECK(r.verdict == LAW_SKIPPED);
    CHECK_TEXT(r.reason, "inner = 1: the axis is contiguous already");
    r = examine("softmax", "permutation", "outer=2,axis_len=1", run_oracle, NULL);
    CHECK(r.verdict == LAW_SKIPPED);
    CHECK_TEXT(r.reason, "its runs are all alike here");
    r = examine("softmax", "permutation", "outer=2,axis_len=9", refuse, NULL);
    CHECK(r.verdict == LAW_SKIPPED);
    CHECK_TEXT(r.reason, "not today");
    r = examine("softmax", "permutation", "outer=64,axis_len=1000000", run_oracle, NULL);
    CHECK(r.verdict == LAW_SKIPPED);
    /* too narrow an image for any output to be compared */
    r = examine("conv2d", "translation", "c=1,h=3,w=1,oc=1", run_oracle, NULL);
    CHECK(r.verdict == LAW_VACUOUS);
}

/* ---- exact inputs -----------------------------------------------------------------------------
 */

enum { COUNT = 40 };

static void exactness(enum fill fill) {
    const struct primitive *relu = registry_find_primitive("relu");
    static float x[3][COUNT], before[COUNT];
    struct problem problem;
    struct error error;
    CHECK(!problem_parse(&problem, relu, "n=40", &error));
    void *in[3][1] = {{x[0]}, {x[1]}, {x[2]}};
    const struct law_run run[3] = {
        {.problem = &problem, .in = in[0]},
        {.problem = &problem, .in = in[1]},
        {.problem = &problem, .in = in[2]},
    };
    const struct law_run *const runs[] = {&run[0], &run[1], &run[2]};
    const struct law_call call = {.runs = 3, .fill = fill, .seed = 5, .run = runs};
    for (int r = 0; r < 3; r++) fill_operand(&problem, 0, fill, 5, x[r]);
    memcpy(before, x[0], sizeof before);
    law_split(&call, 1, 0);
    law_split(&call, 2, 0);
    for (int i = 0; i < COUNT; i++) CHECK((double)x[1][i] + (double)x[2][i] == (double)x[0][i]);
    law_shift(&call, 0, 0);
    memcpy(x[1], x[0], sizeof x[0]);
    law_shift(&call, 1, 0);
    double largest = 0;
    for (int i = 0; i < COUNT; i++) largest = fmax(largest, fabs((double)x[0][i]));
    for (int i = 0; i < COUNT; i++) {
        CHECK((double)x[1][i] - (double)x[0][i] == (double)x[1][0] - (double)x[0][0]);
        CHECK(fabs((double)before[i] - x[0][i]) <= 1e-6 * largest);
    }
    CHECK(x[1][0] != x[0][0]);
}

static void permutations(void) {
    for (int64_t length = 1; length < 300; length++) {
        const struct law_order order = law_order(length);
        char *seen = calloc((size_t)length, 1);
        int64_t met = 0, fixed = 0;
        for (int64_t i = 0; i < length; i++) {
            const int64_t at = law_place(order, i);
            met += at >= 0 && at < length && !seen[at]++;
            fixed += at == i;
        }
        CHECK(met == length);
        if (length > 1) CHECK(fixed <= 1 + length / 2);
        free(seen);
    }
}

/* A table of laws without holes; data of operands that there are. */
static void statements(void) {
    for (int i = 0; registry_primitive(i); i++) {
        const char *wrong = primitive_wrong(registry_primitive(i));
        CHECK_TEXT(wrong ? wrong : "", "");
    }
    const struct law_part sum[] = {{.of = 1, .how = LAW_SUM}, {.how = LAW_NOTHING}},
                          split[] = {{.of = 0, .how = LAW_SPLIT}, {.how = LAW_NOTHING}},
                          nowhere[] = {{.of = 2, .how = LAW_SUM}, {.how = LAW_NOTHING}},
                          unmapped[] = {{.of = 1, .how = LAW_MAPPED}, {.how = LAW_NOTHING}},
                          lonely[] = {{.of = 1, .how = LAW_SELF_ADJOINT, .with = 2},
                                      {.how = LAW_NOTHING}};
    struct property law = {.name = "law", .statement = "a law", .runs = 3, .in = split, .out = sum};
    struct primitive mine = *registry_find_primitive("relu");
    mine.properties = &law;
    mine.property_count = 1;
    CHECK(!primitive_wrong(&mine));
    law.out = nowhere;
    CHECK_TEXT(primitive_wrong(&mine), "what a law asks of its outputs");
    law.out = unmapped;
    CHECK_TEXT(primitive_wrong(&mine), "what a law asks of its outputs");
    law.out = lonely;
    CHECK(primitive_wrong(&mine) != NULL);
    law.out = split;
    CHECK_TEXT(primitive_wrong(&mine), "what a law asks of its outputs");
    law.out = sum;
    law.in = sum;
    CHECK_TEXT(primitive_wrong(&mine), "what a law does to its inputs");
    law.in = split;
    law.runs = 2;
    CHECK_TEXT(primitive_wrong(&mine), "a law's runs");
    law.in = law.out = NULL;
    CHECK_TEXT(primitive_wrong(&mine), "a law's compare is NULL");
}

int main(void) {
    statements();
    every_law();
    sabotage();
    forms();
    pairs();
    silence();
    exactness(FILL_NORMAL);
    exactness(FILL_UNIFORM);
    exactness(FILL_LARGE);
    exactness(FILL_MIXED);
    exactness(FILL_HUGE);
    exactness(FILL_SORTED);
    exactness(FILL_TINY);
    permutations();
    return check_done();
}
