#include "tests/verifier/verify_draw.h"

#include <math.h>

#include "tests/unit/check.h"
#include "tests/unit/toy.h"
#include "tests/verifier/verify_simpler.h"

enum { CASES = 2000 };

/* As conv2d, in short: groups divide both channels, and a window fits into its row. */
#define BOUND_FIELDS(INT, REAL, FLAG, CHOICE)                                                      \
    INT(c, 16, 1, 1 << 16, "channels")                                                             \
    INT(oc, 16, 1, 1 << 16, "output channels")                                                     \
    INT(groups, 1, 1, 1 << 16, "divides both")                                                     \
    INT(length, 4096, 0, 1 << 30, "elements of a row")                                             \
    INT(window, 3, 1, 1 << 30, "at most length")
struct bound_problem {
    int64_t c, oc, groups, length, window;
};
#define BOUND_ROW(name_, initial_, lowest_, highest_, help_)                                       \
    {.name = #name_,                                                                               \
     .help = help_,                                                                                \
     .kind = FIELD_INT,                                                                            \
     .offset = offsetof(struct bound_problem, name_),                                              \
     .initial.i = initial_,                                                                        \
     .lowest.i = lowest_,                                                                          \
     .highest.i = highest_},
static const struct field bound_fields[] = {BOUND_FIELDS(BOUND_ROW, , , )};

static enum status bound_validate(const void *problem, struct error *error) {
    const struct bound_problem *p = problem;
    if (p->c % p->groups || p->oc % p->groups || p->window > p->length)
        return fail(error, STATUS_BAD_INPUT, "refused");
    return STATUS_OK;
}

static struct shape bound_shape(const void *problem, int operand) {
    const struct bound_problem *p = problem;
    (void)operand;
    return SHAPE(p->c, p->oc, p->length);
}

static double bound_flops(const void *problem) {
    const struct bound_problem *p = problem;
    return (double)p->c * (double)p->oc * (double)p->length;
}

static double bound_terms(const void *problem) {
    (void)problem;
    return 1;
}

static const struct operand bound_operands[] = {
    {"y", ROLE_OUT, DTYPE_F32, DOMAIN_REAL, .shape = "[c, oc, length]"}};

static const struct primitive primitive_bound = {
    .size = sizeof(struct primitive),
    .name = "bound",
    FIELDS(bound_fields),
    OPERANDS(bound_operands),
    .validate = bound_validate,
    .shape = bound_shape,
    .flops = bound_flops,
    .terms = bound_terms,
};

/* Every case again alone, backwards: the same; another seed: others. */
static void determinism(void) {
    struct problem_case first[50], again, other;
    int differ = 0;
    for (int i = 0; i < 50; i++) draw_case(&primitive_toy, 7, (uint64_t)i, 4, &first[i]);
    for (int i = 49; i >= 0; i--) {
        draw_case(&primitive_toy, 7, (uint64_t)i, 4, &again);
        draw_case(&primitive_toy, 8, (uint64_t)i, 4, &other);
        CHECK(memcmp(again.problem.value, first[i].problem.value, sizeof again.problem.value) == 0);
        CHECK(again.fill == first[i].fill && again.seed == first[i].seed &&
              again.threads == first[i].threads);
        differ += memcmp(again.problem.value, other.problem.value, sizeof other.problem.value) != 0;
    }
    CHECK(differ > 40);
}

/* All valid; every fill, thread count, flag, choice and end of a range comes up. */
static void coverage(void) {
    int fills[FILL_STYLES] = {0}, threads[5] = {0}, modes[3] = {0}, empty = 0, most = 0, below = 0;
    bool valid = true;
    for (int i = 0; i < CASES; i++) {
        struct problem_case item;
        draw_case(&primitive_toy, 1, (uint64_t)i, 4, &item);
        const struct toy_problem *p = (const void *)item.problem.value;
        valid = valid && problem_check(&item.problem, NULL) == STATUS_OK && item.threads >= 1 &&
                item.threads <= 4 && !item.constant;
        fills[item.fill]++;
        threads[item.threads]++;
        modes[p->mode]++;
        empty += p->n == 0;
        most += p->n == 4096;
        below += p->shift < 0;
    }
    CHECK(valid);
    for (int i = 0; i < FILL_STYLES; i++) CHECK((fills[i] > 0) == (i != FILL_NAN));
    for (int i = 1; i <= 4; i++) CHECK(threads[i] > CASES / 8);
    for (int i = 0; i < 3; i++) CHECK(modes[i] > CASES / 20);
    CHECK(empty > CASES / 100 && empty < CASES / 5);
    CHECK(most > 0 && below > CASES / 10);
}

/* Fields that bind each other are reached, far from where the walk starts. */
static void coupled(void) {
    int grouped = 0, depthwise = 0, whole = 0, wide = 0;
    bool valid = true;
    double dearest = 0;
    for (int i = 0; i < CASES; i++) {
        struct problem_case item;
        draw_case(&primitive_bound, 1, (uint64_t)i, 1, &item);
        const struct bound_problem *p = (const void *)item.problem.value;
        valid = valid && problem_check(&item.problem, NULL) == STATUS_OK;
        grouped += p->groups > 1;
        depthwise += p->groups > 1 && p->groups == p->c;
        whole += p->length > 1 && p->window == p->length;
        wide += p->window > 16;
        dearest = fmax(dearest, bound_flops(p));
    }
    CHECK(valid);
    CHECK(grouped > CASES / 20);
    CHECK(depthwise > CASES / 100);
    CHECK(whole > CASES / 100);
    CHECK(wide > CASES / 25);
    CHECK(dearest <= 3e7);
}

/* What is simpler is in range and comes nearer to the end, which is reached however slowly. */
static void simpler(void) {
    union field_value found[SIMPLER_MAX];
    for (int i = 0; i < primitive_toy.field_count; i++) {
        const struct field *field = &primitive_toy.fields[i];
        struct problem problem;
        problem_init(&problem, &primitive_toy);
        union field_value now = field->highest;
        if (field->kind == FIELD_CHOICE) now.i = 2;
        int steps = 0;
        bool valid = true;
        for (int count; (count = simpler_values(field, now, found)) && steps < 5000; steps++) {
            CHECK(count <= SIMPLER_MAX);
            now = found[count - 1];
            problem.value[i] = now;
            problem.value[0].i = 4096;
            valid = valid && problem_check(&problem, NULL) == STATUS_OK;
        }
        CHECK(valid);
        CHECK(steps < 5000);
    }
    CHECK(simpler_values(&primitive_toy.fields[1], (union field_value){.i = -8}, found) > 3);
    CHECK(found[0].i == 0 && found[1].i == -1);
    CHECK(simpler_values(&primitive_toy.fields[3], (union field_value){.i = 0}, found) == 0);
    enum fill fills[FILL_STYLES];
    CHECK(simpler_fills(FILL_COUNT, false, fills) == 0);
    CHECK(simpler_fills(FILL_HUGE, false, fills) > 3 && fills[0] == FILL_COUNT);
    CHECK(simpler_fills(FILL_HUGE, true, fills) > 2 && fills[0] == FILL_INTEGER);
}

int main(void) {
    determinism();
    coverage();
    coupled();
    simpler();
    return check_done();
}
