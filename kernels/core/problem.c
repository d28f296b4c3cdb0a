#include "kernels/core/problem.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/primitive.h"

/* A position in a buffer that never overflows and always ends in 0. */
struct text {
    char *at;
    size_t room;
};

static void append(struct text *text, const char *piece, size_t length) {
    if (length >= text->room) length = text->room ? text->room - 1 : 0;
    memcpy(text->at, piece, length);
    text->at += length;
    text->room -= length;
    if (text->room) *text->at = 0;
}

static void append_string(struct text *text, const char *piece) {
    append(text, piece, strlen(piece));
}

static struct text start(char *buffer, size_t bytes) {
    if (bytes) *buffer = 0;
    return (struct text){buffer, bytes};
}

static const char *choice_at(const char *choices, int64_t index, size_t *length) {
    for (; index > 0 && choices; index--) {
        choices = strchr(choices, '|');
        if (choices) choices++;
    }
    *length = choices ? strcspn(choices, "|") : 0;
    return choices;
}

static int64_t choice_count(const char *choices) {
    int64_t count = 1;
    for (; *choices; choices++) count += *choices == '|';
    return count;
}

/* Shortest decimal text that reads back as the same double. */
static void print_real(double value, char *buffer, size_t bytes) {
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(buffer, bytes, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value) return;
    }
}

char *problem_print_field(const struct problem *problem, int index, char *buffer, size_t bytes) {
    const struct field *field = &problem->primitive->fields[index];
    const union field_value *value = &problem->value[index];
    if (field->kind == FIELD_REAL) {
        print_real(value->r, buffer, bytes);
    } else if (field->kind == FIELD_CHOICE) {
        struct text text = start(buffer, bytes);
        size_t length;
        const char *name = choice_at(field->choices, value->i, &length);
        if (name) append(&text, name, length);
    } else {
        snprintf(buffer, bytes, "%lld", (long long)value->i);
    }
    return buffer;
}

char *field_print_range(const struct field *field, char *buffer, size_t bytes) {
    if (field->kind == FIELD_REAL) {
        snprintf(buffer, bytes, "[%g, %g]", field->lowest.r, field->highest.r);
    } else if (field->kind == FIELD_INT) {
        snprintf(buffer, bytes, "[%lld, %lld]", (long long)field->lowest.i,
                 (long long)field->highest.i);
    } else if (field->kind == FIELD_FLAG) {
        snprintf(buffer, bytes, "{0, 1}");
    } else {
        struct text text = start(buffer, bytes);
        append_string(&text, "{");
        for (int64_t i = 0; i < choice_count(field->choices); i++) {
            size_t length;
            const char *name = choice_at(field->choices, i, &length);
            if (i) append_string(&text, ", ");
            append(&text, name, length);
        }
        append_string(&text, "}");
    }
    return buffer;
}

void problem_init(struct problem *problem, const struct primitive *primitive) {
    memset(problem, 0, sizeof *problem);
    problem->primitive = primitive;
    for (int i = 0; i < primitive->field_count; i++)
        problem->value[i] = primitive->fields[i].initial;
}

static enum status out_of_range(const struct field *field, const char *value, struct error *error) {
    char range[256];
    return fail(error, STATUS_BAD_INPUT, "%s=%s is not in %s (%s)", field->name, value,
                field_print_range(field, range, sizeof range), field->help);
}

static bool in_range(const struct field *field, const union field_value *value) {
    switch (field->kind) {
    case FIELD_REAL: return value->r >= field->lowest.r && value->r <= field->highest.r;
    case FIELD_CHOICE: return value->i >= 0 && value->i < choice_count(field->choices);
    default: return value->i >= field->lowest.i && value->i <= field->highest.i;
    }
}

static bool read_choice(const struct field *field, const char *name, int64_t *index) {
    for (*index = 0; *index < choice_count(field->choices); ++*index) {
        size_t length;
        const char *choice = choice_at(field->choices, *index, &length);
        if (strlen(name) == length && memcmp(name, choice, length) == 0) return true;
    }
    return false;
}

static bool read_value(const struct field *field, const char *value, union field_value *out) {
    if (field->kind == FIELD_CHOICE) return read_choice(field, value, &out->i);
    if (*value == 0 || *value == ' ' || *value == '\t' || *value == '\n') return false;
    char *end;
    errno = 0;
    if (field->kind == FIELD_REAL) {
        out->r = strtod(value, &end);
        /* an underflow to a denormal or zero is a fine value; an overflow is not */
        if (errno == ERANGE && isinf(out->r)) return false;
    } else {
        out->i = strtoll(value, &end, 10);
        if (errno) return false;
    }
    return *end == 0;
}

bool field_parse(const struct field *field, const char *text, union field_value *value) {
    return read_value(field, text, value) && in_range(field, value);
}

static int find_field(const struct primitive *primitive, const char *key) {
    for (int i = 0; i < primitive->field_count; i++)
        if (strcmp(primitive->fields[i].name, key) == 0) return i;
    return -1;
}

static enum status unknown_field(const struct primitive *primitive, const char *key,
                                 struct error *error) {
    char names[256];
    struct text text = start(names, sizeof names);
    for (int i = 0; i < primitive->field_count; i++) {
        if (i) append_string(&text, ", ");
        append_string(&text, primitive->fields[i].name);
    }
    return fail(error, STATUS_BAD_INPUT, "%s has no field '%.60s'; its fields are %s",
                primitive->name, key, names);
}

enum status problem_set(struct problem *problem, const char *key, const char *value,
                        struct error *error) {
    const int index = find_field(problem->primitive, key);
    if (index < 0) return unknown_field(problem->primitive, key, error);
    const struct field *field = &problem->primitive->fields[index];
    union field_value parsed;
    if (!field_parse(field, value, &parsed)) return out_of_range(field, value, error);
    problem->value[index] = parsed;
    return STATUS_OK;
}

/* What primitives promise and plugins may not keep. */
static enum status check_shapes(const struct problem *problem, struct error *error) {
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        const char *wrong = shape_wrong(&shape);
        if (wrong)
            return fail(error, STATUS_BAD_INPUT, "%s: the shape of %s cannot be: %s",
                        problem->primitive->name, problem->primitive->operands[i].name, wrong);
    }
    return STATUS_OK;
}

enum status problem_check(const struct problem *problem, struct error *error) {
    const struct primitive *primitive = problem->primitive;
    for (int i = 0; i < primitive->field_count; i++) {
        char value[64];
        if (!in_range(&primitive->fields[i], &problem->value[i]))
            return out_of_range(&primitive->fields[i],
                                problem_print_field(problem, i, value, sizeof value), error);
    }
    const enum status status = problem_validate(problem, error);
    return status ? status : check_shapes(problem, error);
}

static enum status set_pair(struct problem *problem, char *pair, bool *seen, struct error *error) {
    char *equals = strchr(pair, '=');
    if (!equals) return fail(error, STATUS_BAD_INPUT, "'%.60s' is not of the form key=value", pair);
    *equals = 0;
    const int index = find_field(problem->primitive, pair);
    if (index >= 0 && seen[index]) return fail(error, STATUS_BAD_INPUT, "%s is given twice", pair);
    if (index >= 0) seen[index] = true;
    return problem_set(problem, pair, equals + 1, error);
}

enum status problem_parse(struct problem *problem, const struct primitive *primitive,
                          const char *text, struct error *error) {
    problem_init(problem, primitive);
    if (strlen(text) >= PROBLEM_MAX_TEXT)
        return fail(error, STATUS_BAD_INPUT, "the problem is longer than %d characters",
                    PROBLEM_MAX_TEXT - 1);
    char copy[PROBLEM_MAX_TEXT];
    strcpy(copy, text);
    bool seen[PROBLEM_MAX_FIELDS] = {false};
    char *next = *copy ? copy : NULL;
    while (next) {
        char *pair = next;
        next = strchr(pair, ',');
        if (next) *next++ = 0;
        const enum status status = set_pair(problem, pair, seen, error);
        if (status) return status;
    }
    return problem_check(problem, error);
}

char *problem_print(const struct problem *problem, char *buffer, size_t bytes) {
    struct text text = start(buffer, bytes);
    for (int i = 0; i < problem->primitive->field_count; i++) {
        char value[64];
        if (i) append_string(&text, ",");
        append_string(&text, problem->primitive->fields[i].name);
        append_string(&text, "=");
        append_string(&text, problem_print_field(problem, i, value, sizeof value));
    }
    return buffer;
}

static uint64_t fnv1a(uint64_t hash, const char *text) {
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t problem_hash(const struct problem *problem) {
    char text[PROBLEM_MAX_TEXT];
    problem_print(problem, text, sizeof text);
    uint64_t hash = fnv1a(UINT64_C(0xcbf29ce484222325), problem->primitive->name);
    return fnv1a(fnv1a(hash, "/"), text);
}
