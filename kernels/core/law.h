/* Laws: what every implementation of a primitive keeps, whatever its inputs.
 *
 * A law runs the implementation one to LAW_RUNS times on related inputs and compares the outputs
 * with each other: softmax(x + c) = softmax(x), (A B)^T = B^T A^T. It knows no expected values, so
 * a law holds or breaks independently of the oracles; and it names the mistake: "the order of the
 * images matters".
 *
 * A law is stated over the real numbers, about the float32 inputs as they are. So `prepare` makes
 * inputs that are related without any rounding (law_split, law_shift, powers of two). Each run then
 * is within its own bound of the truth (reference/tolerance.h), and the law's tolerance is derived
 * from those: |y1 - 2 y0| <= bound(y1) + 2 bound(y0). Relations that float32 keeps bit by bit
 * (powers of two, selections) ask for equality.
 *
 * Laws stand beside the primitive, in <primitive>_laws.c or <family>_laws.c; the header says how many
 * there are, and their table takes its length from what it lists: the two cannot differ. */
#ifndef KERNELS_CORE_LAW_H
#define KERNELS_CORE_LAW_H

#include <math.h>

#include "kernels/core/fill.h"

enum { LAW_RUNS = 4 };

/* One run of the implementation; each array by operand, NULL where the operand has no such part.
 * Laws of plugins see it: appended to at its end alone, and never an array of its own. */
struct law_run {
    uint32_t size; /* sizeof(struct law_run) */
    const struct problem *problem;
    void *const *in;        /* inputs, and in-out operands as before the run */
    const void *const *out; /* outputs, once it ran */
    /* Per output element: how far the implementation's float32 may be from the truth; INFINITY
     * where nothing can be asked of it (an overflow, an element that the primitive leaves open). */
    const double *const *bound;
    const double *floor; /* the part of each bound that covers gradual underflow */
};

struct law_call {
    uint32_t size; /* sizeof(struct law_call) */
    int runs;
    enum fill fill; /* what run 0 was filled with */
    uint64_t seed;
    const struct law_run *const *run; /* as many as the law has: call->run[1]->in[SOFTMAX_X] */
};

/* What comparing came to: counts, the first element that breaks the law, and the largest error. */
struct breach {
    int64_t judged, wrong;
    double worst; /* in units of its bound */
    int run, operand;
    int64_t index; /* flat, of the operand in that run */
    double expected, got, bound;
};

/* A tensor seen as [outer, length, inner]; its middle axis is what is permuted. */
struct law_axis {
    int64_t outer, length, inner;
};
/* The axis as it lies in this operand; NULL in its place: all elements are one axis. */
typedef struct law_axis law_axis_of(const struct law_call *call, int operand);
/* Where an element is from: `at`, its index on every axis of this operand in a run, becomes that of
 * run 0's element; outside of the operand there: from nowhere. NULL in its place: from the same
 * place, counted from the first element. */
typedef void law_from(const struct law_call *call, int operand, int64_t *at);
/* An element of the last run, of those of runs 0 and 1. */
typedef float law_map(float first, float second);

/* Laws as data: what the runs after run 0 do to its inputs, and how the outputs then relate. */
enum { LAW_EVERY = -1 };

enum law_how {
    LAW_NOTHING, /* ends a list */
    /* inputs */
    LAW_PERMUTE, /* its axis */
    LAW_SCALE,   /* times `factor` */
    LAW_SPLIT,   /* runs 1 and 2 get two parts whose sum is run 0's */
    LAW_SHIFT,   /* plus a constant, without rounding */
    LAW_REFILL,  /* other data */
    LAW_GATHER,  /* each element is run 0's at `from`; 0 from nowhere */
    LAW_MAP,     /* the last run gets `map` of run 0's elements and run 1's */
    LAW_COPY,    /* the last run gets operand `with` of the run before: an output as it came out */
    /* outputs */
    LAW_SAME = 64,    /* the last run's is run 0's */
    LAW_TIMES,        /* ... times `factor`, within the bounds of both */
    LAW_TIMES_EXACT,  /* ... a power of two: bit by bit where float32 keeps that (law_scaled) */
    LAW_SUM,          /* run 0's is the sum of run 1's and run 2's */
    LAW_PERMUTED,     /* the last run's is run 0's permuted, as the inputs were */
    LAW_GATHERED,     /* ... each element is run 0's at `from`; nothing is asked from nowhere */
    LAW_MAPPED,       /* ... `map` of run 0's and run 1's, bit by bit */
    LAW_SELF_ADJOINT, /* elementwise in input `with`, g and u: u out(g) = g out(u) */
    LAW_ADJOINT, /* <out, y> = <x, out'>: linear in input `with`, x; run 1, which `vary` may have
                         made a problem of another primitive, maps its input `partner_with`, y, to
                         its output `partner_of`, out' (im2col and col2im) */
};

struct law_part {
    int of; /* operand, or LAW_EVERY */
    enum law_how how;
    double factor;
    union { /* whichever `how` asks for */
        law_axis_of *axis;
        law_from *from;
        law_map *map;
    };
    int with, partner_of, partner_with;
};

struct property {
    const char *name;      /* "shift_invariance" */
    const char *statement; /* one line: "softmax(x + c) = softmax(x)" */
    int runs;
    /* NULL or: why the law says nothing about this problem; NULL where it does. */
    const char *(*applies)(const struct problem *problem);
    /* NULL or: turn the case's problem into that of run `run`: of the same primitive, or (run 1 on)
     * of another, whose naive implementation then runs. */
    void (*vary)(struct problem *problem, int run);
    /* NULL or: change the inputs of run `run`, which begin as run 0's (as run 0's prepare left
     * them) where the shapes agree, and freshly filled elsewhere. Earlier runs are done: their
     * outputs are there to be used. Operands that the run's problem does not read become NaN
     * afterwards. */
    void (*prepare)(const struct law_call *call, int run);
    /* Compare: law_require for every element the law speaks of. */
    void (*compare)(const struct law_call *call, struct breach *breach);
    /* NULL, or what is done and asked besides, as data: LAW_IN({.of = X, .how = LAW_SCALE, .factor = 4}) ... */
    const struct law_part *in, *out;
};
#define LAW_IN(...)                                                                                \
    .in = (const struct law_part[]) {                                                              \
        __VA_ARGS__, { .how = LAW_NOTHING }                                                        \
    }
#define LAW_OUT(...)                                                                               \
    .out = (const struct law_part[]) {                                                             \
        __VA_ARGS__, { .how = LAW_NOTHING }                                                        \
    }

/* The laws of gradients that are linear in g, elementwise: those of every activation. */
#define LAW_GRADIENT_ADDITIVITY(g_, out_)                                                          \
    {                                                                                              \
        .name = "additivity", .statement = "grad_x(g + g', x) = grad_x(g, x) + grad_x(g', x)",     \
        .runs = 3, LAW_IN({.of = g_, .how = LAW_SPLIT}), LAW_OUT({.of = out_, .how = LAW_SUM})     \
    }
#define LAW_GRADIENT_HOMOGENEITY(g_, out_)                                                         \
    {                                                                                              \
        .name = "homogeneity", .statement = "grad_x(4 g, x) = 4 grad_x(g, x)", .runs = 2,          \
        LAW_IN({.of = g_, .how = LAW_SCALE, .factor = 4}),                                         \
        LAW_OUT({.of = out_, .how = LAW_TIMES, .factor = 4})                                       \
    }
#define LAW_GRADIENT_SELF_ADJOINTNESS(g_, out_)                                                    \
    {                                                                                              \
        .name = "self_adjointness", .statement = "u grad_x(g, x) = g grad_x(u, x)", .runs = 2,     \
        LAW_IN({.of = g_, .how = LAW_REFILL}),                                                     \
        LAW_OUT({.of = out_, .how = LAW_SELF_ADJOINT, .with = g_})                                 \
    }
#define LAW_GRADIENT_PERMUTATION(out_)                                                             \
    {                                                                                              \
        .name = "permutation", .statement = "permuting g and x permutes grad_x", .runs = 2,        \
        LAW_IN({.of = LAW_EVERY, .how = LAW_PERMUTE}), LAW_OUT({.of = out_, .how = LAW_PERMUTED})  \
    }

/* Axes and places of many: the first axis of an operand (the rows, images, or batch), and its last
 * two swapped. */
law_axis_of law_rows;
law_from law_transposed;

/* Prepare and compare of a law, by its callbacks and its data. */
void law_prepare(const struct property *law, const struct law_call *call, int run);
void law_compare(const struct property *law, const struct law_call *call, struct breach *breach);

/* The laws of a descriptor. */
#define PROPERTIES(laws_)                                                                          \
    .properties = laws_, .property_count = (int)(sizeof laws_ / sizeof laws_[0]),                  \
    .property_size = sizeof(struct property)

/* ---- comparing --------------------------------------------------------------------------------
 */

/* Element `index` of output `operand` of run `run`. */
double law_out(const struct law_call *call, int run, int operand, int64_t index);
double law_bound(const struct law_call *call, int run, int operand, int64_t index);
int64_t law_elements(const struct law_call *call, int run, int operand);
/* That element must be within `bound` of `expected`; a NaN never is. An infinite or NaN `bound`:
 * nothing is asked. */
void law_require(const struct law_call *call, struct breach *breach, int run, int operand,
                 int64_t index, double expected, double bound);

/* ... must be in [low, high], or out of it by no more than `bound`. */
void law_require_between(const struct law_call *call, struct breach *breach, int run, int operand,
                         int64_t index, double low, double high, double bound);

/* Relative error of double arithmetic over n terms: what evaluating a law may add to its bounds. */
static inline double law_double(int64_t n) { return ((double)n + 8) * 0x1p-53; }

/* Every element of output `operand` of run `run` is `factor` times that of run 0. */
void law_same(const struct law_call *call, struct breach *breach, int run, int operand,
              double factor);
/* The same for a factor that is a power of two, by which inputs were multiplied: float32 keeps that
 * bit by bit, as long as nothing overflows or underflows; where inputs are not moderate, up to the
 * bounds. */
void law_scaled(const struct law_call *call, struct breach *breach, int run, int operand,
                double factor);
/* Output `operand` of run 0 is the sum of those of runs 1 and 2. */
void law_sum(const struct law_call *call, struct breach *breach, int operand);

/* Output `operand` of run `run` is that of run 0, permuted as law_permute does. */
void law_permuted(const struct law_call *call, struct breach *breach, int run, int operand,
                  struct law_axis axis);

/* Output `operand` of run `run` is made of run 0's elements at `from`; nowhere: nothing is asked. */
void law_gathered(const struct law_call *call, struct breach *breach, int run, int operand,
                  law_from *from);

/* ---- preparing --------------------------------------------------------------------------------
 */

/* Input `operand` of run `run` becomes run 0's, its axis permuted (float32 operands, as below). */
void law_permute(const struct law_call *call, int run, int operand, struct law_axis axis);
/* ... run 0's elements at `from`; 0 where there is none. */
void law_gather(const struct law_call *call, int run, int operand, law_from *from);
/* ... `factor` times run 0's. Powers of two: exact but for overflow and underflow. */
void law_scale(const struct law_call *call, int run, int operand, float factor);
/* Run 1 gets the leading bits of run 0's elements, run 2 the rest: their sum is exact. Call it in
 * both. */
void law_split(const struct law_call *call, int run, int operand);
/* Run 0: round the elements so far that adding one constant to all of them is exact. Run 1: add it.
 * Call it in both. */
void law_shift(const struct law_call *call, int run, int operand);
/* Input `operand` of run `run` is filled in the case's style with other data. */
void law_refill(const struct law_call *call, int run, int operand);

/* Where element i of a permuted axis comes from: another place whenever length > 1. */
struct law_order {
    int64_t step, length;
};
struct law_order law_order(int64_t length);
static inline int64_t law_place(struct law_order order, int64_t i) {
    return order.step * (i + 1) % order.length; /* axes of 2^31 elements do not get here */
}

#endif
