#include "tests/verifier/verify_cover_find.h"

#include "tests/verifier/verify_cover_classes.h"
#include "tests/verifier/verify_draw.h"

/* Elements that all operands of a problem may have. */
#define MOST_ELEMENTS 1e8

bool cover_fits(const struct problem *problem, double limit) {
    double elements = 0;
    if (problem_check(problem, NULL) || draw_cost(problem) > limit) return false;
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        elements += (double)shape_elements(&shape);
    }
    return elements <= MOST_ELEMENTS;
}

/* A field that is not held gets what a held one has, or a multiple of it, or anything. */
static void change_one(struct draw *d, struct problem *problem, const bool *held) {
    const struct primitive *primitive = problem->primitive;
    const int last = primitive->field_count - 1;
    const int field = (int)draw_between(d, 0, last), from = (int)draw_between(d, 0, last);
    if (held[field]) return;
    const bool follows = held[from] && primitive->fields[from].kind == FIELD_INT &&
                         primitive->fields[field].kind == FIELD_INT && draw_between(d, 0, 3);
    if (follows && problem->value[from].i < INT64_C(1) << 40)
        problem->value[field].i = problem->value[from].i * draw_between(d, 1, 3);
    else
        problem->value[field] = draw_value(d, problem, &primitive->fields[field]);
}

/* Fields that are not held change until the primitive takes the problem. */
static bool settle(struct draw *d, struct problem *problem, const bool *held, double limit) {
    enum { TRIES = 1000, AT_ONCE = 4 };
    if (cover_fits(problem, limit)) return true;
    for (int i = 0; i < TRIES; i++) {
        struct problem changed = *problem;
        for (int64_t n = draw_between(d, 1, AT_ONCE); n > 0; n--) change_one(d, &changed, held);
        if (!cover_fits(&changed, limit)) continue;
        *problem = changed;
        return true;
    }
    return false;
}

struct problem cover_start(struct draw *d, const struct primitive *primitive, double limit) {
    struct problem problem, least;
    problem_init(&problem, primitive);
    least = problem;
    for (int i = 0; i < primitive->field_count; i++)
        if (primitive->fields[i].kind == FIELD_INT)
            least.value[i] = class_value(d, &primitive->fields[i], 0);
    const bool defaults = cover_fits(&problem, limit) && draw_between(d, 0, 1);
    return defaults || problem_check(&least, NULL) ? problem : least;
}

void cover_vary(struct draw *d, struct problem *problem, const bool *held, double limit) {
    for (int i = 0; i < problem->primitive->field_count; i++) {
        const struct field *field = &problem->primitive->fields[i];
        const int class = (int)draw_between(d, 0, class_count(field) - 1);
        if (held[i] || !class_possible(field, class)) continue;
        struct problem changed = *problem;
        changed.value[i] = class_value(d, field, class);
        if (cover_fits(&changed, limit)) *problem = changed;
    }
}

bool cover_find(struct draw *d, const struct problem *wanted, const bool *held, double limit,
                struct problem *found) {
    enum { ATTEMPTS = 3 };
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        *found = cover_start(d, wanted->primitive, limit);
        for (int i = 0; i < wanted->primitive->field_count; i++)
            if (held[i]) found->value[i] = wanted->value[i];
        if (settle(d, found, held, limit)) return true;
    }
    return false;
}
