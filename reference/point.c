#include "reference/point.h"

#include <string.h>

#include "kernels/core/fill.h"
#include "kernels/core/memory.h"
#include "kernels/core/registry.h"
#include "reference/compare.h"

int64_t point_elements(const struct problem *problem, int operand) {
    const struct shape shape = problem_shape(problem, operand);
    return shape_elements(&shape);
}

void point_close(struct point *point) {
    for (int o = 0; o < OPERANDS_MAX; o++) {
        memory_free(point->made_up[o]);
        memory_free(point->wide[o]);
        memory_free(point->expected[o].value);
        memory_free(point->expected[o].sum);
        memory_free(point->expected[o].local);
    }
}

static bool make_room(struct expectation *expected, int64_t elements) {
    const size_t bytes = (size_t)elements * sizeof(double);
    expected->value = memory_allocate(bytes);
    expected->sum = memory_allocate(bytes);
    expected->local = memory_allocate(bytes);
    return expected->value && expected->sum && expected->local;
}

void point_ask(struct point *point) {
    const struct oracle_call call = {point->problem.value, point->operand, 0, point->expected,
                                     (const double *const *)point->wide};
    for (int o = 0; o < point->problem.primitive->operand_count; o++)
        if (point->expected[o].value)
            expectation_clear(&point->expected[o], point_elements(&point->problem, o));
    for (int64_t unit = 0; unit < oracle_units(point->oracle, &point->problem); unit++)
        oracle_evaluate(point->oracle, &point->problem, &call, unit);
}

enum status point_open(struct point *point, struct error *error) {
    const struct primitive *primitive = point->problem.primitive;
    point->oracle = oracle_find(primitive->name);
    if (!point->oracle || !point->oracle->wide)
        return fail(error, STATUS_UNAVAILABLE,
                    "the oracle of %s does not take doubles (struct oracle, wide)",
                    primitive->name);
    for (int o = 0; o < primitive->operand_count; o++) {
        const struct operand *operand = &primitive->operands[o];
        const int64_t count = point_elements(&point->problem, o);
        if (operand_is_output(operand) && count && !make_room(&point->expected[o], count))
            return fail(error, STATUS_NO_MEMORY, "no memory for %s", operand->name);
        if (!point->operand[o] || operand->dtype != DTYPE_F32) continue;
        point->wide[o] = memory_allocate((size_t)count * sizeof(double));
        if (!point->wide[o]) return fail(error, STATUS_NO_MEMORY, "no memory");
        for (int64_t i = 0; i < count; i++)
            point->wide[o][i] = ((const float *)point->operand[o])[i];
    }
    return STATUS_OK;
}

/* ---- names ------------------------------------------------------------------------------------
 */

int operand_named(const struct primitive *primitive, const char *prefix, const char *name) {
    const size_t length = strlen(prefix);
    for (int o = 0; o < primitive->operand_count; o++)
        if (!strncmp(primitive->operands[o].name, prefix, length) &&
            !strcmp(primitive->operands[o].name + length, name))
            return o;
    return -1;
}

/* The forward problem: fields of the same name. */
static void forward_problem(const struct problem *backward, const struct primitive *forward,
                            struct problem *problem) {
    problem_init(problem, forward);
    for (int i = 0; i < forward->field_count; i++)
        for (int j = 0; j < backward->primitive->field_count; j++)
            if (!strcmp(forward->fields[i].name, backward->primitive->fields[j].name))
                problem->value[i] = backward->value[j];
}

enum status point_open_forward(struct point *point, const struct problem *backward,
                               const void *const *operand, uint64_t seed, struct error *error) {
    const char *name = backward->primitive->gradient_of;
    const struct primitive *forward = registry_find_primitive(name);
    *point = (struct point){.oracle = NULL};
    if (!forward)
        return fail(error, STATUS_UNAVAILABLE, "it is the gradient of %s, which does not exist",
                    name);
    forward_problem(backward, forward, &point->problem);
    const enum status status = problem_check(&point->problem, error);
    for (int o = 0; o < forward->operand_count && !status; o++) {
        if (!operand_is_input(&forward->operands[o])) continue;
        const int same = operand_named(backward->primitive, "", forward->operands[o].name);
        const int64_t count = point_elements(&point->problem, o);
        if (same >= 0) {
            point->operand[o] = operand[same];
        } else if (count) {
            point->made_up[o] =
                memory_allocate((size_t)count * dtype_bytes(forward->operands[o].dtype));
            if (!point->made_up[o]) return fail(error, STATUS_NO_MEMORY, "no memory");
            fill_operand(&point->problem, o, FILL_NORMAL, seed, point->made_up[o]);
            point->operand[o] = point->made_up[o];
        }
    }
    return status ? status : point_open(point, error);
}

int saved_output(const struct primitive *forward, const struct primitive *backward, int operand) {
    if (!operand_is_input(&backward->operands[operand])) return -1;
    const int o = operand_named(forward, "", backward->operands[operand].name);
    return o >= 0 && forward->operands[o].role == ROLE_OUT ? o : -1;
}
