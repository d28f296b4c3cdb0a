#include "kernels/core/fill.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/callback.h"
#include "kernels/core/domain.h"
#include "kernels/core/output.h"
#include "kernels/core/random.h"

static const char *const names[FILL_STYLES] = {
    [FILL_NORMAL] = "normal",   [FILL_UNIFORM] = "uniform",   [FILL_INTEGER] = "integer",
    [FILL_SPECIAL] = "special", [FILL_INF] = "inf",           [FILL_OFFSET] = "offset",
    [FILL_CANCEL] = "cancel",   [FILL_MIXED] = "mixed",       [FILL_LARGE] = "large",
    [FILL_HUGE] = "huge",       [FILL_TINY] = "tiny",         [FILL_EQUAL] = "equal",
    [FILL_RUNS] = "runs",       [FILL_SORTED] = "sorted",     [FILL_ZERO] = "zero",
    [FILL_NAN] = "nan",         [FILL_PATCHES] = "patches",   [FILL_ALTERNATE] = "alternate",
    [FILL_COUNT] = "count",     [FILL_ONES] = "ones",         [FILL_SPARSE] = "sparse",
    [FILL_SPOTS] = "spots",     [FILL_HUNDREDS] = "hundreds", [FILL_DEEP] = "deep",
    [FILL_ODD] = "odd",         [FILL_BINADES] = "binades",   [FILL_MASKED] = "masked",
    [FILL_RARE] = "rare",       [FILL_SMALL] = "small",       [FILL_BLANK] = "blank",
};

const char *fill_name(enum fill fill) { return names[fill]; }

int fill_parse(const char *name) {
    for (int i = 0; i < FILL_STYLES; i++)
        if (strcmp(name, names[i]) == 0) return i;
    return -1;
}

bool fill_extreme(enum fill fill) {
    return fill == FILL_LARGE || fill == FILL_HUGE || fill == FILL_TINY || fill == FILL_MIXED ||
           fill == FILL_OFFSET || fill == FILL_PATCHES || fill == FILL_ALTERNATE ||
           fill == FILL_HUNDREDS || fill == FILL_DEEP || fill == FILL_BINADES ||
           fill == FILL_SMALL || fill == FILL_SPECIAL || fill == FILL_INF || fill == FILL_RARE ||
           fill == FILL_BLANK;
}

bool fill_repeats(enum fill fill) {
    switch (fill) {
    case FILL_INTEGER:
    case FILL_OFFSET:
    case FILL_TINY:
    case FILL_EQUAL:
    case FILL_RUNS:
    case FILL_ZERO:
    case FILL_PATCHES:
    case FILL_COUNT:
    case FILL_ONES:
    case FILL_ODD: /* of every second operand 0 and +-1 */
    case FILL_BLANK:
    case FILL_SORTED:
    case FILL_SPARSE:
    case FILL_SPOTS:
    case FILL_DEEP:
    case FILL_HUNDREDS: return true;
    default: return false;
    }
}

struct source {
    uint64_t seed;
    uint32_t stream;
    int64_t elements;
    int64_t integer_bound;
    double terms;
};

static double special(const struct source *s, uint64_t i, int with_nan) {
    static const float values[] = {INFINITY, -INFINITY, 0.0f,    -0.0f,   0x1p-149f, -0x1p-130f,
                                   FLT_MAX,  -FLT_MAX,  FLT_MIN, 0x1p24f, NAN,       -NAN};
    const int count = (int)(sizeof values / sizeof values[0]) - (with_nan ? 0 : 2);
    if (random_integer(s->seed, s->stream + 100, i, 0, 4))
        return random_normal(s->seed, s->stream, i);
    return values[random_integer(s->seed, s->stream + 200, i, 0, count - 1)];
}

/* Element i of runs that end where one in twenty elements draws an end, 40 elements on at most. */
static double patch(const struct source *s, uint64_t i) {
    uint64_t first = i;
    while (first % 40 && random_integer(s->seed, s->stream + 300, first, 0, 19)) first--;
    const double scale = pow(10, random_uniform(s->seed, s->stream + 100, first) * 12 - 6);
    const double offset = pow(10, random_uniform(s->seed, s->stream + 200, first) * 6 - 3);
    return scale * (offset + random_normal(s->seed, s->stream, i));
}

static double count(const struct source *s, uint64_t i) {
    return (double)((i + s->seed % 9 + 4 * (s->stream / 1000) + 8) % 9 + 1);
}

static double sparse(const struct source *s, uint64_t i) {
    if (random_integer(s->seed, s->stream + 100, i, 0, 5)) return 0;
    return (double)random_integer(s->seed, s->stream, i, 1, 3) *
           (random_bits(s->seed, s->stream + 200, i) & 1 ? 1 : -1);
}

static double spot(const struct source *s, uint64_t i) {
    static const float values[] = {NAN, INFINITY, -INFINITY, -0.0f};
    const int64_t which = random_integer(s->seed, s->stream, i, 0, 7);
    return which < 4 ? values[which] : count(s, i);
}

/* About as many of a sum's terms are not 0. */
enum { ODD_TERMS = 6, ODD_LEAST_BITS = 13, ODD_MOST_BITS = 24 };

static double odd(const struct source *s, uint64_t i) {
    const double sign = random_bits(s->seed, s->stream + 300, i) & 1 ? 1 : -1;
    if ((s->stream / 1000 + s->seed) % 2) return random_bits(s->seed, s->stream, i) & 1 ? sign : 0;
    if (random_uniform(s->seed, s->stream + 100, i) * s->terms >= ODD_TERMS) return 0;
    const int64_t half =
        INT64_C(1) << (random_integer(s->seed, s->stream + 200, i, ODD_LEAST_BITS, ODD_MOST_BITS) -
                       2);
    return sign * (double)(2 * random_integer(s->seed, s->stream, i, half, 2 * half - 1) + 1);
}

static double binade(const struct source *s, uint64_t i) {
    const double sign = random_bits(s->seed, s->stream + 300, i) & 1 ? 1 : -1;
    const int64_t exponent = random_integer(s->seed, s->stream + 100, i, -149, 127);
    /* 24 bits: what is stored as float32 does not round up to infinity */
    const double fraction = floor(random_uniform(s->seed, s->stream, i) * 0x1p23) * 0x1p-23;
    return sign * ldexp(1 + fraction, (int)exponent);
}

static double masked(const struct source *s, uint64_t i) {
    static const uint64_t lengths[] = {4, 7, 16, 50, 300};
    const uint64_t stretch = i / lengths[s->seed % (sizeof lengths / sizeof *lengths)];
    if (random_bits(s->seed, s->stream + 100, stretch) & 1) return -INFINITY;
    return random_normal(s->seed, s->stream, i);
}

static double rare(const struct source *s, uint64_t i) {
    static const double values[] = {NAN, INFINITY, -INFINITY, 100, -100, 1e30, -1e30, 0x1p-140};
    if (random_integer(s->seed, s->stream + 100, i, 0, 499))
        return random_normal(s->seed, s->stream, i);
    return values[random_integer(s->seed, s->stream + 200, i, 0,
                                 (int)(sizeof values / sizeof *values) - 1)];
}

static double blank(const struct source *s, uint64_t i) {
    static const uint64_t lengths[] = {4, 8, 16, 33, 100};
    static const double values[] = {NAN, INFINITY, -INFINITY};
    const uint64_t stretch = i / lengths[s->seed % (sizeof lengths / sizeof *lengths)];
    if (random_bits(s->seed, s->stream + 100, stretch) & 1) return 0;
    if (random_integer(s->seed, s->stream + 200, i, 0, 29))
        return random_normal(s->seed, s->stream, i);
    return values[random_integer(s->seed, s->stream + 300, i, 0,
                                 (int)(sizeof values / sizeof *values) - 1)];
}

static double value(const struct source *s, enum fill fill, uint64_t i) {
    const uint64_t seed = s->seed;
    const uint32_t stream = s->stream;
    switch (fill) {
    case FILL_NORMAL: return random_normal(seed, stream, i);
    case FILL_UNIFORM: return random_uniform(seed, stream, i);
    case FILL_INTEGER:
        return (double)random_integer(seed, stream, i, -s->integer_bound, s->integer_bound);
    case FILL_SPECIAL: return special(s, i, 1);
    case FILL_INF: return special(s, i, 0);
    case FILL_OFFSET: return 1e4 + 1e-2 * random_normal(seed, stream, i);
    case FILL_CANCEL:
        return (i % 2 ? -1 : 1) * 1e3 * (1 + random_uniform(seed, stream, i / 2)) +
               random_normal(seed, stream + 1, i);
    case FILL_MIXED:
        return random_normal(seed, stream, i) *
               pow(10, random_uniform(seed, stream + 100, i) * 12 - 6);
    case FILL_LARGE: return 176 * random_uniform(seed, stream, i) - 88;
    case FILL_HUGE: return 1e18 * random_normal(seed, stream, i);
    case FILL_TINY: return 0x1p-135 * random_normal(seed, stream, i);
    case FILL_EQUAL: return 0.1f + (double)(seed % 7);
    case FILL_RUNS: return (double)random_integer(seed, stream, i / 5, -3, 3);
    case FILL_SORTED: return (double)(s->elements - (int64_t)i) + (double)(seed % 7);
    case FILL_ZERO: return 0;
    case FILL_PATCHES: return patch(s, i);
    case FILL_ALTERNATE: return (i % 2 ? 1e-12 : 1e12) * random_normal(seed, stream, i);
    case FILL_COUNT: return count(s, i);
    case FILL_ONES: return 1;
    case FILL_SPARSE: return sparse(s, i);
    case FILL_SPOTS: return spot(s, i);
    case FILL_HUNDREDS: return 100 * (double)random_integer(seed, stream, i, -9, 9);
    case FILL_DEEP: return 220 * random_uniform(seed, stream, i) - 110;
    case FILL_ODD: return odd(s, i);
    case FILL_BINADES: return binade(s, i);
    case FILL_MASKED: return masked(s, i);
    case FILL_RARE: return rare(s, i);
    case FILL_BLANK: return blank(s, i);
    case FILL_SMALL: return random_normal(seed, stream, i) * pow(10, -4 - (double)(seed % 9));
    default: return NAN;
    }
}

/* Largest b with b*b*terms < 2^24, at most 8 and at least 1. */
static int64_t integer_bound(double terms) {
    const double bound = floor(sqrt(16777215.0 / terms));
    return bound > 8 ? 8 : bound < 1 ? 1 : (int64_t)bound;
}

static double real_at(const struct source *s, const struct operand *operand, enum fill fill,
                      int64_t i) {
    const double real = value(s, fill, (uint64_t)i);
    if (operand->domain == DOMAIN_NONNEGATIVE) return fabs(real);
    if (operand->domain == DOMAIN_PROBABILITY) return domain_probability(fill, real);
    return real;
}

static void store(enum dtype dtype, void *data, int64_t i, double real) {
    if (dtype == DTYPE_F32)
        ((float *)data)[i] = (float)real;
    else
        ((double *)data)[i] = real;
}

static void fill_reals(const struct source *s, const struct operand *operand, enum fill fill,
                       void *data) {
    for (int64_t i = 0; i < s->elements; i++)
        store(operand->dtype, data, i, real_at(s, operand, fill, i));
}

static _Noreturn void abandon(const struct primitive *primitive, const char *why) {
    char line[512];
    snprintf(line, sizeof line, "%.200s: fill of %.60s: %.200s",
             primitive->plugin ? primitive->plugin : "built in", primitive->name, why);
    output_abandon(line);
}

/* Line by line, in double: a share of a float32 is rounded once. */
static void fill_distributions(const struct source *s, const struct problem *problem, int index,
                               enum fill fill, void *data) {
    const struct operand *operand = &problem->primitive->operands[index];
    const struct shape shape = problem_shape(problem, index);
    const struct domain_lines lines = domain_lines(operand, &shape);
    double *line = malloc((size_t)lines.length * sizeof *line + 1);
    if (!line) abandon(problem->primitive, "out of memory");
    for (int64_t l = 0; l < lines.count; l++) {
        const int64_t first = domain_line(&lines, l);
        for (int64_t k = 0; k < lines.length; k++)
            line[k] = value(s, fill, (uint64_t)(first + k * lines.step));
        domain_distribution(
            fill, line, lines.length, 1,
            random_integer(s->seed, s->stream + 400, (uint64_t)l, 0, lines.length - 1));
        for (int64_t k = 0; k < lines.length; k++)
            store(operand->dtype, data, first + k * lines.step, line[k]);
    }
    free(line);
}

static void fill_integers(const struct source *s, enum dtype dtype, int64_t below, enum fill fill,
                          void *data) {
    for (int64_t i = 0; i < s->elements; i++) {
        const int64_t integer =
            domain_integer(fill, s->seed, s->stream, (uint64_t)i, s->elements, below);
        if (dtype == DTYPE_I64)
            ((int64_t *)data)[i] = integer;
        else
            ((uint8_t *)data)[i] = (uint8_t)integer;
    }
}

static int64_t below_of(const struct problem *problem, int index) {
    switch (problem->primitive->operands[index].domain) {
    case DOMAIN_MASK: return 2;
    case DOMAIN_BYTES: return 256;
    default: return operand_below(problem, index);
    }
}

enum status fill_own(const struct problem *problem, int index, enum fill fill, uint64_t seed,
                     void *data, bool *filled, struct error *error) {
    const struct primitive *primitive = problem->primitive;
    const struct fill_request request = {sizeof request, problem, index, fill, seed};
    *filled = false;
    if (!primitive->fill || !problem_reads(problem, index)) return STATUS_OK;
    const bool begun = callback_begin(primitive->plugin, primitive->name, "fill");
    *filled = primitive->fill(&request, data);
    callback_end(begun);
    const struct tensor tensor = {primitive->operands[index].dtype, problem_shape(problem, index),
                                  data};
    return *filled ? domain_check(problem, index, &tensor, error) : STATUS_OK;
}

void fill_operand(const struct problem *problem, int index, enum fill fill, uint64_t seed,
                  void *data) {
    const struct operand *operand = &problem->primitive->operands[index];
    const struct shape shape = problem_shape(problem, index);
    const struct source source = {seed, (uint32_t)index * 1000, shape_elements(&shape),
                                  integer_bound(problem_terms(problem)), problem_terms(problem)};
    struct error error;
    bool filled;
    if (fill_own(problem, index, fill, seed, data, &filled, &error))
        abandon(problem->primitive, error.text);
    if (filled) return;
    if (!problem_reads(problem, index)) fill = FILL_NAN;
    if (operand->dtype == DTYPE_I64 || operand->dtype == DTYPE_U8)
        fill_integers(&source, operand->dtype, below_of(problem, index), fill, data);
    else if (operand->along)
        fill_distributions(&source, problem, index, fill, data);
    else
        fill_reals(&source, operand, fill, data);
}
