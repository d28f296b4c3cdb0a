/* Plugins that must be refused, one per value of REFUSED, and two that must not be. */
#include "kernels/core/plugin.h"
#include "kernels/softmax/softmax.h"

enum {
    NO_SYMBOL,
    WRONG_ABI,
    SHORT_PLUGIN,
    NO_KERNEL,
    BAD_VARIANT,
    TAKEN_VARIANT,
    NO_PRIMITIVE,
    SHORT_IMPLEMENTATION,
    HALF_PREPARED,
    PRIMITIVE_WITHOUT_CALL,
    PRIMITIVE_WITHOUT_OUTPUT,
    TAKEN_PRIMITIVE,
    BAD_NAME,
    NO_TECHNIQUE,
    GOOD_NEWER, /* longer structs than this program's */
    GOOD_EMPTY,
};

static void softmax_copy(const struct softmax_problem *p, const float *x, float *y) {
    (void)p, (void)x, (void)y;
}

/* A later version of the header has appended something. */
struct newer_implementation {
    struct implementation old;
    void *appended[4];
};

static const struct newer_implementation made = {
    .old =
        {
            .size = REFUSED == SHORT_IMPLEMENTATION ? 40
                    : REFUSED == GOOD_NEWER         ? sizeof(struct newer_implementation)
                                                    : sizeof(struct implementation),
            .primitive = REFUSED == NO_PRIMITIVE ? "softmin" : "softmax",
            .variant = REFUSED == BAD_VARIANT     ? "Fast Softmax"
                       : REFUSED == TAKEN_VARIANT ? "naive"
                                                  : "copy",
            .technique = REFUSED == NO_TECHNIQUE ? NULL : "copies",
            .kernel = REFUSED == NO_KERNEL ? NULL : KERNEL(softmax_kernel, softmax_copy),
            .prepared_bytes = REFUSED == HALF_PREPARED ? (size_t(*)(const void *))1 : NULL,
        },
    .appended = {(void *)1},
};

static const struct operand input = {"x", ROLE_IN, DTYPE_F32, DOMAIN_REAL};
static const struct operand output = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL};

static struct shape shape(const void *problem, int operand) {
    (void)problem, (void)operand;
    return SHAPE(1);
}
static double one(const void *problem) {
    (void)problem;
    return 1;
}
static void call(kernel_fn kernel, const struct invocation *invocation) {
    (void)kernel, (void)invocation;
}

static const struct primitive mine = {
    .size = sizeof(struct primitive),
    .name = REFUSED == TAKEN_PRIMITIVE ? "softmax" : "mine",
    .summary = "nothing",
    .formula = "none",
    .operands = REFUSED == PRIMITIVE_WITHOUT_OUTPUT ? &input : &output,
    .operand_count = 1,
    .shape = shape,
    .flops = one,
    .terms = one,
    .call = REFUSED == PRIMITIVE_WITHOUT_CALL ? NULL : call,
};

static const struct implementation *const implementations[] = {&made.old, NULL};
static const struct primitive *const primitives[] = {&mine, NULL};

extern const struct assay_plugin assay_plugin_v1;
#if REFUSED == 0
#define assay_plugin_v1 assay_plugin_of_another_kind
extern const struct assay_plugin assay_plugin_v1;
#endif
const struct assay_plugin assay_plugin_v1 = {
    .size = REFUSED == SHORT_PLUGIN ? 16 : sizeof(struct assay_plugin),
    .abi = REFUSED == WRONG_ABI ? 2 : ASSAY_PLUGIN_ABI,
    .name = REFUSED == BAD_NAME ? "../mine" : "mine",
    .primitives = REFUSED == PRIMITIVE_WITHOUT_CALL || REFUSED == PRIMITIVE_WITHOUT_OUTPUT ||
                          REFUSED == TAKEN_PRIMITIVE
                      ? primitives
                      : NULL,
    .implementations = REFUSED == GOOD_EMPTY ? NULL : implementations,
};
