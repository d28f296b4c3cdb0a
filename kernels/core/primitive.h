/* What a primitive is, and what an implementation of it is: the two descriptors that everything
 * else (verifier, benchmarks, command line, golden files, reports) is driven by.
 *
 * Both structs begin with their own size and are only ever appended to: a plugin compiled against
 * an older header is shorter, and the members it does not have read as zero (see plugin.h). Arrays
 * that a descriptor points to (fields, operands, laws) are stamped with the size of an element. */
#ifndef KERNELS_CORE_PRIMITIVE_H
#define KERNELS_CORE_PRIMITIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/core/isa.h"
#include "kernels/core/problem.h"
#include "kernels/core/status.h"
#include "kernels/core/tensor.h"

/* ---- operands ---------------------------------------------------------------------------------
 */

enum role {
    ROLE_IN,    /* never written */
    ROLE_OUT,   /* every element written, never read */
    ROLE_INOUT, /* read, then every element written (c of gemm, the parameters of adam_step) */
};

/* Which values make sense. Every fill keeps to it, and what golden files and laws bring is refused
 * when it does not (fill.h). A NaN belongs to each of the first three: it is passed on, and tested
 * as such. */
enum domain {
    DOMAIN_REAL,        /* any (float32, float64) */
    DOMAIN_NONNEGATIVE, /* second moments, variances (float32, float64) */
    DOMAIN_PROBABILITY, /* in [0, 1]; with `along`, a distribution along that axis besides: sums to
                           1, up to the rounding of its elements (float32, float64) */
    DOMAIN_INDEX,       /* 0 .. below - 1 (int64) */
    DOMAIN_MASK,        /* 0 or 1 (uint8) */
    DOMAIN_BYTES,       /* 0 .. 255 (uint8) */
};

struct operand {
    const char *name; /* x weight bias y ... (DESIGN.md, Names) */
    enum role role;
    enum dtype dtype;
    enum domain domain;
    /* Its extents: "[rows, cols]", each a field, a number, an axis that is no field (oh of conv2d,
     * which the header explains), or + - * / of such: "[oc, c / groups, kh, kw]". A second form
     * that a flag chooses stands behind it: "[m, k], or [k, m] with trans_a". NULL: not said. */
    const char *shape;
    const char *absent; /* NULL: always there. Else where not: "bias=0", "reduction=none|mean" */
    const char *below;  /* DOMAIN_INDEX: an integer field ("classes"), or a number */
    const char *along;  /* DOMAIN_PROBABILITY: NULL, or an axis of `shape` ("cols") */
};

enum { OPERANDS_MAX = 32 };

/* ---- running a kernel -------------------------------------------------------------------------
 */

/* A typed kernel behind one pointer type; only the primitive's own `call` turns it back. */
typedef void (*kernel_fn)(void);

/* Checked conversion: a compile error unless `function` has type `type`. */
#define KERNEL(type, function) ((kernel_fn)(1 ? (function) : (type *)0))

struct invocation {
    const void *problem;  /* the primitive's own problem struct, valid */
    void *const *operand; /* in the order of primitive->operands; NULL where absent */
    const void *prepared; /* what prepare() made, 64-byte aligned; NULL when there is none */
    void *workspace;      /* 64-byte aligned, uninitialised; NULL when 0 bytes were asked for */
};

/* ---- accumulation traits: the numerical promise of an implementation --------------------------
 */

enum summation {
    SUM_SEQUENTIAL,  /* one running sum: a term passes up to n-1 additions. The default. */
    SUM_LANES,       /* `lanes` running sums, merged at the end */
    SUM_COMPENSATED, /* Kahan/Neumaier, or accumulated in double */
    SUM_BLOCKED,     /* blocks of at most `lanes` consecutive terms are summed apart, then added in
                        turn; blocks are no shorter than lanes / 4 on average */
};

/* All zero: the textbook loop in float32. Promising more makes the tolerance narrower. */
struct accumulation {
    enum summation summation;
    int lanes; /* SUM_LANES: independent partial sums; SUM_BLOCKED: most terms in a block */
    double amplification; /* algorithms that trade accuracy (Winograd): factor on the sum's gauge; 0
                             = 1 */
    int halo;     /* elements beyond an output's own receptive field that its rounding errors
                     may come from (Winograd tiles); the oracle widens its gauge by it */
    bool inexact; /* small integers do not give exact results (Winograd F(4x4) fractions):
                     no exact cases */
    bool flushes; /* values below FLT_MIN may count as 0 anywhere on the way (other people's
                     libraries): 2^-126 takes the place of 2^-149 in the floor */
    uint64_t reserved[4]; /* room for more traits: what follows must not move (plugin.h) */
};

/* ---- the descriptors --------------------------------------------------------------------------
 */

struct property;     /* law.h */
struct fill_request; /* fill.h */

struct implementation {
    uint32_t size;         /* sizeof(struct implementation) */
    const char *primitive; /* "conv2d" */
    const char *variant;   /* "im2col"; the id is "conv2d/im2col" */
    const char *technique; /* one line: how it works */
    enum isa isa;          /* least instruction set it needs */
    bool uses_threads;     /* honours threads_get(); else always one thread */
    bool peer;             /* somebody else's library */
    struct accumulation accumulation;
    kernel_fn kernel; /* KERNEL(<primitive>_kernel, function) */

    /* NULL or: a reason why this problem is not supported (reported as SKIP). */
    const char *(*supports)(const void *problem);
    /* NULL or: scratch bytes that run needs. Never fails; for a given thread count. */
    size_t (*workspace_bytes)(const void *problem);
    /* NULL or: work that depends only on the weights and is done once (packing, filter transform);
     * timed apart. Reads operands, writes `prepared` only. */
    size_t (*prepared_bytes)(const void *problem);
    void (*prepare)(const void *problem, void *const *operand, void *prepared);
    /* NULL, or called once in a process before any other callback (JIT, library handles). A reason
     * means that it is not available here. */
    const char *(*start)(void);
    /* NULL, or why NaN and infinities as input are not defined here (other people's libraries), nor
     * what overflows to one: inputs that hold any, or a magnitude above 2^126, are reported as SKIP
     * with this reason. */
    const char *no_special;
    /* By which factor its algorithm needs fewer multiplications than primitive->flops counts
     * (Winograd F(4x4, 3x3): 4); 0 = 1. A faster run than that allows is called impossible. */
    double saving;
    /* NULL, or called in place of primitive->call, and `kernel` is then NULL: kernels with another
     * signature, and those that wrap another implementation. */
    void (*run)(const struct implementation *self, const struct problem *problem,
                const struct invocation *invocation);
    /* NULL for an honest implementation. Else it is wrong on purpose, to test the verifier and to
     * name the mistake in other people's kernels: one line in a teacher's words ("the shift by the
     * maximum is missing"). Such an implementation takes part only where mutants are asked for. */
    const char *defect;
    /* What the verifier must say about it: a verdict's name, then perhaps ": " and a part of the
     * message; alternatives between '|' ("CRASH: read 1 element past the end of x"). */
    const char *caught;
    /* NULL, or why inputs far from 1 are not defined here, tails where a result comes from denormal
     * ones, say (other people's libraries): what a fill_extreme made, and golden inputs that hold a
     * magnitude above 16, or of which a hundredth is below 2^-20 and not 0, are reported as SKIP
     * with this reason. That some of a million ordinary numbers are tiny is no such thing. */
    const char *no_extremes;
    /* NULL, or, of one that chooses among algorithms: what it promises of this problem, in place of
     * `accumulation` and `saving`. Only of those built in: it is called in the verifier's process.
     */
    void (*promise)(const void *problem, struct accumulation *accumulation, double *saving);
    /* The path of the plugin that brought it, set when it is loaded; NULL: built in. */
    const char *plugin;
};

struct primitive {
    uint32_t size;       /* sizeof(struct primitive) */
    const char *name;    /* "conv2d" */
    const char *summary; /* one line */
    const char *formula; /* one line, plain text */
    const struct field *fields;
    int field_count;
    const struct operand *operands;
    int operand_count;

    /* NULL or: combinations of fields. One line that names the fields. Must also refuse problems
     * whose operands would have 2^40 elements or more. */
    enum status (*validate)(const void *problem, struct error *error);
    /* Shape of one operand; SHAPE_NONE where the problem has none. */
    struct shape (*shape)(const void *problem, int operand);
    /* NULL or: false when the values of this operand cannot influence any output of this problem
     * (c of gemm with beta=0). Such an operand is filled with NaN in every verification. */
    bool (*reads)(const void *problem, int operand);
    /* Arithmetic operations, the count the roofline uses (a multiply-add is two). */
    double (*flops)(const void *problem);
    /* NULL or: bytes that must cross memory. NULL: every input and output once (in-out twice). */
    double (*bytes)(const void *problem);
    /* Longest accumulation behind one output element, at least 1: n in the error bound, and what
     * limits the integers of exact cases. */
    double (*terms)(const void *problem);
    /* Small-integer inputs make float32 arithmetic exact in any order. */
    bool exact;
    /* Bind an invocation's operands to the typed kernel: the thunk. */
    void (*call)(kernel_fn kernel, const struct invocation *invocation);
    /* Every output element is an input element or a constant, not rounded: a maximum, a rectifier,
     * a gather. No tolerance applies to any implementation of it: each check asks for equality. */
    bool selects;
    /* Laws that every implementation keeps (softmax rows sum to one); NULL when there are none. */
    const struct property *properties;
    int property_count;
    /* NULL, or the name of the primitive whose gradient this is ("relu"): operands of the same name
     * are the same, grad_x is the gradient of a scalar loss by x, and the fields agree by name. */
    const char *gradient_of;
    /* One input and one output of the same shape, y[i] = f(x[i]) whatever the fields. */
    bool univariate;
    /* NULL, or the folder that it stands in ("activation"). Members share what is kept under the
     * family's name: tests/cases/<family>.cases, mutants_<family>.c, a golden function. What
     * stands under the primitive's own name is added to that. */
    const char *family;
    /* NULL, or how its inputs are made where the styles of fill.h make no sense of them (trees,
     * permutations): fills what `request` asks for and is true; false: the usual fill will do. The
     * same request gives the same bytes. What it makes outside the operand's domain is refused. */
    bool (*fill)(const struct fill_request *request, void *data);
    /* Sizes of an element of the arrays above: FIELDS, OPERANDS and PROPERTIES set them. */
    uint32_t field_size, operand_size, property_size;
    /* The path of the plugin that brought it, set when it is loaded; NULL: built in. */
    const char *plugin;
    /* NULL or: false when this operand is read, but its finite values cannot influence any output
     * of this problem: they meet a factor of 0 (exp_avg of adam_step with beta1=0). What is not
     * finite passes on; so, unlike one that is not read, it is filled as ever. */
    bool (*weighs)(const void *problem, int operand);
};

/* ---- helpers over the descriptors -------------------------------------------------------------
 */

/* An implementation: IMPL(softmax, online, .technique = "...") is impl_softmax_online, whose kernel
 * is softmax_online, of type softmax_kernel. Its words are those of registry.def. */
#define IMPL(primitive_, variant_, ...) IMPL_EXPANDED_(primitive_, variant_, __VA_ARGS__)
#define IMPL_EXPANDED_(primitive_, variant_, ...)                                                  \
    const struct implementation impl_##primitive_##_##variant_ = {                                 \
        IMPLEMENTATION(primitive_, variant_, primitive_##_kernel, primitive_##_##variant_),        \
        __VA_ARGS__}

/* Fields and operands of a descriptor, with their stamps: FIELDS(fields), OPERANDS(operands). */
#define FIELDS(fields_)                                                                            \
    .fields = fields_, .field_count = (int)(sizeof fields_ / sizeof fields_[0]),                   \
    .field_size = sizeof(struct field)
#define OPERANDS(operands_)                                                                        \
    .operands = operands_, .operand_count = (int)(sizeof operands_ / sizeof operands_[0]),         \
    .operand_size = sizeof(struct operand)
/* The callbacks that nearly every primitive has, where its file gives them these names. */
#define CALLBACKS .validate = validate, .shape = shape, .flops = flops, .terms = terms, .call = call

/* A descriptor's first members, and the type check of its kernel. */
#define IMPLEMENTATION(primitive_, variant_, kernel_type_, kernel_)                                \
    .size = sizeof(struct implementation), .primitive = #primitive_, .variant = #variant_,         \
    .kernel = KERNEL(kernel_type_, kernel_)

const char *domain_name(enum domain domain); /* "real", "nonnegative", ... */
bool operand_is_input(const struct operand *operand);
bool operand_is_output(const struct operand *operand);

/* DOMAIN_PROBABILITY: which axis `along` is, as `shape` names it; -1: none, or no axis of it. */
int operand_axis(const struct operand *operand);
/* DOMAIN_INDEX: what every index of this problem is below, 0 where nothing is said. */
int64_t operand_below(const struct problem *problem, int operand);

/* Shape of operand i of this problem. */
struct shape problem_shape(const struct problem *problem, int operand);
/* NULL, or what no operand may be: of rank 9, of a negative extent, of 2^40 elements or more. */
const char *shape_wrong(const struct shape *shape);
/* Could its values influence an output (present, not empty, an input, and reads() agrees)? */
bool problem_reads(const struct problem *problem, int operand);
/* ... and could its finite values (weighs() agrees)? */
bool problem_weighs(const struct problem *problem, int operand);
/* Do its fields go together? problem_check asks more. */
enum status problem_validate(const struct problem *problem, struct error *error);
double problem_flops(const struct problem *problem);
double problem_bytes(const struct problem *problem);
double problem_terms(const struct problem *problem);

/* NULL, or the reason why this implementation cannot run this problem here and now: ISA above
 * isa_best(), start() refused, or supports(). */
const char *implementation_unavailable(const struct implementation *implementation);
const char *implementation_unsupported(const struct implementation *implementation,
                                       const struct problem *problem);
/* The implementation as it stands for this problem: with what it promises of it. */
struct implementation implementation_for(const struct implementation *implementation,
                                         const struct problem *problem);
size_t implementation_workspace_bytes(const struct implementation *implementation,
                                      const struct problem *problem);
size_t implementation_prepared_bytes(const struct implementation *implementation,
                                     const struct problem *problem);
/* Runs the kernel: primitive->call with the implementation's kernel. */
void implementation_run(const struct implementation *implementation, const struct problem *problem,
                        void *const *operand, const void *prepared, void *workspace);

#endif
