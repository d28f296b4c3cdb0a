/* The oracle of conv2d keeps Winograd's transforms: what it says of an output depends on the data in
 * question, whatever it was asked before. */
#include "kernels/conv/conv2d.h"
#include "kernels/core/registry.h"
#include "reference/judge.h"
#include "tests/unit/check.h"

enum { N = 2, C = 5, OC = 3, SIDE = 10, HALO = 3 };
enum { PIXELS = C * SIDE * SIDE, WEIGHTS = C * 9, OUTPUTS = SIDE * SIDE };
static float x[N][PIXELS], weight[OC][WEIGHTS];

struct gauges {
    double sum[OUTPUTS], local[OUTPUTS];
};

static void evaluate(const char *text, const float *pixels, const float *weights, int planes,
                     struct gauges *gauges) {
    const void *operand[OPERANDS_MAX] = {NULL};
    struct problem problem;
    struct judge judge;
    struct error error = {""};
    CHECK(!problem_parse(&problem, registry_find_primitive("conv2d"), text, &error));
    operand[CONV2D_X] = pixels;
    operand[CONV2D_WEIGHT] = weights;
    if (!CHECK(!judge_open(&judge, &problem, operand, HALO, -1, 1, &error))) return;
    for (int i = 0; i < planes; i++) {
        const struct expectation *y = &judge.expected[CONV2D_Y];
        memcpy(gauges[i].sum, y->sum + i * OUTPUTS, sizeof gauges[i].sum);
        memcpy(gauges[i].local, y->local + i * OUTPUTS, sizeof gauges[i].local);
    }
    judge_close(&judge);
}

/* One image, one output channel. */
static void ask(int n, int o, struct gauges *gauges) {
    evaluate("n=1,c=5,h=10,w=10,oc=1,kh=3,kw=3,stride=1,pad=1,bias=0", x[n], weight[o], 1, gauges);
}

/* What is kept is of so many channels. */
static void ask_afresh(int n, int o, struct gauges *gauges) {
    evaluate("n=1,c=2,h=4,w=4,oc=1,kh=3,kw=3,stride=1,pad=1,bias=0", x[0], weight[0], 0, NULL);
    ask(n, o, gauges);
}

static bool same(const struct gauges *a, const struct gauges *b) {
    return !memcmp(a, b, sizeof *a);
}

static void other_number(float *at) {
    static struct gauges before, after, afresh;
    ask(0, 0, &before);
    *at = *at * 3 + 1;
    ask(0, 0, &after);
    ask_afresh(0, 0, &afresh);
    CHECK(same(&after, &afresh));
    CHECK(!same(&after, &before));
}

static void all_at_once(void) {
    static struct gauges all[N * OC], alone;
    evaluate("n=2,c=5,h=10,w=10,oc=3,kh=3,kw=3,stride=1,pad=1,bias=0", x[0], weight[0], N * OC,
             all);
    for (int n = 0; n < N; n++)
        for (int o = 0; o < OC; o++) {
            ask_afresh(n, o, &alone);
            CHECK(same(&alone, &all[n * OC + o]));
        }
}

int main(void) {
    static struct gauges once, again;
    for (int i = 0; i < N * PIXELS; i++)
        x[i / PIXELS][i % PIXELS] = (float)((i * 37) % 101) / 50 - 1;
    for (int i = 0; i < OC * WEIGHTS; i++)
        weight[i / WEIGHTS][i % WEIGHTS] = (float)((i * 29) % 53) / 26 - 1;
    ask_afresh(0, 0, &once);
    ask(0, 0, &again);
    CHECK(same(&once, &again));
    all_at_once();
    /* the first and the last number of what is compared: weights, and tiles of 4 and of 2 outputs */
    other_number(&weight[0][0]);
    other_number(&weight[0][WEIGHTS - 1]);
    other_number(&x[0][0]);
    other_number(&x[0][(C - 1) * OUTPUTS + 4 * SIDE + 4]);
    other_number(&x[0][(C - 1) * OUTPUTS + 2 * SIDE + 2]);
    all_at_once();
    return check_done();
}
