/* Less precision than float32, for every primitive: in what is read or in what is written, always or
 * only where sums (or, without sums, the operands) are long, where a bound may have grown past it.
 */
#include "tests/mutants/generic.h"

enum { LONG = 4096 };

/* `value` with so many significant bits, to nearest, ties to even. */
static float significant(float value, int bits) {
    int exponent;
    if (!isfinite(value) || value == 0) return value;
    const double fraction = frexp(value, &exponent);
    return (float)ldexp(nearbyint(ldexp(fraction, bits)), exponent - bits);
}
static float bfloat16(float value) { return significant(value, 8); }
static float tf32(float value) { return significant(value, 11); }
/* Half precision has a range besides: infinite from 65520 on, steps of 2^-24 at the low end. */
static float half(float value) {
    const float rounded = significant(value, 11);
    if (fabsf(value) < 0x1p-14F) return (float)(nearbyint(value * 0x1p24) * 0x1p-24);
    return fabsf(rounded) > 65504 && isfinite(rounded) ? copysignf(INFINITY, value) : rounded;
}

static bool is_read(const struct operand *operand) {
    return is_pure_input(operand) && operand->dtype == DTYPE_F32;
}
static bool is_written(const struct operand *operand) {
    return operand_is_output(operand) && operand->dtype == DTYPE_F32;
}
static bool reads(const struct primitive *primitive) {
    for (int i = 0; i < primitive->operand_count; i++)
        if (is_read(&primitive->operands[i])) return true;
    return false;
}
static bool writes(const struct primitive *primitive) {
    for (int i = 0; i < primitive->operand_count; i++)
        if (is_written(&primitive->operands[i])) return true;
    return false;
}

static bool is_long(const struct problem *problem) {
    const double terms = problem_terms(problem);
    for (int i = 0; i < problem->primitive->operand_count && terms <= 1; i++) {
        const struct shape shape = problem_shape(problem, i);
        if (shape_elements(&shape) >= LONG) return true;
    }
    return terms >= LONG;
}

static void rounded(const struct part *part, float (*to)(float)) {
    float *data = part->tensor.data;
    for (int64_t i = 0; i < part->count; i++) data[i] = to(data[i]);
}

static void from_rounded(const struct problem *problem, const struct invocation *invocation,
                         float (*to)(float)) {
    struct apart apart;
    struct part p;
    apart_open(&apart, problem, invocation, is_read);
    for (int i = 0; next_part(problem, invocation, is_read, &i, &p);) {
        p.tensor.data = apart.owned[p.index];
        rounded(&p, to);
    }
    run_right_on(problem, apart.operand);
    apart_close(&apart);
}

static void to_rounded(const struct problem *problem, const struct invocation *invocation,
                       float (*to)(float)) {
    struct part p;
    run_right(problem, invocation);
    for (int i = 0; next_part(problem, invocation, is_written, &i, &p);) rounded(&p, to);
}

/* name_, and name_##_when_long. */
#define BOTH(name_, spoiled_, to_)                                                                 \
    static void name_(const struct implementation *self, const struct problem *problem,            \
                      const struct invocation *invocation) {                                       \
        (void)self;                                                                                \
        spoiled_(problem, invocation, to_);                                                        \
    }                                                                                              \
    static void name_##_when_long(const struct implementation *self,                               \
                                  const struct problem *problem,                                   \
                                  const struct invocation *invocation) {                           \
        (void)self;                                                                                \
        if (is_long(problem))                                                                      \
            spoiled_(problem, invocation, to_);                                                    \
        else                                                                                       \
            run_right(problem, invocation);                                                        \
    }
BOTH(half_inputs, from_rounded, half)
BOTH(bf16_inputs, from_rounded, bfloat16)
BOTH(tf32_products, from_rounded, tf32)
BOTH(half_results, to_rounded, half)

#define CAUGHT "FAIL: expected|FAIL: breaks"
#define LINES(name_, defect_, applies_)                                                            \
    SABOTAGE(name_, defect_, CAUGHT, .applies = applies_),                                         \
        SABOTAGE(name_##_when_long, defect_ " where sums or operands are long", CAUGHT,            \
                 .applies = applies_)

static const struct sabotage sabotages[] = {
    LINES(half_inputs, "what is read is rounded to half precision", reads),
    LINES(bf16_inputs, "what is read is rounded to bfloat16", reads),
    LINES(tf32_products, "what is read is rounded to TF32, 11 bits", reads),
    LINES(half_results, "results are rounded to half precision", writes),
};

GENERIC_PLUGIN("mutants_generic_precision");
