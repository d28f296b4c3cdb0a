#include "kernels/core/law.h"

#include <stdbool.h>
#include <string.h>

/* ---- comparing --------------------------------------------------------------------------------
 */

int64_t law_elements(const struct law_call *call, int run, int operand) {
    const struct shape shape = problem_shape(call->run[run]->problem, operand);
    return shape_elements(&shape);
}

double law_out(const struct law_call *call, int run, int operand, int64_t index) {
    const struct law_run *r = call->run[run];
    const struct tensor tensor = {r->problem->primitive->operands[operand].dtype,
                                  problem_shape(r->problem, operand), (void *)r->out[operand]};
    return tensor_get(&tensor, index);
}

double law_bound(const struct law_call *call, int run, int operand, int64_t index) {
    return call->run[run]->bound[operand][index];
}

void law_require(const struct law_call *call, struct breach *breach, int run, int operand,
                 int64_t index, double expected, double bound) {
    if (!isfinite(bound)) return;
    const double got = law_out(call, run, operand, index), error = fabs(got - expected);
    const double ratio = got == expected ? 0 : bound > 0 ? error / bound : INFINITY;
    breach->judged++;
    if (!(ratio <= breach->worst)) breach->worst = isnan(ratio) ? INFINITY : ratio;
    if (ratio <= 1) return;
    if (!breach->wrong++) {
        breach->run = run;
        breach->operand = operand;
        breach->index = index;
        breach->expected = expected;
        breach->got = got;
        breach->bound = bound;
    }
}

void law_require_between(const struct law_call *call, struct breach *breach, int run, int operand,
                         int64_t index, double low, double high, double bound) {
    const double got = law_out(call, run, operand, index);
    law_require(call, breach, run, operand, index,
                got < low    ? low
                : got > high ? high
                             : got,
                bound);
}

void law_same(const struct law_call *call, struct breach *breach, int run, int operand,
              double factor) {
    for (int64_t i = 0; i < law_elements(call, run, operand); i++)
        law_require(call, breach, run, operand, i, factor * law_out(call, 0, operand, i),
                    law_bound(call, run, operand, i) +
                        fabs(factor) * law_bound(call, 0, operand, i));
}

/* Far enough from both ends of the range that products of a few such numbers, and their rounding
 * errors, stay normal. */
static bool moderate(const struct law_run *run) {
    const struct primitive *primitive = run->problem->primitive;
    for (int o = 0; o < primitive->operand_count; o++) {
        const struct shape shape = problem_shape(run->problem, o);
        if (primitive->operands[o].dtype != DTYPE_F32 || !problem_reads(run->problem, o)) continue;
        const float *data = run->in[o];
        for (int64_t i = 0; i < shape_elements(&shape); i++)
            if (data[i] != 0 && !(fabsf(data[i]) > 0x1p-24f && fabsf(data[i]) < 0x1p24f))
                return false;
    }
    return true;
}

void law_scaled(const struct law_call *call, struct breach *breach, int run, int operand,
                double factor) {
    const double *first = call->run[0]->floor, *then = call->run[run]->floor;
    const bool exact = moderate(call->run[0]) && moderate(call->run[run]);
    if (!exact) law_same(call, breach, run, operand, factor);
    for (int64_t i = 0; exact && i < law_elements(call, run, operand); i++) {
        const bool open = !isfinite(law_bound(call, run, operand, i)) ||
                          !isfinite(law_bound(call, 0, operand, i));
        law_require(call, breach, run, operand, i, factor * law_out(call, 0, operand, i),
                    open ? INFINITY : then[operand] + fabs(factor) * first[operand]);
    }
}

void law_sum(const struct law_call *call, struct breach *breach, int operand) {
    for (int64_t i = 0; i < law_elements(call, 0, operand); i++) {
        double expected = 0, bound = law_bound(call, 0, operand, i);
        for (int run = 1; run <= 2; run++) {
            expected += law_out(call, run, operand, i);
            bound += law_bound(call, run, operand, i);
        }
        law_require(call, breach, 0, operand, i, expected, bound);
    }
}

/* ---- permutations -----------------------------------------------------------------------------
 */

static int64_t common_divisor(int64_t a, int64_t b) {
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* i -> step * (i + 1) mod length, step prime to length and near its golden section: a permutation
 * that takes neighbours apart and the ends to the middle. */
struct law_order law_order(int64_t length) {
    int64_t step = (int64_t)(0.618 * (double)length);
    if (step < 1) step = 1;
    while (length > 1 && common_divisor(step, length) != 1) step++;
    return (struct law_order){step, length};
}

void law_permuted(const struct law_call *call, struct breach *breach, int run, int operand,
                  struct law_axis axis) {
    const struct law_order order = law_order(axis.length);
    int64_t at = 0;
    for (int64_t o = 0; o < axis.outer; o++)
        for (int64_t i = 0; i < axis.length; i++)
            for (int64_t k = 0; k < axis.inner; k++, at++) {
                const int64_t from = (o * axis.length + law_place(order, i)) * axis.inner + k;
                law_require(call, breach, run, operand, at, law_out(call, 0, operand, from),
                            law_bound(call, run, operand, at) + law_bound(call, 0, operand, from));
            }
}

/* ---- places -----------------------------------------------------------------------------------
 */

/* The element of run 0's operand that element `index` of this run's is from; -1: none. */
static int64_t origin(const struct law_call *call, int run, int operand, law_from *from,
                      int64_t index) {
    const struct shape here = problem_shape(call->run[run]->problem, operand),
                       there = problem_shape(call->run[0]->problem, operand);
    if (!from) return index < shape_elements(&there) ? index : -1;
    int64_t at[SHAPE_MAX_RANK], flat = 0;
    for (int d = here.rank - 1; d >= 0; index /= here.dim[d--]) at[d] = index % here.dim[d];
    from(call, operand, at);
    for (int d = 0; d < there.rank; d++) {
        if (at[d] < 0 || at[d] >= there.dim[d]) return -1;
        flat = flat * there.dim[d] + at[d];
    }
    return flat;
}

void law_gathered(const struct law_call *call, struct breach *breach, int run, int operand,
                  law_from *from) {
    for (int64_t i = 0; i < law_elements(call, run, operand); i++) {
        const int64_t source = origin(call, run, operand, from, i);
        if (source >= 0)
            law_require(call, breach, run, operand, i, law_out(call, 0, operand, source),
                        law_bound(call, run, operand, i) + law_bound(call, 0, operand, source));
    }
}

/* ---- preparing --------------------------------------------------------------------------------
 */

void law_permute(const struct law_call *call, int run, int operand, struct law_axis axis) {
    const struct law_order order = law_order(axis.length);
    float *into = call->run[run]->in[operand];
    const float *from = call->run[0]->in[operand];
    for (int64_t o = 0; into && o < axis.outer; o++)
        for (int64_t i = 0; i < axis.length; i++)
            memcpy(into + (o * axis.length + i) * axis.inner,
                   from + (o * axis.length + law_place(order, i)) * axis.inner,
                   (size_t)axis.inner * sizeof *into);
}

void law_gather(const struct law_call *call, int run, int operand, law_from *from) {
    float *into = call->run[run]->in[operand];
    const float *data = call->run[0]->in[operand];
    for (int64_t i = 0; into && i < law_elements(call, run, operand); i++) {
        const int64_t at = origin(call, run, operand, from, i);
        into[i] = at < 0 ? 0 : data[at];
    }
}

void law_scale(const struct law_call *call, int run, int operand, float factor) {
    float *into = call->run[run]->in[operand];
    const float *from = call->run[0]->in[operand];
    for (int64_t i = 0; into && i < law_elements(call, run, operand); i++)
        into[i] = factor * from[i];
}

void law_split(const struct law_call *call, int run, int operand) {
    float *into = call->run[run]->in[operand];
    const float *whole = call->run[0]->in[operand];
    for (int64_t i = 0; into && run && i < law_elements(call, run, operand); i++) {
        uint32_t bits; /* sign, exponent and one bit of the fraction: the rest has fewer bits */
        memcpy(&bits, &whole[i], sizeof bits);
        bits &= 0xffc00000;
        float leading;
        memcpy(&leading, &bits, sizeof leading);
        into[i] = run == 1 ? leading : whole[i] - leading;
    }
}

/* A power of two, at least four times as large as the elements. x + c then lies within [c/2, 2c],
 * so that x' = (x + c) - c has no rounding (Sterbenz), and x' + c none either: x' is a multiple of
 * the last place of x + c. */
static float shift_for(const float *data, int64_t count) {
    float largest = 0;
    for (int64_t i = 0; i < count; i++)
        if (fabsf(data[i]) > largest) largest = fabsf(data[i]);
    int exponent = 0;
    if (frexpf(largest, &exponent) == 0.5f) exponent--; /* 2^e itself: rounding may lead there */
    return exponent > 120 ? 0 : largest > 0 ? ldexpf(1, exponent + 2) : 1;
}

void law_shift(const struct law_call *call, int run, int operand) {
    const int64_t count = law_elements(call, run, operand);
    float *data = call->run[run]->in[operand];
    const float shift = shift_for(call->run[0]->in[operand], count);
    for (int64_t i = 0; data && i < count; i++) {
        const volatile float moved = data[i] + shift; /* rounded here, whatever the optimiser */
        data[i] = run == 0 ? moved - shift : moved;
    }
}

void law_refill(const struct law_call *call, int run, int operand) {
    const struct law_run *r = call->run[run];
    if (r->in[operand])
        fill_operand(r->problem, operand, call->fill, call->seed + 101 + (uint64_t)run,
                     r->in[operand]);
}

/* ---- laws as data -----------------------------------------------------------------------------
 */

static struct law_axis axis_of(const struct law_call *call, const struct law_part *part,
                               int operand) {
    if (part->axis) return part->axis(call, operand);
    return (struct law_axis){1, law_elements(call, 0, operand), 1};
}

struct law_axis law_rows(const struct law_call *call, int operand) {
    const struct shape shape = problem_shape(call->run[0]->problem, operand);
    const int64_t rows = shape.dim[0];
    return (struct law_axis){1, rows, rows ? shape_elements(&shape) / rows : 0};
}

void law_transposed(const struct law_call *call, int operand, int64_t *at) {
    const int last = problem_shape(call->run[0]->problem, operand).rank - 1;
    if (last < 1) return;
    const int64_t row = at[last - 1];
    at[last - 1] = at[last];
    at[last] = row;
}

static void map_last(const struct law_call *call, int run, int operand, law_map *map) {
    const float *first = call->run[0]->in[operand], *second = call->run[1]->in[operand];
    float *into = call->run[run]->in[operand];
    for (int64_t i = 0; run == call->runs - 1 && i < law_elements(call, run, operand); i++)
        into[i] = map(first[i], second[i]);
}

static void mapped(const struct law_call *call, struct breach *breach, int operand, law_map *map) {
    const int last = call->runs - 1;
    for (int64_t i = 0; i < law_elements(call, last, operand); i++)
        law_require(call, breach, last, operand, i,
                    map((float)law_out(call, 0, operand, i), (float)law_out(call, 1, operand, i)),
                    0);
}

static void copy_last(const struct law_call *call, int run, int operand, int with) {
    const struct law_run *before = call->run[run - 1];
    const float *from = before->out[with] ? before->out[with] : before->in[with];
    const int64_t here = law_elements(call, run, operand),
                  there = law_elements(call, run - 1, with);
    if (run == call->runs - 1 && from)
        memcpy(call->run[run]->in[operand], from,
               (size_t)(here < there ? here : there) * sizeof *from);
}

static void change(const struct law_call *call, int run, const struct law_part *part, int operand) {
    switch (part->how) {
    case LAW_SPLIT: law_split(call, run, operand); return;
    case LAW_SHIFT: law_shift(call, run, operand); return;
    default: break;
    }
    if (!run) return; /* the others leave run 0 as it is */
    switch (part->how) {
    case LAW_PERMUTE: law_permute(call, run, operand, axis_of(call, part, operand)); break;
    case LAW_SCALE: law_scale(call, run, operand, (float)part->factor); break;
    case LAW_REFILL: law_refill(call, run, operand); break;
    case LAW_GATHER: law_gather(call, run, operand, part->from); break;
    case LAW_MAP: map_last(call, run, operand, part->map); break;
    case LAW_COPY: copy_last(call, run, operand, part->with); break;
    default: break;
    }
}

/* Term by term u out(g) = g out(u): the Jacobian is diagonal. */
static void self_adjoint(const struct law_call *call, struct breach *breach, int operand,
                         int with) {
    const float *g = call->run[0]->in[with], *u = call->run[1]->in[with];
    for (int64_t i = 0; i < law_elements(call, 0, operand); i++) {
        if (g[i] == 0 || !isfinite(g[i]) || !isfinite(u[i])) continue;
        const double expected = (double)u[i] * law_out(call, 0, operand, i) / g[i];
        const double bound = law_bound(call, 1, operand, i) +
                             fabs((double)u[i] / g[i]) * law_bound(call, 0, operand, i);
        law_require(call, breach, 1, operand, i, expected, bound + law_double(4) * fabs(expected));
    }
}

/* <u, v> for an output u of one run and an input v of the other, and its bound. */
struct inner {
    double sum, bound;
};
static struct inner inner_of(const struct law_call *call, int run, int operand, const float *with) {
    const int64_t n = law_elements(call, run, operand);
    struct inner inner = {0, 0};
    for (int64_t i = 0; i < n; i++) {
        const double term = law_out(call, run, operand, i) * with[i];
        inner.sum += term;
        inner.bound += law_bound(call, run, operand, i) * fabs((double)with[i]);
        inner.bound += law_double(n) * fabs(term);
    }
    return inner;
}

/* The sums are equal: so is, to within both bounds, the element of the partner's output that
 * weighs most in its sum. */
static void adjoint(const struct law_call *call, struct breach *breach,
                    const struct law_part *part) {
    const float *x = call->run[0]->in[part->with], *y = call->run[1]->in[part->partner_with];
    const int64_t n = law_elements(call, 1, part->partner_of);
    if (law_elements(call, 0, part->with) != n) return;
    const struct inner here = inner_of(call, 0, part->of, y),
                       there = inner_of(call, 1, part->partner_of, x);
    int64_t most = 0;
    for (int64_t i = 0; i < n; i++)
        if (fabsf(x[i]) > fabsf(x[most])) most = i;
    if (n == 0 || x[most] == 0) return;
    const double got = law_out(call, 1, part->partner_of, most);
    law_require(call, breach, 1, part->partner_of, most, got + (here.sum - there.sum) / x[most],
                (here.bound + there.bound) / fabs((double)x[most]));
}

static void relate(const struct law_call *call, struct breach *breach, const struct law_part *part,
                   int operand) {
    const int last = call->runs - 1;
    switch (part->how) {
    case LAW_SAME: law_same(call, breach, last, operand, 1); break;
    case LAW_TIMES: law_same(call, breach, last, operand, part->factor); break;
    case LAW_TIMES_EXACT: law_scaled(call, breach, last, operand, part->factor); break;
    case LAW_SUM: law_sum(call, breach, operand); break;
    case LAW_PERMUTED:
        law_permuted(call, breach, last, operand, axis_of(call, part, operand));
        break;
    case LAW_GATHERED: law_gathered(call, breach, last, operand, part->from); break;
    case LAW_MAPPED: mapped(call, breach, operand, part->map); break;
    case LAW_ADJOINT: adjoint(call, breach, part); break;
    case LAW_SELF_ADJOINT: self_adjoint(call, breach, operand, part->with); break;
    default: break;
    }
}

/* A part's operands: one, or every one; the first after `operand` (-1 to begin with), or -1. */
static int next_operand(const struct law_call *call, const struct law_part *part, int operand) {
    if (part->of != LAW_EVERY) return operand < 0 ? part->of : -1;
    return operand + 1 < call->run[0]->problem->primitive->operand_count ? operand + 1 : -1;
}

void law_prepare(const struct property *law, const struct law_call *call, int run) {
    if (law->prepare) law->prepare(call, run);
    for (const struct law_part *part = law->in; part && part->how; part++)
        for (int o = -1; (o = next_operand(call, part, o)) >= 0;)
            if (call->run[run]->in[o]) change(call, run, part, o);
}

void law_compare(const struct property *law, const struct law_call *call, struct breach *breach) {
    if (law->compare) law->compare(call, breach);
    for (const struct law_part *part = law->out; part && part->how; part++)
        for (int o = -1; (o = next_operand(call, part, o)) >= 0;)
            if (call->run[0]->out[o]) relate(call, breach, part, o);
}
