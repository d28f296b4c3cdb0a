/* What descriptors say of shapes and absence in words is what their callbacks compute. */
#include <stdlib.h>

#include "kernels/core/registry.h"
#include "reference/cases.h"
#include "tests/unit/check.h"
#include "tests/unit/drawn.h"

/* ---- reading the words ------------------------------------------------------------------------
 * extents: product { (+|-) product };  product: factor { (*|/) factor };
 * factor: number | name | ( extents ).  A name that is no field stands for an axis of its own,
 * alone, and has one value in all operands of a problem. */

enum { AXES_MOST = 8 };

struct reader {
    const struct problem *problem;
    const char *at;
    bool bad;
    struct {
        char name[32];
        int64_t value;
    } axis[AXES_MOST];
    int axes;
};

static void skip(struct reader *r) { r->at += strspn(r->at, " "); }

static bool take(struct reader *r, char c) {
    skip(r);
    if (*r->at != c) return false;
    r->at++;
    return true;
}

static size_t name_length(const char *text) {
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

static int field_of(const struct primitive *p, const char *name, size_t length) {
    for (int i = 0; i < p->field_count; i++)
        if (strlen(p->fields[i].name) == length && !strncmp(p->fields[i].name, name, length))
            return i;
    return -1;
}

static int64_t sum(struct reader *r);

static int64_t factor(struct reader *r) {
    if (take(r, '(')) {
        const int64_t value = sum(r);
        r->bad |= !take(r, ')');
        return value;
    }
    const size_t length = name_length(r->at);
    const int field = field_of(r->problem->primitive, r->at, length);
    char *end;
    const int64_t number = strtoll(r->at, &end, 10);
    r->bad |= !length || (field < 0 && end != r->at + length);
    r->at += length;
    return field < 0 ? number : r->problem->value[field].i;
}

static int64_t product(struct reader *r) {
    int64_t value = factor(r);
    while (!r->bad) {
        if (take(r, '*')) {
            value *= factor(r);
        } else if (take(r, '/')) {
            const int64_t by = factor(r);
            r->bad |= !by;
            value = by ? value / by : 0;
        } else {
            break;
        }
    }
    return value;
}

static int64_t sum(struct reader *r) {
    skip(r);
    int64_t value = product(r);
    while (!r->bad) {
        if (take(r, '+'))
            value += product(r);
        else if (take(r, '-'))
            value -= product(r);
        else
            break;
    }
    return value;
}

/* An axis of its own: what it is where it was met before, and here. */
static bool own_axis(struct reader *r, int64_t extent) {
    const size_t length = name_length(r->at);
    const int axis = r->axes;
    for (int i = 0; i < axis; i++)
        if (strlen(r->axis[i].name) == length && !strncmp(r->axis[i].name, r->at, length)) {
            r->at += length;
            return r->axis[i].value == extent;
        }
    if (axis == AXES_MOST || length >= sizeof r->axis[0].name) return false;
    memcpy(r->axis[axis].name, r->at, length);
    r->axis[axis].name[length] = 0;
    r->axis[r->axes++].value = extent;
    r->at += length;
    return true;
}

static bool extent_is(struct reader *r, int64_t extent) {
    skip(r);
    const size_t length = name_length(r->at);
    const char after = r->at[length];
    if (length && (after == ',' || after == ']') && *r->at > '9' &&
        field_of(r->problem->primitive, r->at, length) < 0)
        return own_axis(r, extent);
    return sum(r) == extent && !r->bad;
}

/* "affine=0", "reduction=none|mean", or "trans_a", which is trans_a=1. */
static bool holds(struct reader *r, const char *condition) {
    const struct problem *problem = r->problem;
    const size_t length = name_length(condition);
    const int field = field_of(problem->primitive, condition, length);
    char value[64];
    r->bad |= field < 0;
    if (field < 0) return false;
    problem_print_field(problem, field, value, sizeof value);
    if (!condition[length]) return problem->value[field].i != 0;
    for (const char *one = condition + length; *one; one += strcspn(one, "|")) {
        one++;
        if (strcspn(one, "|") == strlen(value) && !strncmp(one, value, strlen(value))) return true;
    }
    return false;
}

/* "[m, k], or [k, m] with trans_a": the form that holds here. */
static const char *form(struct reader *r, const char *text) {
    const char *other = strstr(text, "], or ");
    if (!other) return text;
    const char *with = strstr(other, "] with ");
    r->bad |= !with;
    return with && holds(r, with + 7) ? other + 6 : text;
}

static bool shape_is(struct reader *r, const char *text, const struct shape *shape) {
    r->at = form(r, text);
    if (!take(r, '[')) return false;
    for (int axis = 0; axis < shape->rank; axis++)
        if ((axis && !take(r, ',')) || !extent_is(r, shape->dim[axis])) return false;
    return take(r, ']') && !r->bad;
}

/* ---- against the callbacks --------------------------------------------------------------------
 */

static int problems;

/* NULL, or the first operand that is not as it says. */
static const char *misdescribed(const struct problem *problem) {
    struct reader r = {.problem = problem};
    problems++;
    for (int o = 0; o < problem->primitive->operand_count; o++) {
        const struct operand *operand = &problem->primitive->operands[o];
        const struct shape shape = problem_shape(problem, o);
        const bool absent = operand->absent && holds(&r, operand->absent);
        if (r.bad || absent == shape_present(&shape) || !operand->shape) return operand->name;
        if (!absent && !shape_is(&r, operand->shape, &shape)) return operand->name;
    }
    return NULL;
}

static void look(const struct problem *problem) {
    struct error error;
    char text[PROBLEM_MAX_TEXT];
    if (problem_check(problem, &error)) return;
    const char *name = misdescribed(problem);
    if (!CHECK(!name))
        printf("  %s of %s with %s\n", name, problem->primitive->name,
               problem_print(problem, text, sizeof text));
}

/* The default problem, and those where one field is at an end or a little off its default. */
static void corners(const struct primitive *primitive) {
    struct problem problem;
    problem_init(&problem, primitive);
    look(&problem);
    for (int i = 0; i < primitive->field_count; i++) {
        const struct field *field = &primitive->fields[i];
        if (field->kind == FIELD_REAL) continue;
        const union field_value values[] = {
            field->lowest, field->highest, {.i = field->initial.i + 1}, {.i = 2}, {.i = 0}};
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            problem.value[i] = values[k];
            look(&problem);
        }
        problem.value[i] = field->initial;
    }
}

static void listed(const struct primitive *primitive) {
    for (int kind = 0; case_sections[kind]; kind++) {
        struct case_list list;
        struct error error = {""};
        CHECK(cases_of(&list, primitive, case_sections[kind], &error) == STATUS_OK);
        for (int i = 0; i < list.count; i++) look(&list.item[i].problem);
        cases_free(&list);
    }
}

/* ---- words that are wrong ---------------------------------------------------------------------
 */

static void told(const char *shape, const char *absent, bool right) {
    struct primitive changed = primitive_drawn;
    struct operand operands[DRAWN_Y + 1];
    memcpy(operands, drawn_operands, sizeof operands);
    operands[DRAWN_DIGIT].shape = shape;
    operands[DRAWN_DIGIT].absent = absent;
    changed.operands = operands;
    struct problem problem;
    problem_init(&problem, &changed);
    CHECK((misdescribed(&problem) == NULL) == right);
}

static void words(void) { /* rows=40,cols=25,classes=10 */
    told("[rows, cols]", NULL, true);
    told("[rows, classes * 2 + 5]", NULL, true);
    told("[4 * (classes + 1) - 4, (cols - 1) / 1 + 1]", NULL, true);
    told("[rows, width]", NULL, true);
    told("[width, width]", NULL, false);
    told("[cols, rows]", NULL, false);
    told("[rows]", NULL, false);
    told("[rows, cols, 1]", NULL, false);
    told("[rows, cols", NULL, false);
    told("rows, cols", NULL, false);
    told("[rows, cols / 0]", NULL, false);
    told("[rows, cols + width]", NULL, false);
    told("[cols, rows], or [rows, cols] with classes", NULL, true);
    told("[cols, rows], or [rows, cols] with classes=10", NULL, true);
    told("[cols, rows], or [rows, cols] with classes=1|10", NULL, true);
    told("[cols, rows], or [rows, cols] with classes=1", NULL, false);
    told("[cols, rows], or [rows, cols]", NULL, false);
    told("[rows, cols]", "classes=3", true);
    told("[rows, cols]", "classes=10", false);
    told("[rows, cols]", "nothing=0", false);
    told(NULL, NULL, false);
}

int main(void) {
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        corners(primitive);
        listed(primitive);
    }
    corners(&primitive_drawn);
    words();
    printf("%d problems\n", problems);
    return check_done();
}
