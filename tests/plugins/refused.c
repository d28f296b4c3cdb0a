/* Plugins that must be refused, one per value of REFUSED, and some that must not be. */
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
    OLD_ABI,
    NO_OPERAND_SIZE,
    SHORT_OPERANDS,
    MANY_OPERANDS,
    NO_BELOW,
    BAD_BELOW,
    REAL_BELOW,
    INDEX_OF_FLOATS,
    REAL_BYTES,
    BAD_ALONG,
    BAD_ABSENT,
    GOOD_NEWER, /* longer structs than this program's */
    GOOD_EMPTY,
    GOOD_LONGER_OPERANDS, /* elements of an array longer than this program's */
    GOOD_MOST_OPERANDS,
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

/* A later version of the header has appended something to struct operand. */
struct newer_operand {
    struct operand old;
    void *appended[2];
};

enum { OPERANDS_GIVEN = REFUSED == MANY_OPERANDS ? 33 : REFUSED == GOOD_MOST_OPERANDS ? 32 : 2 };
#define ONE(name_)                                                                                 \
    {                                                                                              \
        .old = { name_, ROLE_IN, DTYPE_F32, DOMAIN_REAL, .shape = "[1]" }                          \
    }
#define EIGHT(c_)                                                                                  \
    ONE(c_ "0"), ONE(c_ "1"), ONE(c_ "2"), ONE(c_ "3"), ONE(c_ "4"), ONE(c_ "5"), ONE(c_ "6"),     \
        ONE(c_ "7")
static struct newer_operand longer[33] = {
    {.old = {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[1]"}},
    EIGHT("a"),
    EIGHT("b"),
    EIGHT("c"),
    EIGHT("d"),
};
static struct operand operands[33];

static const struct operand strange = {
    .name = "x",
    .dtype = REFUSED == INDEX_OF_FLOATS || REFUSED == BAD_ALONG || REFUSED == REAL_BELOW ||
                     REFUSED == BAD_ABSENT
                 ? DTYPE_F32
             : REFUSED == REAL_BYTES ? DTYPE_U8
                                     : DTYPE_I64,
    .domain = REFUSED == REAL_BYTES || REFUSED == REAL_BELOW || REFUSED == BAD_ABSENT ? DOMAIN_REAL
              : REFUSED == BAD_ALONG ? DOMAIN_PROBABILITY
                                     : DOMAIN_INDEX,
    .shape = "[1]",
    .below = REFUSED == BAD_BELOW    ? "classes"
             : REFUSED == REAL_BELOW ? "3"
                                     : NULL,
    .along = REFUSED == BAD_ALONG ? "cols" : NULL,
    .absent = REFUSED == BAD_ABSENT ? "bias=0" : NULL,
};

__attribute__((constructor)) static void make_operands(void) {
    for (int i = 0; i < 33; i++) operands[i] = longer[i].old;
    if (REFUSED >= NO_BELOW && REFUSED <= BAD_ABSENT) operands[1] = strange;
    if (REFUSED == PRIMITIVE_WITHOUT_OUTPUT) operands[0].role = ROLE_IN;
}

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
    .operands = REFUSED == GOOD_LONGER_OPERANDS ? &longer[0].old : operands,
    .operand_count = OPERANDS_GIVEN,
    .operand_size = REFUSED == GOOD_LONGER_OPERANDS ? sizeof(struct newer_operand)
                    : REFUSED == SHORT_OPERANDS     ? 24
                    : REFUSED == NO_OPERAND_SIZE    ? 0
                                                    : sizeof(struct operand),
    .shape = shape,
    .flops = one,
    .terms = one,
    .call = REFUSED == PRIMITIVE_WITHOUT_CALL ? NULL : call,
};

static const struct implementation *const implementations[] = {&made.old, NULL};
static const struct primitive *const primitives[] = {&mine, NULL};

extern const struct assay_plugin assay_plugin_v2;
#if REFUSED == 0
#define assay_plugin_v2 assay_plugin_of_another_kind
extern const struct assay_plugin assay_plugin_v2;
#elif REFUSED == 14 /* OLD_ABI */
#define assay_plugin_v2 assay_plugin_v1
extern const struct assay_plugin assay_plugin_v2;
#endif
_Static_assert(OLD_ABI == 14, "the preprocessor cannot see it");
const struct assay_plugin assay_plugin_v2 = {
    .size = REFUSED == SHORT_PLUGIN ? 16 : sizeof(struct assay_plugin),
    .abi = REFUSED == WRONG_ABI ? 3
           : REFUSED == OLD_ABI ? 1
                                : ASSAY_PLUGIN_ABI,
    .name = REFUSED == BAD_NAME ? "../mine" : "mine",
    .primitives = REFUSED == PRIMITIVE_WITHOUT_CALL || REFUSED == PRIMITIVE_WITHOUT_OUTPUT ||
                          REFUSED == TAKEN_PRIMITIVE ||
                          (REFUSED >= NO_OPERAND_SIZE && REFUSED <= BAD_ABSENT) ||
                          REFUSED >= GOOD_LONGER_OPERANDS
                      ? primitives
                      : NULL,
    .implementations = REFUSED == GOOD_EMPTY ? NULL : implementations,
};
