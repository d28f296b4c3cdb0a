/* Plugins whose constructor or descriptor callbacks crash, hang or leave: one per value of HOSTILE.
 * What the verifier must say about each stands in CMakeLists.txt. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernels/core/law.h"
#include "kernels/core/plugin.h"
#include "reference/oracle.h"

enum {
    CONSTRUCTOR_CRASHES,
    CONSTRUCTOR_HANGS,
    CONSTRUCTOR_LEAVES,
    VALIDATE_HANGS,
    SHAPE_CRASHES,
    SHAPE_OF_RANK_100,
    FLOPS_CRASHES,
    TERMS_LEAVES,
    READS_CRASHES_AT_THE_END, /* of the range of n */
    SHAPE_CRASHES_LATER,      /* for a problem that nobody tries beforehand */
    SHAPE_HANGS_LATER,
    EVALUATE_HANGS_LATER,
    LAW_HANGS_LATER,
    FILL_OVERRUNS,
    FILL_LEAVES_ITS_DOMAIN,
    FILL_LEAVES_ITS_DOMAIN_LATER,
    FILL_HANGS_LATER,
    FILL_IS_GOOD,
};

static void misbehave(int what) {
    if (HOSTILE == what) raise(SIGSEGV);
}

static void hang(int what) {
    while (HOSTILE == what) sleep(1);
}

__attribute__((constructor)) static void construct(void) {
    misbehave(CONSTRUCTOR_CRASHES);
    hang(CONSTRUCTOR_HANGS);
    if (HOSTILE == CONSTRUCTOR_LEAVES) _exit(0);
}

#define MINE_FIELDS(INT, REAL, FLAG, CHOICE) INT(n, 3, 0, 1000, "elements")
PROBLEM_STRUCT(mine, MINE_FIELDS);
PROBLEM_FIELDS(mine, MINE_FIELDS);

static const struct operand operands[] = {
    {"x", ROLE_IN, DTYPE_F32, DOMAIN_NONNEGATIVE, .shape = "[n]"},
    {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"}};

static int64_t count(const void *problem) { return ((const struct mine_problem *)problem)->n; }

static enum status validate(const void *problem, struct error *error) {
    (void)problem, (void)error;
    hang(VALIDATE_HANGS);
    return STATUS_OK;
}

static struct shape shape(const void *problem, int operand) {
    (void)operand;
    misbehave(SHAPE_CRASHES);
    if (count(problem) == 77) misbehave(SHAPE_CRASHES_LATER);
    if (count(problem) == 77) hang(SHAPE_HANGS_LATER);
    struct shape shape = SHAPE(count(problem));
    if (HOSTILE == SHAPE_OF_RANK_100) shape.rank = 100;
    return shape;
}

/* Counts up, from -1 on where it leaves the domain. */
static bool fill(const struct fill_request *request, void *data) {
    const int64_t n = count(request->problem->value);
    const bool later = n == 77;
    if (HOSTILE < FILL_OVERRUNS) return false;
    if (later) hang(FILL_HANGS_LATER);
    const int64_t first =
        HOSTILE == FILL_LEAVES_ITS_DOMAIN || (HOSTILE == FILL_LEAVES_ITS_DOMAIN_LATER && later) ? -1
                                                                                                : 0;
    for (int64_t i = 0; i < n + 4 * (HOSTILE == FILL_OVERRUNS); i++)
        ((float *)data)[i] = (float)(first + i);
    return true;
}

static bool reads(const void *problem, int operand) {
    (void)operand;
    if (count(problem) == 1000) misbehave(READS_CRASHES_AT_THE_END);
    return true;
}

static double flops(const void *problem) {
    misbehave(FLOPS_CRASHES);
    return (double)count(problem);
}

static double terms(const void *problem) {
    (void)problem;
    if (HOSTILE == TERMS_LEAVES) exit(0);
    return 1;
}

static void call(kernel_fn kernel, const struct invocation *invocation) {
    (void)kernel, (void)invocation;
}

static int64_t units(const void *problem) { return oracle_blocks(count(problem)); }

static void evaluate(const struct oracle_call *call, int64_t unit) {
    hang(EVALUATE_HANGS_LATER);
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, count(call->problem)); i++)
        expect(&call->expected[1], i, 0, 0, 0);
}

static const char *applies(const struct problem *problem) {
    (void)problem;
    hang(LAW_HANGS_LATER);
    return NULL;
}

static void compare(const struct law_call *call, struct breach *breach) {
    (void)call, (void)breach;
}

static const struct property laws[] = {
    {.name = "law", .statement = "nothing", .runs = 1, .applies = applies, .compare = compare}};

static const struct primitive mine = {
    .size = sizeof(struct primitive),
    .name = "mine",
    .summary = "nothing",
    .formula = "none",
    FIELDS(fields),
    OPERANDS(operands),
    .validate = validate,
    .shape = shape,
    .reads = reads,
    .fill = fill,
    .flops = flops,
    .terms = terms,
    .call = call,
    PROPERTIES(laws),
};

static const struct oracle oracle_mine = {
    .size = sizeof(struct oracle), .primitive = "mine", .units = units, .evaluate = evaluate};

static void kernel(void) {}

static const struct implementation impl_mine_naive = {.size = sizeof(struct implementation),
                                                      .primitive = "mine",
                                                      .variant = "naive",
                                                      .technique = "none",
                                                      .kernel = kernel};

static const struct primitive *const primitives[] = {&mine, NULL};
static const struct oracle *const oracles[] = {&oracle_mine, NULL};
static const struct implementation *const implementations[] = {&impl_mine_naive, NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("hostile"), .primitives = primitives,
                                             .oracles = oracles,
                                             .implementations = implementations};
