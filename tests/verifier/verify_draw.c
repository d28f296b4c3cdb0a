#include "tests/verifier/verify_draw.h"

#include <math.h>
#include <string.h>

#include "kernels/core/random.h"

int64_t draw_between(struct draw *d, int64_t low, int64_t high) {
    return random_integer(d->seed, d->stream, d->next++, low, high);
}

double draw_unit(struct draw *d) { return random_uniform(d->seed, d->stream, d->next++); }

static int64_t clamped(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

/* ---- what a problem costs ---------------------------------------------------------------------
 */

static bool is_extent(const struct problem *problem, int64_t value) {
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        for (int d = 0; d < shape.rank; d++)
            if (shape.dim[d] == value) return true;
    }
    return false;
}

/* A field that is no operand's extent (a window) may be a loop that flops, which counts what the
 * best algorithm does, leaves out. Such a loop is cheap inside: thirty steps count as one
 * operation. */
static double hidden_loops(const struct problem *problem, double outputs, double elements) {
    double longest = 0;
    for (int i = 0; i < problem->primitive->field_count; i++)
        if (problem->primitive->fields[i].kind == FIELD_INT &&
            !is_extent(problem, problem->value[i].i))
            longest = fmax(longest, fmin((double)problem->value[i].i, elements));
    return outputs * longest / 30;
}

/* Where every result is a sum of products, flops leave out the products with padding, which an
 * implementation may well compute. */
static double padded_products(const struct problem *problem, double outputs) {
    const bool sums = problem->primitive->exact && !problem->primitive->selects;
    return sums ? 2 * outputs * (double)problem_terms(problem) : 0;
}

/* An empty problem may take the time that one of its other extents takes: as if it had one of what
 * it has none of. */
static struct problem not_empty(const struct problem *problem) {
    struct problem full = *problem;
    for (int i = 0; i < problem->primitive->field_count; i++)
        if (problem->primitive->fields[i].kind == FIELD_INT && problem->value[i].i == 0 &&
            problem->primitive->fields[i].highest.i > 0)
            full.value[i].i = 1;
    return problem_check(&full, NULL) ? *problem : full;
}

/* What not_empty could not fill up, because it would be too large: what is left of its extents. */
static double empty_loops(const struct problem *problem) {
    double longest = 0;
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        double steps = 1;
        for (int d = 0; d < shape.rank; d++) steps *= (double)(shape.dim[d] ? shape.dim[d] : 1);
        if (shape_present(&shape) && shape_elements(&shape) == 0) longest = fmax(longest, steps);
    }
    return longest;
}

double draw_cost(const struct problem *given) {
    const struct problem full = not_empty(given), *problem = &full;
    if (!memcmp(full.value, given->value, sizeof full.value) && empty_loops(given) > 0)
        return empty_loops(given);
    double outputs = 0, elements = 0;
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        elements += (double)shape_elements(&shape);
        if (operand_is_output(&problem->primitive->operands[i]))
            outputs += (double)shape_elements(&shape);
    }
    return fmax(fmax(problem_flops(problem), 4 * elements),
                fmax(hidden_loops(problem, outputs, elements), padded_products(problem, outputs)));
}

static bool affordable(const struct draw *d, const struct problem *problem, double limit) {
    return !problem_check(problem, NULL) && draw_cost(problem) <= fmax(d->budget, limit);
}

/* ---- proposals --------------------------------------------------------------------------------
 */

/* Something to do with another integer of the problem: the same, a multiple, a divisor, a
 * neighbour. */
static int64_t related(struct draw *d, const struct problem *problem) {
    const struct primitive *primitive = problem->primitive;
    const int from = (int)draw_between(d, 0, primitive->field_count - 1);
    if (primitive->fields[from].kind != FIELD_INT) return draw_between(d, 1, 4);
    const int64_t value = problem->value[from].i, factor = draw_between(d, 1, 8);
    switch (draw_between(d, 0, 3)) {
    case 0: return value;
    case 1: return value < INT64_C(1) << 40 ? value * factor : value;
    case 2: return value % factor ? value : value / factor;
    default: return value + draw_between(d, -1, 1);
    }
}

int64_t draw_log_uniform(struct draw *d, int64_t low, int64_t high) {
    const double from = log((double)(low < 1 ? 1 : low)), to = log((double)(high < 1 ? 1 : high));
    return (int64_t)exp(from + (to - from) * draw_unit(d));
}

static int64_t integer(struct draw *d, const struct problem *problem, const struct field *field) {
    static const int64_t edges[] = {7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65};
    enum { EDGES = sizeof edges / sizeof *edges };
    const int64_t low = field->lowest.i, high = field->highest.i, initial = field->initial.i;
    const int64_t sign = low < 0 && draw_between(d, 0, 1) ? -1 : 1;
    /* defaults tell what is usual: a stride of 1, rows of 4096 elements */
    const bool few = initial < 4;
    const int64_t usual = few            ? (draw_between(d, 0, 2) ? 100 : 8)
                          : initial > 75 ? 300
                                         : 4 * initial;
    const int64_t which = draw_between(d, 0, 99);
    int64_t value;
    if (which < 8)
        value = initial;
    else if (which < 14)
        value = low + draw_between(d, 0, 3);
    else if (which < 18)
        value = draw_between(d, 0, 2);
    else if (which < 40)
        value = sign * (few ? draw_between(d, 1, 6) : edges[draw_between(d, 0, EDGES - 1)]);
    else if (which < (few ? 48 : 50))
        value = sign * ((INT64_C(1) << draw_between(d, 0, 20)) + draw_between(d, -1, 1));
    else if (which < 66)
        value = related(d, problem);
    else if (which < (few ? 67 : 72))
        value = sign * draw_log_uniform(d, low, high);
    else
        value = sign * draw_log_uniform(d, low, high < usual ? high : usual);
    return clamped(value, low, high);
}

static double real(struct draw *d, const struct field *field) {
    const double low = field->lowest.r, high = field->highest.r;
    const int64_t which = draw_between(d, 0, 99);
    const double tiny = pow(10, (double)-draw_between(d, 1, 8));
    const double sign = low < 0 && draw_between(d, 0, 1) ? -1 : 1;
    const double value = which < 30   ? field->initial.r
                         : which < 42 ? 0
                         : which < 52 ? 1
                         : which < 57 ? -1
                         : which < 60 ? low
                         : which < 63 ? high
                         : which < 70 ? high - (high - low) * tiny
                         : which < 85 ? sign * pow(10, 12 * draw_unit(d) - 8)
                                      : sign * 2 * draw_unit(d);
    /* as often short in decimals as full of bits */
    const double kept = draw_between(d, 0, 1) ? value : rint(value * 100) / 100;
    return kept < low ? low : kept > high ? high : kept;
}

static int64_t choice(struct draw *d, const struct field *field) {
    int64_t last = 0;
    for (const char *at = field->choices; *at; at++) last += *at == '|';
    return draw_between(d, 0, last);
}

union field_value draw_value(struct draw *d, const struct problem *problem,
                             const struct field *field) {
    switch (field->kind) {
    case FIELD_INT: return (union field_value){.i = integer(d, problem, field)};
    case FIELD_REAL: return (union field_value){.r = real(d, field)};
    case FIELD_FLAG: return (union field_value){.i = draw_between(d, 0, 1)};
    default: return (union field_value){.i = choice(d, field)};
    }
}

/* ---- the walk ---------------------------------------------------------------------------------
 */

/* False: from the defaults. */
static bool start_low(struct draw *d, const struct primitive *primitive, struct problem *problem) {
    problem_init(problem, primitive);
    if (affordable(d, problem, 20 * d->budget) && draw_between(d, 0, 1)) return false;
    struct problem least = *problem;
    for (int i = 0; i < primitive->field_count; i++)
        if (primitive->fields[i].kind == FIELD_INT)
            least.value[i].i =
                clamped(1, primitive->fields[i].lowest.i, primitive->fields[i].highest.i);
    if (problem_check(&least, NULL)) return false;
    *problem = least;
    return true;
}

static void step(struct draw *d, struct problem *problem, int field) {
    enum { TRIES = 4 };
    const double before = draw_cost(problem);
    for (int i = 0; i < TRIES; i++) {
        struct problem changed = *problem;
        changed.value[field] = draw_value(d, problem, &problem->primitive->fields[field]);
        if (!affordable(d, &changed, before)) continue;
        *problem = changed;
        return;
    }
}

enum fill draw_fill(struct draw *d) {
    if (draw_between(d, 0, 3) == 0) return FILL_NORMAL;
    for (;;) {
        const enum fill fill = (enum fill)draw_between(d, 0, FILL_STYLES - 1);
        if (fill != FILL_NAN) return fill;
    }
}

/* FNV-1a: primitives with the same fields get different problems. */
uint32_t draw_stream(const char *name) {
    uint32_t hash = 2166136261u;
    for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

void draw_case(const struct primitive *primitive, uint64_t seed, uint64_t index, int threads,
               struct problem_case *item) {
    struct draw d = {.seed = seed, .stream = draw_stream(primitive->name), .next = index << 20};
    const int64_t size = draw_between(&d, 0, 99);
    d.budget = size < 85 ? 1e5 : size < 98 ? 2e6 : 3e7;
    *item = (struct problem_case){.line = 0};
    item->fill = draw_fill(&d);
    item->seed = (uint64_t)draw_between(&d, 1, 999);
    item->threads = (int)draw_between(&d, 1, threads);
    /* not all implementations take everything: of the problems that start from the defaults one in
     * three moves all fields, the others leave about half of them, or four in five, there */
    const int64_t moving = start_low(&d, primitive, &item->problem) ? 0 : draw_between(&d, 0, 2);
    bool moves[PROBLEM_MAX_FIELDS];
    for (int i = 0; i < primitive->field_count; i++)
        moves[i] = moving == 0 || draw_between(&d, 0, moving == 1 ? 1 : 4) == 0;
    for (int i = 0; i < 3 * primitive->field_count; i++) {
        const int field = (int)draw_between(&d, 0, primitive->field_count - 1);
        if (moves[field]) step(&d, &item->problem, field);
    }
}
