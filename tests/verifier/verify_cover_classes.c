#include "tests/verifier/verify_cover_classes.h"

#include <math.h>

enum { INT_LEAST, INT_SMALL, INT_EDGE, INT_LARGE, INT_CLASSES };
enum { REAL_INITIAL, REAL_ZERO, REAL_OTHER, REAL_CLASSES };
enum { SMALL_FROM = 2, SMALL_TO = 6, LARGE_FROM = 66, LARGE_TO = 5000 };

static int choice_count(const struct field *field) {
    int count = 1;
    for (const char *at = field->choices; *at; at++) count += *at == '|';
    return count;
}

int class_count(const struct field *field) {
    switch (field->kind) {
    case FIELD_INT: return INT_CLASSES;
    case FIELD_REAL: return REAL_CLASSES;
    case FIELD_FLAG: return 2;
    default: return choice_count(field);
    }
}

bool class_possible(const struct field *field, int class) {
    if (field->kind != FIELD_INT) return true;
    static const int64_t least[INT_CLASSES] = {INT64_MIN, SMALL_FROM, 7, LARGE_FROM};
    static const int64_t most[INT_CLASSES] = {1, SMALL_TO, 4097, INT64_MAX};
    return field->highest.i >= least[class] && field->lowest.i <= most[class];
}

static int64_t clamped(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

static int64_t int_value(struct draw *d, const struct field *field, int class) {
    const int64_t low = field->lowest.i, high = field->highest.i;
    int64_t value = 1;
    if (class == INT_SMALL) value = draw_between(d, SMALL_FROM, SMALL_TO);
    if (class == INT_LARGE)
        value = draw_log_uniform(d, LARGE_FROM, clamped(LARGE_TO, LARGE_FROM, high));
    for (int draw = 0; class == INT_EDGE && draw < 8; draw++) {
        value = edge_value((int)draw_between(d, 0, EDGES - 1));
        if (value <= high) break;
    }
    return clamped(value, low, high);
}

static double real_value(struct draw *d, const struct field *field, int class) {
    if (class == REAL_INITIAL) return field->initial.r;
    const double low = field->lowest.r, high = field->highest.r;
    if (class == REAL_ZERO) return low > 0 || high < 0 ? low : 0;
    const double value = draw_between(d, 0, 1) ? rint(200 * draw_unit(d)) / 100 : draw_unit(d);
    const double kept = low < 0 && draw_between(d, 0, 1) ? -value : value;
    return kept < low ? low : kept > high ? high : kept;
}

union field_value class_value(struct draw *d, const struct field *field, int class) {
    switch (field->kind) {
    case FIELD_INT: return (union field_value){.i = int_value(d, field, class)};
    case FIELD_REAL: return (union field_value){.r = real_value(d, field, class)};
    default: return (union field_value){.i = class};
    }
}

static int int_class(int64_t value) {
    if (value <= 1) return INT_LEAST;
    if (value <= SMALL_TO) return INT_SMALL;
    for (int edge = 0; edge < EDGES; edge++)
        if (value == edge_value(edge)) return INT_EDGE;
    return value >= LARGE_FROM ? INT_LARGE : -1;
}

int class_of(const struct field *field, union field_value value) {
    switch (field->kind) {
    case FIELD_INT: return int_class(value.i);
    case FIELD_REAL:
        if (value.r == field->initial.r) return REAL_INITIAL;
        return value.r == 0 || value.r == field->lowest.r ? REAL_ZERO : REAL_OTHER;
    default: return (int)value.i;
    }
}
