/* What each operation of operations.def should give, lane by lane in plain C. */
#include "tests/emulation/operations.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The same kind of number, and of NaN a quiet one: what arithmetic makes of its operands. */
static float quiet(float x) { return isnan(x) ? NAN : x; }
static bool is_quiet(float x) { return isnan(x) && bits_of(x) & 0x400000; }

/* x * 2^floor(n). Intel SDM, VSCALEFPD/SD/PS/SS special cases, row by row. */
static float scaled(float x, float n) {
    const bool up = isinf(n) && n > 0, down = isinf(n) && n < 0;
    if (is_quiet(x)) return up ? INFINITY : down ? 0 : x;
    if (isnan(x)) return quiet(x);
    if (isnan(n)) return quiet(n);
    if (isinf(x)) return down ? NAN : x;
    if (x == 0) return up ? NAN : x;
    if (up || down) return copysignf(up ? INFINITY : 0, x);
    return (float)ldexp(x, (int)fmax(-2000, fmin(2000, floor(n))));
}

/* In [0.75, 1.5), with x's sign. */
static float mantissa(float x) {
    int exponent;
    if (isnan(x)) return x;
    if (isinf(x) || x == 0) return copysignf(1, x);
    const float half = frexpf(x, &exponent); /* in [0.5, 1) */
    return fabsf(half) < 0.75f ? 2 * half : half;
}

static float plus(float x, float y) { return x + y; }
static float larger(float x, float y) { return x > y ? x : y; }

/* Halves upon each other until one is left. */
static float folded(const struct sample *s, float (*join)(float, float)) {
    float x[SAMPLE_LANES];
    memcpy(x, s->a, sizeof x);
    for (int half = SAMPLE_LANES / 2; half; half /= 2)
        for (int i = 0; i < half; i++) x[i] = join(x[i + half], x[i]);
    return x[0];
}

#define A(i) s->a[i]
#define B(i) s->b[i]
#define C(i) s->c[i]
#define N(i) s->n[i]
#define AI(i) bits_of(s->a[i])
#define BI(i) bits_of(s->b[i])
#define CI(i) bits_of(s->c[i])
#define FROM(i) bits_of(s->from[i])
#define TO(i) bits_of(s->to[i])
#define M(i) (s->m >> (i)&1)
#define RESULT_FLOATS(what) bits_of(what)
#define RESULT_SUM(what) i == 0 ? bits_of(what) : 0
#define RESULT_BITS(what) what
#define RESULT_INTS(what) what
#define RESULT_MASK(what) what
#define RESULT_LOAD(what) what
#define RESULT_LOAD_MASKED(what) what
#define RESULT_LOAD_ALIGNED(what) what
#define RESULT_STORE(what) what
#define RESULT_STORE_MASKED(what) what
#define RESULT_STORE_ALIGNED(what) what
#define OPERATION(name, kind, intrinsic, expected)                                                 \
    static void run_##name(const struct sample *s, uint32_t *lane) {                               \
        for (int i = 0; i < SAMPLE_LANES; i++) lane[i] = (uint32_t)(RESULT_##kind(expected));      \
        (void)s;                                                                                   \
    }
#include "tests/emulation/operations.def"
#undef OPERATION
#define OPERATION(name, kind, intrinsic, expected) {#name, kind, run_##name},
const struct operation operations_expected[] = {
#include "tests/emulation/operations.def"
    {0}};
