/* Which functions of one variable there are, and what is promised of each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/registry.h"
#include "reference/judge.h"
#include "tests/verifier/verify_ulp.h"

static struct ulp_group *add_group(struct ulp_groups *groups, const char *function) {
    struct ulp_group *grown =
        realloc(groups->item, ((size_t)groups->count + 1) * sizeof *groups->item);
    if (!grown) return NULL;
    groups->item = grown;
    struct ulp_group *group = &groups->item[groups->count++];
    memset(group, 0, sizeof *group);
    snprintf(group->function, sizeof group->function, "%s", function);
    return group;
}

static struct ulp_subject *add_subject(struct ulp_group *group, const char *primitive,
                                       const char *variant, const char *function) {
    if (group->count == ULP_SUBJECTS_MAX) return NULL;
    struct ulp_subject *subject = &group->subject[group->count++];
    snprintf(subject->name, sizeof subject->name, "%s/%s%s", primitive, variant, function);
    subject->finding.verdict = VERDICT_PASS;
    return subject;
}

/* ---- vector functions -------------------------------------------------------------------------
 */

static struct ulp_group *group_of(struct ulp_groups *groups, const char *function) {
    for (int i = 0; i < groups->count; i++)
        if (groups->item[i].truth && strcmp(groups->item[i].function, function) == 0)
            return &groups->item[i];
    struct ulp_group *group = add_group(groups, function);
    if (group) group->truth = elementary_find(function), group->factor = -1;
    return group;
}

static enum status gather_vectors(struct ulp_groups *groups, const struct filters *filters,
                                  enum isa isa, struct error *error) {
    for (const struct vmath_function *f = vmath_functions(isa); f && f->name; f++) {
        char variant[64];
        snprintf(variant, sizeof variant, "%s_%s", f->name, isa_name(isa));
        if (!filters_match(filters, "vmath", variant, NULL)) continue;
        struct ulp_group *group = group_of(groups, f->function);
        struct ulp_subject *subject = group ? add_subject(group, "vmath", variant, "") : NULL;
        if (!subject) return fail(error, STATUS_NO_MEMORY, "out of memory");
        if (!group->truth)
            return fail(error, STATUS_UNAVAILABLE, "vmath: there is no reference of %s",
                        f->function);
        subject->vector = f;
        subject->rule = (struct ulp_rule){.limit = f->ulp, .zero_signs = true};
        if (isa > isa_best()) subject->unavailable = "this machine, or --isa, has no such ISA";
    }
    return STATUS_OK;
}

/* ---- implementations --------------------------------------------------------------------------
 */

/* One block: the field that counts elements is the first whose value is their number. */
static bool block_problem(struct problem *problem, int input) {
    const struct primitive *primitive = problem->primitive;
    for (int i = 0; i < primitive->field_count; i++) {
        if (primitive->fields[i].kind != FIELD_INT) continue;
        struct problem tried = *problem;
        tried.value[i].i = ULP_BLOCK;
        if (problem_check(&tried, NULL)) continue;
        const struct shape shape = problem_shape(&tried, input);
        if (shape_elements(&shape) != ULP_BLOCK) continue;
        *problem = tried;
        return true;
    }
    return false;
}

/* The next combination of flags and choices: each is another function. */
static bool next_function(struct problem *problem) {
    const struct primitive *primitive = problem->primitive;
    for (int i = 0; i < primitive->field_count; i++) {
        const struct field *field = &primitive->fields[i];
        if (field->kind != FIELD_FLAG && field->kind != FIELD_CHOICE) continue;
        int64_t values = 2;
        if (field->kind == FIELD_CHOICE) {
            values = 1;
            for (const char *at = field->choices; *at; at++) values += *at == '|';
        }
        problem->value[i].i = (problem->value[i].i + 1) % values;
        if (problem->value[i].i != field->initial.i) return true;
    }
    return false;
}

/* "relu", "gelu:approximate=tanh": without the field that counts and those at their defaults. */
static void function_name(const struct problem *problem, char *buffer, size_t bytes) {
    const struct primitive *primitive = problem->primitive;
    size_t used = (size_t)snprintf(buffer, bytes, "%s", primitive->name);
    for (int i = 0; i < primitive->field_count && used < bytes; i++) {
        const struct field *field = &primitive->fields[i];
        char value[128];
        if (field->kind != FIELD_FLAG && field->kind != FIELD_CHOICE) continue;
        if (problem->value[i].i == field->initial.i) continue;
        problem_print_field(problem, i, value, sizeof value);
        used += (size_t)snprintf(buffer + used, bytes - used, ":%s=%s", field->name, value);
    }
}

static void add_implementation(struct ulp_group *group, const struct implementation *i) {
    char function[sizeof group->function]; /* ":approximate=tanh" */
    snprintf(function, sizeof function, "%s", group->function + strlen(i->primitive));
    struct ulp_subject *subject = add_subject(group, i->primitive, i->variant, function);
    if (!subject) return;
    const bool exact = group->problem.primitive->selects;
    subject->implementation = i;
    subject->tolerance = tolerance_for(problem_terms(&group->problem), &i->accumulation, exact);
    /* a stranger has not promised more than the tolerance */
    const bool own = !i->peer && (!i->plugin || group->problem.primitive->plugin);
    subject->rule.limit = exact ? 0 : !own || group->factor >= 0 ? INFINITY : ULP_LIMIT;
    subject->rule.finite = i->no_special != NULL;
    subject->unavailable = i->no_extremes;
    if (!group->oracle) subject->unavailable = "its primitive has no oracle";
}

/* The operand swept, grad_y of a gradient (else -1), and the result. */
struct roles {
    int input, factor, output;
};

static struct roles roles_of(const struct primitive *primitive) {
    struct roles roles = {-1, -1, -1};
    for (int i = 0; i < primitive->operand_count; i++) {
        const struct operand *operand = &primitive->operands[i];
        if (!operand_is_input(operand))
            roles.output = i;
        else if (primitive->gradient_of && strcmp(operand->name, "grad_y") == 0)
            roles.factor = i;
        else
            roles.input = i;
    }
    return roles;
}

static bool has_one_variable(const struct primitive *primitive) {
    if (primitive->univariate) return true;
    const struct primitive *forward =
        primitive->gradient_of ? registry_find_primitive(primitive->gradient_of) : NULL;
    return forward && forward->univariate && primitive->operand_count == 3 &&
           roles_of(primitive).factor >= 0;
}

static enum status gather_function(struct ulp_groups *groups, const struct filters *filters,
                                   const struct problem *problem, struct error *error) {
    char name[64], text[PROBLEM_MAX_TEXT];
    const struct primitive *primitive = problem->primitive;
    function_name(problem, name, sizeof name);
    problem_print(problem, text, sizeof text);
    struct ulp_group *group = add_group(groups, name);
    if (!group) return fail(error, STATUS_NO_MEMORY, "out of memory");
    group->problem = *problem;
    group->oracle = oracle_find(primitive->name);
    const struct roles roles = roles_of(primitive);
    group->input = roles.input, group->factor = roles.factor, group->output = roles.output;
    const struct implementation *i;
    for (int at = 0; (i = registry_implementation(at)); at++)
        if (strcmp(i->primitive, primitive->name) == 0 && !i->defect &&
            filters_match(filters, i->primitive, i->variant, text))
            add_implementation(group, i);
    if (!group->count) groups->count--;
    return STATUS_OK;
}

static enum status gather_primitive(struct ulp_groups *groups, const struct filters *filters,
                                    const struct primitive *primitive, struct error *error) {
    struct problem problem;
    problem_init(&problem, primitive);
    if (!block_problem(&problem, roles_of(primitive).input))
        return fail(error, STATUS_UNAVAILABLE,
                    "%s: no field is the number of elements, as a univariate primitive has",
                    primitive->name);
    do {
        if (problem_check(&problem, NULL)) continue;
        const enum status status = gather_function(groups, filters, &problem, error);
        if (status) return status;
    } while (next_function(&problem));
    return STATUS_OK;
}

enum status ulp_gather(struct ulp_groups *groups, const struct filters *filters,
                       struct error *error) {
    enum status status = STATUS_OK;
    for (enum isa isa = ISA_SCALAR; isa < ISA_LEVELS && !status; isa++)
        status = gather_vectors(groups, filters, isa, error);
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)) && !status; i++)
        if (has_one_variable(primitive))
            status = gather_primitive(groups, filters, primitive, error);
    /* the array does not move any more */
    for (int g = 0; g < groups->count; g++)
        for (int s = 0; s < groups->item[g].count; s++) {
            struct ulp_subject *subject = &groups->item[g].subject[s];
            if (subject->implementation) subject->rule.tolerance = &subject->tolerance;
        }
    return status;
}
