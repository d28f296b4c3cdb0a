#include "tests/verifier/verify_simpler.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The value an integer shrinks towards: as near to zero as its range allows. */
static int64_t target_of(const struct field *field) {
    if (field->lowest.i > 0) return field->lowest.i;
    return field->highest.i < 0 ? field->highest.i : 0;
}

/* Distances from the target, rising: the first few, then fractions of the way, then one less. */
static int simpler_integers(const struct field *field, int64_t now, union field_value *simpler) {
    const int64_t target = target_of(field), way = now > target ? now - target : target - now;
    const int64_t step[] = {0,
                            1,
                            2,
                            3,
                            4,
                            way / 16,
                            way / 8,
                            way / 4,
                            way / 2,
                            way - way / 4,
                            way - way / 16,
                            way - way / 64,
                            way - 1};
    const int side = now > target ? 1 : -1;
    int count = 0;
    int64_t last = -1;
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        if (step[i] <= last || step[i] >= way) continue;
        last = step[i];
        simpler[count++].i = target + side * last;
    }
    return count;
}

/* The default, small whole numbers, then fewer and fewer digits cut off. */
static int simpler_reals(const struct field *field, double now, union field_value *simpler) {
    const double plain[] = {field->initial.r, 0, 1, -1, 2, 0.5};
    int count = 0;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (plain[i] == now) return count;
        if (plain[i] >= field->lowest.r && plain[i] <= field->highest.r)
            simpler[count++].r = plain[i];
    }
    for (int digits = 1; digits <= 8; digits++) {
        char text[32];
        snprintf(text, sizeof text, "%.*e", digits - 1, now);
        const double rounded = strtod(text, NULL);
        if (rounded == now) return count;
        if (rounded >= field->lowest.r && rounded <= field->highest.r) simpler[count++].r = rounded;
    }
    return count;
}

int simpler_values(const struct field *field, union field_value now,
                   union field_value simpler[SIMPLER_MAX]) {
    switch (field->kind) {
    case FIELD_INT: return simpler_integers(field, now.i, simpler);
    case FIELD_REAL: return simpler_reals(field, now.r, simpler);
    case FIELD_FLAG: simpler[0].i = 0; return now.i != 0;
    default: simpler[0] = field->initial; return now.i != field->initial.i;
    }
}

int simpler_fills(enum fill now, bool exact, enum fill simpler[FILL_STYLES]) {
    /* numbers one can follow; then small ones; then none at all; then others that are easy to read
     */
    static const struct {
        enum fill fill;
        bool exact; /* float32 sums of products of them are */
    } order[] = {{FILL_COUNT, false},    {FILL_INTEGER, true}, {FILL_SPARSE, true},
                 {FILL_ONES, true},      {FILL_ZERO, true},    {FILL_RUNS, true},
                 {FILL_HUNDREDS, false}, {FILL_SPOTS, false},  {FILL_NORMAL, false}};
    int count = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order && order[i].fill != now; i++)
        if (!exact || order[i].exact) simpler[count++] = order[i].fill;
    return count;
}
