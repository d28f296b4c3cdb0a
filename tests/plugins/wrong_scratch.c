/* Implementations that misuse workspace, prepared or the callbacks, and oracles that cannot be
 * trusted. What the verifier must say about each stands in tests/CMakeLists.txt. */
#include <stdlib.h>

#include "kernels/core/plugin.h"
#include "reference/oracle.h"

/* ---- doubling: y = 2x -------------------------------------------------------------------------
 */

#define DOUBLING_FIELDS(INT, REAL, FLAG, CHOICE) INT(n, 33, 0, 1 << 20, "elements")
PROBLEM_STRUCT(doubling, DOUBLING_FIELDS);
PROBLEM_FIELDS(doubling, DOUBLING_FIELDS);

typedef void doubling_kernel(int64_t n, const float *x, float *y, const float *prepared,
                             float *workspace);

static const struct operand operands[] = {{"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"},
                                          {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[n]"}};

static int64_t count(const void *problem) { return ((const struct doubling_problem *)problem)->n; }

static struct shape shape(const void *problem, int operand) {
    (void)operand;
    return SHAPE(count(problem));
}

static double flops(const void *problem) { return (double)count(problem); }

static double terms(const void *problem) {
    (void)problem;
    return 1;
}

static void call(kernel_fn kernel, const struct invocation *i) {
    ((doubling_kernel *)kernel)(count(i->problem), i->operand[0], i->operand[1], i->prepared,
                                i->workspace);
}

#define DOUBLING(name_)                                                                            \
    {                                                                                              \
        .size = sizeof(struct primitive), .name = #name_, .summary = "twice the input",            \
        .formula = "y = 2 x", FIELDS(fields), OPERANDS(operands), .shape = shape, .flops = flops,  \
        .terms = terms, .call = call,                                                              \
    }
static const struct primitive doubling = DOUBLING(doubling), vague = DOUBLING(vague),
                              partial = DOUBLING(partial), unjudged = DOUBLING(unjudged);

/* ---- oracles ----------------------------------------------------------------------------------
 */

static int64_t units(const void *problem) { return oracle_blocks(count(problem)); }

static void evaluate(const struct oracle_call *o, int64_t unit, int64_t leave, double gauge) {
    const float *x = o->operand[0];
    const int64_t n = count(o->problem);
    for (int64_t i = unit * ORACLE_BLOCK; i < oracle_block_end(unit, n - leave); i++)
        expect(&o->expected[1], i, 2.0 * x[i], 0, gauge);
}

static void tell(const struct oracle_call *o, int64_t unit) { evaluate(o, unit, 0, 0); }
/* So generous that everything passes. */
static void shrug(const struct oracle_call *o, int64_t unit) { evaluate(o, unit, 0, 1e12); }
/* Forgets the last element. */
static void forget(const struct oracle_call *o, int64_t unit) { evaluate(o, unit, 1, 0); }

static const struct oracle oracle_doubling = {sizeof(struct oracle), "doubling", units, tell,
                                              false},
                           oracle_vague = {sizeof(struct oracle), "vague", units, shrug, false},
                           oracle_partial = {sizeof(struct oracle), "partial", units, forget,
                                             false};

/* ---- implementations --------------------------------------------------------------------------
 */

static void right(int64_t n, const float *x, float *y, const float *prepared, float *workspace) {
    (void)prepared;
    (void)workspace;
    for (int64_t i = 0; i < n; i++) y[i] = 2 * x[i];
}

static void overruns(int64_t n, const float *x, float *y, const float *prepared, float *workspace) {
    right(n, x, y, prepared, workspace);
    ((volatile float *)workspace)[10] = 0; /* it asked for ten */
}

static void underruns(int64_t n, const float *x, float *y, const float *prepared,
                      float *workspace) {
    right(n, x, y, prepared, workspace);
    ((volatile float *)workspace)[-1] = 0;
}

static void reads_workspace(int64_t n, const float *x, float *y, const float *prepared,
                            float *workspace) {
    right(n, x, y, prepared, workspace);
    if (n && workspace[3] > 1) y[n - 1] = -y[n - 1];
}

static void reads_prepared(int64_t n, const float *x, float *y, const float *prepared,
                           float *workspace) {
    right(n, x, y, prepared, workspace);
    if (n && prepared[9] > 1) y[n - 1] = -y[n - 1];
}

static void writes_prepared(int64_t n, const float *x, float *y, const float *prepared,
                            float *workspace) {
    right(n, x, y, prepared, workspace);
    ((volatile float *)(uintptr_t)prepared)[0] = 1;
}

static size_t ten_floats(const void *problem) {
    (void)problem;
    return 10 * sizeof(float);
}

static void prepare_nine(const void *problem, void *const *operand, void *prepared) {
    (void)problem, (void)operand;
    for (int i = 0; i < 9; i++) ((float *)prepared)[i] = 0;
}

static void prepare_eleven(const void *problem, void *const *operand, void *prepared) {
    (void)problem, (void)operand;
    for (int i = 0; i < 11; i++) ((volatile float *)prepared)[i] = 0;
}

static void prepare_crash(const void *problem, void *const *operand, void *prepared) {
    (void)problem, (void)prepared;
    ((volatile float *)operand[0])[0] = 1; /* prepare reads operands */
}

static const char *refuse(const void *problem) {
    (void)problem;
    return "refuses everything";
}

static const char *crash_in_supports(const void *problem) {
    (void)problem;
    abort();
}

static const char *refuse_start(void) { return "its library is not here"; }

#define VARIANT(primitive_, variant_, function_, ...)                                              \
    static const struct implementation impl_##primitive_##_##variant_ = {                          \
        IMPLEMENTATION(primitive_, variant_, doubling_kernel, function_),                          \
        .technique = "wrong on purpose", __VA_ARGS__}
VARIANT(doubling, right, right, .supports = NULL);
VARIANT(doubling, overruns, overruns, .workspace_bytes = ten_floats);
VARIANT(doubling, underruns, underruns, .workspace_bytes = ten_floats);
VARIANT(doubling, reads_workspace, reads_workspace, .workspace_bytes = ten_floats);
VARIANT(doubling, reads_prepared, reads_prepared, .prepared_bytes = ten_floats,
        .prepare = prepare_nine);
VARIANT(doubling, writes_prepared, writes_prepared, .prepared_bytes = ten_floats,
        .prepare = prepare_nine);
VARIANT(doubling, prepare_overruns, right, .prepared_bytes = ten_floats, .prepare = prepare_eleven);
VARIANT(doubling, prepare_writes, right, .prepared_bytes = ten_floats, .prepare = prepare_crash);
VARIANT(doubling, refuses, right, .supports = refuse);
VARIANT(doubling, supports_crashes, right, .supports = crash_in_supports);
VARIANT(doubling, unavailable, right, .start = refuse_start);
VARIANT(vague, right, right, .supports = NULL);
VARIANT(partial, right, right, .supports = NULL);
VARIANT(unjudged, right, right, .supports = NULL);

static const struct primitive *const primitives[] = {&doubling, &vague, &partial, &unjudged, NULL};
static const struct oracle *const oracles[] = {&oracle_doubling, &oracle_vague, &oracle_partial,
                                               NULL};
static const struct implementation *const implementations[] = {&impl_doubling_right,
                                                               &impl_doubling_overruns,
                                                               &impl_doubling_underruns,
                                                               &impl_doubling_reads_workspace,
                                                               &impl_doubling_reads_prepared,
                                                               &impl_doubling_writes_prepared,
                                                               &impl_doubling_prepare_overruns,
                                                               &impl_doubling_prepare_writes,
                                                               &impl_doubling_refuses,
                                                               &impl_doubling_supports_crashes,
                                                               &impl_doubling_unavailable,
                                                               &impl_vague_right,
                                                               &impl_partial_right,
                                                               &impl_unjudged_right,
                                                               NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {
    ASSAY_PLUGIN("wrong_scratch"), .primitives = primitives, .implementations = implementations,
    .oracles = oracles};
