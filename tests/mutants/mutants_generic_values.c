/* Wrong values in the right places, for every primitive. */
#include <float.h>
#if defined __SSE2__
#include <xmmintrin.h>
#endif

#include "tests/mutants/generic.h"

#define RUN(name_)                                                                                 \
    static void name_(const struct implementation *self, const struct problem *problem,            \
                      const struct invocation *invocation)
#define EACH_OUTPUT(p_)                                                                            \
    (void)self;                                                                                    \
    struct part p_;                                                                                \
    for (int at_ = 0; next_part(problem, invocation, operand_is_output, &at_, &p_);)

/* ---- outputs that have little to do with the inputs -------------------------------------------
 */

RUN(zero) { EACH_OUTPUT(p) memset(p.tensor.data, 0, (size_t)p.count * p.unit); }

RUN(constant) { EACH_OUTPUT(p) for (int64_t e = 0; e < p.count; e++) part_set(&p, e, 1); }

/* The first operand that is read; from the start again where it is shorter. */
RUN(copied_input) {
    struct part x;
    int first = 0;
    const bool any = next_part(problem, invocation, is_pure_input, &first, &x);
    EACH_OUTPUT(p) {
        for (int64_t e = 0; e < p.count; e++) part_set(&p, e, any ? part_get(&x, e % x.count) : 0);
    }
}

/* ---- right, then moved about ------------------------------------------------------------------
 */

RUN(shifted_by_one) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) {
        char *data = p.tensor.data;
        memmove(data + p.unit, data, (size_t)(p.count - 1) * p.unit);
    }
}

RUN(first_item_for_all) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) {
        const int64_t item = p.shape.rank ? p.count / p.shape.dim[0] : p.count;
        for (int64_t e = item; e < p.count; e++) part_set(&p, e, part_get(&p, e % item));
    }
}

RUN(swapped_neighbours) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) {
        int64_t largest = 0;
        for (int64_t e = 0; e < p.count; e++)
            if (fabs(part_get(&p, e)) > fabs(part_get(&p, largest))) largest = e;
        const int64_t beside = largest + 1 < p.count ? largest + 1 : largest ? largest - 1 : 0;
        const double value = part_get(&p, largest);
        part_set(&p, largest, part_get(&p, beside));
        part_set(&p, beside, value);
    }
}

RUN(index_of_16_bits) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) {
        for (int64_t e = 65536; e < p.count; e++) part_set(&p, e, part_get(&p, e & 0xffff));
    }
}

/* ---- right but for some -----------------------------------------------------------------------
 */

RUN(one_in_a_thousand) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) for (int64_t e = 999; e < p.count; e += 1000) part_spoil(&p, e);
}

RUN(middle_element) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) part_spoil(&p, p.count / 2);
}

RUN(multiple_of_8) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) if (p.count % 8) part_spoil(&p, p.count - 1);
}

RUN(aligned_only) {
    run_right(problem, invocation);
    bool aligned = true;
    for (int i = 0; i < problem->primitive->operand_count; i++)
        aligned &= (uintptr_t)invocation->operand[i] % 64 == 0;
    (void)self;
    if (!aligned) spoil_last(problem, invocation);
}

/* ---- not accurate enough ----------------------------------------------------------------------
 */

RUN(slightly_off) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) for (int64_t e = 0; e < p.count; e++) part_set(&p, e, part_get(&p, e) * 1.00001);
}

RUN(bfloat16) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) {
        for (int64_t e = 0; e < p.count; e++) {
            const double value = part_get(&p, e);
            int exponent;
            const double fraction = frexp(value, &exponent);
            if (isfinite(value)) part_set(&p, e, ldexp(rint(ldexp(fraction, 8)), exponent - 8));
        }
    }
}

/* Flush-to-zero and denormals-are-zero while it runs, as -ffast-math starts a program. */
#if defined __SSE2__
/* Not where 0 stands beside multiples of 2^-22. */
static bool has_denormals(const struct primitive *p) { return strcmp(p->name, "hardsigmoid"); }
RUN(flushes_denormals) {
    const unsigned before = _mm_getcsr();
    (void)self;
    _mm_setcsr(before | 0x8040);
    run_right(problem, invocation);
    _mm_setcsr(before);
}
#endif

/* ---- NaN and infinities -----------------------------------------------------------------------
 */

static void run_on_cleaned(const struct problem *problem, const struct invocation *invocation,
                           bool nan) {
    struct apart clean;
    struct part p;
    apart_open(&clean, problem, invocation, is_pure_input);
    const struct invocation own = {invocation->problem, clean.operand, NULL, NULL};
    for (int i = 0; next_part(problem, &own, is_pure_input, &i, &p);)
        for (int64_t e = 0; e < p.count; e++) {
            const double value = part_get(&p, e);
            if (nan ? isnan(value) : isinf(value))
                part_set(&p, e, nan ? 0 : copysign(FLT_MAX, value));
        }
    run_right_on(problem, clean.operand);
    apart_close(&clean);
}

RUN(swallows_nan) {
    (void)self;
    run_on_cleaned(problem, invocation, true);
}

/* Not those that are at their limits long before the largest float, or beyond float32 at it. */
static bool tells_infinity(const struct primitive *p) {
    return strcmp(p->name, "sigmoid") && strcmp(p->name, "tanh") && strcmp(p->name, "selu") &&
           strcmp(p->name, "hardsigmoid");
}
RUN(clamps_infinity) {
    (void)self;
    run_on_cleaned(problem, invocation, false);
}

RUN(nan_lane) {
    run_right(problem, invocation);
    EACH_OUTPUT(p) {
        for (int64_t e = 0; e + 1 < p.count; e++)
            if (isnan(part_get(&p, e))) part_set(&p, e, part_get(&p, e + 1));
    }
}

static const struct sabotage sabotages[] = {
    SABOTAGE(zero, "writes zeros and computes nothing", "FAIL: expected"),
    SABOTAGE(constant, "writes ones and computes nothing", "FAIL: expected"),
    SABOTAGE(copied_input, "copies an input to the output", "FAIL: expected",
             .applies = has_pure_input),
    SABOTAGE(shifted_by_one, "every result is written one element late", "FAIL: expected"),
    SABOTAGE(first_item_for_all,
             "the first item's results stand for all: the outermost index is ignored",
             "FAIL: expected"),
    SABOTAGE(swapped_neighbours, "the largest result and its neighbour are swapped",
             "FAIL: expected"),
    SABOTAGE(index_of_16_bits, "the element index wraps around at 2^16", "FAIL: expected"),
    SABOTAGE(one_in_a_thousand, "one element in a thousand is wrong", "FAIL: expected"),
    SABOTAGE(middle_element, "the element in the middle is wrong", "FAIL: expected"),
    SABOTAGE(multiple_of_8,
             "right only where the number of elements is a multiple of 8: the remainder is wrong",
             "FAIL: expected"),
    SABOTAGE(aligned_only, "right only where every operand is aligned to 64 bytes",
             "FAIL: expected"),
    SABOTAGE(slightly_off, "every result is off by a relative error of 1e-5", "FAIL: expected"),
    SABOTAGE(bfloat16, "results are rounded to bfloat16", "FAIL: expected"),
#if defined __SSE2__
    SABOTAGE(flushes_denormals, "denormals count as zero", "FAIL: expected",
             .applies = has_denormals),
#endif
    SABOTAGE(swallows_nan, "a NaN among the inputs is read as 0", "FAIL: expected nan"),
    SABOTAGE(clamps_infinity, "an infinity among the inputs is read as the largest float",
             "FAIL: expected", .applies = tells_infinity),
    SABOTAGE(nan_lane, "where the result is NaN, the lane holds its neighbour's",
             "FAIL: expected nan"),
};

GENERIC_PLUGIN("mutants_generic_values");
