/* Problems: `key=value,key=value`, one field list per primitive.
 *
 * A primitive writes its fields once, as an X-macro in <primitive>.h:
 *
 *     #define SOFTMAX_FIELDS(INT, REAL, FLAG, CHOICE)                          \
 *         INT(axis_len, 64, 0, 1 << 24, "extent of the normalised axis")       \
 *         REAL(eps, 1e-5, 0.0, 1.0, "added to the variance")                   \
 *         FLAG(bias, 1, "add a bias")                                          \
 *         CHOICE(reduction, 1, "none|mean|sum", "what becomes of the losses")
 *     PROBLEM_STRUCT(softmax, SOFTMAX_FIELDS);
 *
 * A field that is added to a primitive later says what it was before, so that golden files that
 * were written without it are read as ever: INT(groups, 4, 1, 64, "groups", .before = "1").
 *
 * This makes `struct softmax_problem` (INT, FLAG and CHOICE are int64_t, REAL is double), and in
 * <primitive>.c PROBLEM_FIELDS(softmax, SOFTMAX_FIELDS) makes `fields` and `field_count`. Parser,
 * printer, hash, HDF5 attributes, command line and reports all read that one table. */
#ifndef KERNELS_CORE_PROBLEM_H
#define KERNELS_CORE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/core/status.h"

enum field_kind { FIELD_INT, FIELD_REAL, FIELD_FLAG, FIELD_CHOICE };

union field_value {
    int64_t i; /* INT, FLAG (0 or 1), CHOICE (index into choices) */
    double r;  /* REAL */
};

struct field {
    const char *name;
    const char *help;
    const char *choices; /* CHOICE: names separated by '|'; else NULL */
    enum field_kind kind;
    size_t offset; /* in the problem struct */
    union field_value initial, lowest, highest;
    const char *before; /* NULL, or its value in golden files that do not have it yet */
};

#define PROBLEM_INT_MEMBER_(name, ...) int64_t name;
#define PROBLEM_REAL_MEMBER_(name, ...) double name;
#define PROBLEM_STRUCT(primitive, FIELDS)                                                          \
    struct primitive##_problem {                                                                   \
        FIELDS(PROBLEM_INT_MEMBER_, PROBLEM_REAL_MEMBER_, PROBLEM_INT_MEMBER_,                     \
               PROBLEM_INT_MEMBER_)                                                                \
    }

#define PROBLEM_INT_ROW_(name_, initial_, lowest_, highest_, ...)                                  \
    {.name = #name_,                                                                               \
     .help = __VA_ARGS__,                                                                          \
     .kind = FIELD_INT,                                                                            \
     .offset = offsetof(problem_owner, name_),                                                     \
     .initial.i = initial_,                                                                        \
     .lowest.i = lowest_,                                                                          \
     .highest.i = highest_},
#define PROBLEM_REAL_ROW_(name_, initial_, lowest_, highest_, ...)                                 \
    {.name = #name_,                                                                               \
     .help = __VA_ARGS__,                                                                          \
     .kind = FIELD_REAL,                                                                           \
     .offset = offsetof(problem_owner, name_),                                                     \
     .initial.r = initial_,                                                                        \
     .lowest.r = lowest_,                                                                          \
     .highest.r = highest_},
#define PROBLEM_FLAG_ROW_(name_, initial_, ...)                                                    \
    {.name = #name_,                                                                               \
     .help = __VA_ARGS__,                                                                          \
     .kind = FIELD_FLAG,                                                                           \
     .offset = offsetof(problem_owner, name_),                                                     \
     .initial.i = initial_,                                                                        \
     .lowest.i = 0,                                                                                \
     .highest.i = 1},
#define PROBLEM_CHOICE_ROW_(name_, initial_, choices_, ...)                                        \
    {.name = #name_,                                                                               \
     .help = __VA_ARGS__,                                                                          \
     .choices = choices_,                                                                          \
     .kind = FIELD_CHOICE,                                                                         \
     .offset = offsetof(problem_owner, name_),                                                     \
     .initial.i = initial_},
#define PROBLEM_FIELDS(primitive, FIELDS)                                                          \
    typedef struct primitive##_problem problem_owner;                                              \
    _Static_assert(sizeof(problem_owner) <= sizeof(((struct problem *)0)->value),                  \
                   "raise PROBLEM_MAX_FIELDS");                                                    \
    static const struct field fields[] = {                                                         \
        FIELDS(PROBLEM_INT_ROW_, PROBLEM_REAL_ROW_, PROBLEM_FLAG_ROW_, PROBLEM_CHOICE_ROW_)};      \
    enum { field_count = sizeof fields / sizeof fields[0] }

struct primitive;

enum { PROBLEM_MAX_FIELDS = 64, PROBLEM_MAX_TEXT = 2048 };

/* A problem with the primitive it belongs to. `value` is the primitive's own problem struct:
 * every member is 8 bytes wide, in the order of the field list. */
struct problem {
    const struct primitive *primitive;
    union field_value value[PROBLEM_MAX_FIELDS];
};

/* Every field at its default. */
void problem_init(struct problem *problem, const struct primitive *primitive);

/* Set one field from text; checks the field's own range only. */
enum status problem_set(struct problem *problem, const char *key, const char *value,
                        struct error *error);

/* One value from text, as problem_set reads it; false: it is none, or out of the field's range. */
bool field_parse(const struct field *field, const char *text, union field_value *value);

/* Ranges of all fields and the primitive's validate(): what a program that filled the fields itself
 * must call before it uses the problem. */
enum status problem_check(const struct problem *problem, struct error *error);

/* Defaults, then each key=value of `text` (separated by commas; "" is all defaults), then
 * problem_check. Unknown, repeated and malformed keys, numbers out of range and combinations that
 * the primitive refuses give STATUS_BAD_INPUT and one line that names the key and the allowed
 * range. */
enum status problem_parse(struct problem *problem, const struct primitive *primitive,
                          const char *text, struct error *error);

/* Canonical text: every field, in order. Parsing it gives the same problem bit for bit. Returns
 * buffer. */
char *problem_print(const struct problem *problem, char *buffer, size_t buffer_bytes);

/* One field's value as text. Returns buffer. */
char *problem_print_field(const struct problem *problem, int field, char *buffer,
                          size_t buffer_bytes);

/* "[0, 4096]", "{0, 1}", "{none, mean, sum}". Returns buffer. */
char *field_print_range(const struct field *field, char *buffer, size_t buffer_bytes);

/* FNV-1a (64 bit) of primitive name and canonical text: stable across versions of the program. */
uint64_t problem_hash(const struct problem *problem);

#endif
