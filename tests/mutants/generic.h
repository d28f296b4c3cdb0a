/* Ways of being wrong that know nothing of the primitive: what the generic_* plugins share.
 *
 * Each wraps the right kernel of every primitive in the registry: calls it, and spoils what it
 * reads or wrote, by the descriptor alone. */
#ifndef TESTS_MUTANTS_GENERIC_H
#define TESTS_MUTANTS_GENERIC_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"

typedef void wrong_run(const struct implementation *self, const struct problem *problem,
                       const struct invocation *invocation);

struct sabotage {
    const char *variant, *defect, *caught;
    wrong_run *run;
    bool (*applies)(const struct primitive *primitive); /* NULL: to every one */
    bool uses_threads;
    size_t (*workspace_bytes)(const void *problem);
};

/* A line of a plugin's table; after what is wrong comes `caught`, then perhaps more members. */
#define SABOTAGE(run_, defect_, ...)                                                               \
    { .variant = "saboteur_" #run_, .run = run_, .defect = defect_, .caught = __VA_ARGS__ }

/* ---- the right kernel -------------------------------------------------------------------------
 */

/* The naive one; else the first honest one that needs nothing but operands. */
static inline const struct implementation *right_kernel(const char *primitive) {
    const struct implementation *i = registry_find_implementation(primitive, "naive");
    for (int at = 0; !i && (i = registry_implementation(at)); at++)
        if (strcmp(i->primitive, primitive) || i->defect || i->workspace_bytes || i->prepare ||
            i->start || i->supports || i->isa != ISA_SCALAR)
            i = NULL;
    return i && !i->workspace_bytes && !i->prepare ? i : NULL;
}

static inline void run_right_on(const struct problem *problem, void *const *operand) {
    implementation_run(right_kernel(problem->primitive->name), problem, operand, NULL, NULL);
}

static inline void run_right(const struct problem *problem, const struct invocation *invocation) {
    run_right_on(problem, invocation->operand);
}

/* ---- operands ---------------------------------------------------------------------------------
 */

/* One operand that is there and has elements. */
struct part {
    int index; /* of the operand */
    const struct operand *what;
    struct shape shape;
    struct tensor tensor;
    int64_t count;
    size_t unit;
};

static inline bool part_at(const struct problem *problem, const struct invocation *invocation,
                           int index, struct part *part) {
    const struct operand *what = &problem->primitive->operands[index];
    const struct shape shape = problem_shape(problem, index);
    *part = (struct part){index,
                          what,
                          shape,
                          {what->dtype, shape, invocation->operand[index]},
                          shape_elements(&shape),
                          dtype_bytes(what->dtype)};
    return shape_present(&shape) && part->count > 0;
}

/* Loops over the operands that `wanted` accepts: struct part p; for (int i = 0;
 * next_part(problem, invocation, operand_is_output, &i, &p);) ... */
static inline bool next_part(const struct problem *problem, const struct invocation *invocation,
                             bool (*wanted)(const struct operand *), int *at, struct part *part) {
    for (; *at < problem->primitive->operand_count; ++*at)
        if (wanted(&problem->primitive->operands[*at]) && part_at(problem, invocation, *at, part)) {
            ++*at;
            return true;
        }
    return false;
}

static inline bool is_pure_input(const struct operand *operand) { return operand->role == ROLE_IN; }
static inline bool is_pure_output(const struct operand *operand) {
    return operand->role == ROLE_OUT;
}

static inline bool has_pure_output(const struct primitive *primitive) {
    for (int i = 0; i < primitive->operand_count; i++)
        if (is_pure_output(&primitive->operands[i])) return true;
    return false;
}

static inline bool has_pure_input(const struct primitive *primitive) {
    for (int i = 0; i < primitive->operand_count; i++)
        if (is_pure_input(&primitive->operands[i])) return true;
    return false;
}

static inline double part_get(const struct part *part, int64_t index) {
    return tensor_get(&part->tensor, index);
}

static inline void part_set(const struct part *part, int64_t index, double value) {
    void *data = part->tensor.data;
    switch (part->what->dtype) {
    case DTYPE_F32: ((float *)data)[index] = (float)value; break;
    case DTYPE_F64: ((double *)data)[index] = value; break;
    case DTYPE_I64: ((int64_t *)data)[index] = (int64_t)value; break;
    case DTYPE_U8: ((uint8_t *)data)[index] = (uint8_t)value; break;
    }
}

/* Wrong by more than any rounding. */
static inline void part_spoil(const struct part *part, int64_t index) {
    const double value = part_get(part, index);
    part_set(part, index,
             part->what->dtype == DTYPE_U8 ? value == 0
             : isfinite(value)             ? value + 1 + fabs(value)
                                           : 0);
}

static inline void spoil_last(const struct problem *problem, const struct invocation *invocation) {
    struct part p;
    for (int i = 0; next_part(problem, invocation, operand_is_output, &i, &p);)
        part_spoil(&p, p.count - 1);
}

/* ---- results that do not land in the operands ------------------------------------------------
 */

struct apart {
    void *operand[OPERANDS_MAX];
    void *owned[OPERANDS_MAX];
};

/* Private copies of the operands that `wanted` accepts; the others stand for themselves. */
static inline void apart_open(struct apart *apart, const struct problem *problem,
                              const struct invocation *invocation,
                              bool (*wanted)(const struct operand *)) {
    *apart = (struct apart){{NULL}, {NULL}};
    struct part p;
    memcpy(apart->operand, invocation->operand,
           (size_t)problem->primitive->operand_count * sizeof *apart->operand);
    for (int i = 0; next_part(problem, invocation, wanted, &i, &p);) {
        const size_t bytes = (size_t)p.count * p.unit;
        void *copy = malloc(bytes);
        if (!copy) abort();
        memcpy(copy, p.tensor.data, bytes);
        apart->operand[p.index] = apart->owned[p.index] = copy;
    }
}

static inline void apart_close(struct apart *apart) {
    for (int i = 0; i < OPERANDS_MAX; i++) free(apart->owned[i]);
}

/* Elements [first, first + count) of the result go where they belong. */
static inline void apart_deliver(const struct apart *apart, const struct part *p, int64_t first,
                                 int64_t count) {
    const size_t at = (size_t)first * p->unit;
    memcpy((char *)p->tensor.data + at, (const char *)apart->owned[p->index] + at,
           (size_t)count * p->unit);
}

/* ---- one of each for every primitive ----------------------------------------------------------
 */

static inline void generate_for(const struct primitive *primitive, const struct sabotage *list,
                                int count, const struct implementation **made, int *made_count) {
    const struct implementation *right = right_kernel(primitive->name);
    for (int i = 0; right && i < count; i++) {
        if (list[i].applies && !list[i].applies(primitive)) continue;
        struct implementation *mutant = malloc(sizeof *mutant);
        if (!mutant) abort();
        *mutant = (struct implementation){
            .size = sizeof *mutant,
            .primitive = primitive->name,
            .variant = list[i].variant,
            .technique = "wrong on purpose, whatever the primitive",
            .uses_threads = list[i].uses_threads,
            .accumulation = right->accumulation,
            .no_special = right->no_special,
            .workspace_bytes = list[i].workspace_bytes,
            .run = list[i].run,
            .defect = list[i].defect,
            .caught = list[i].caught,
        };
        made[(*made_count)++] = mutant;
    }
}

static inline const struct implementation *const *generate_all(const struct sabotage *list,
                                                               int count) {
    int primitives = 0, made_count = 0;
    while (registry_primitive(primitives)) primitives++;
    const struct implementation **made =
        calloc((size_t)primitives * (size_t)count + 1, sizeof *made);
    for (int i = 0; made && i < primitives; i++)
        generate_for(registry_primitive(i), list, count, made, &made_count);
    return made;
}

/* Ends a plugin's file: `sabotages` is its table. */
#define GENERIC_PLUGIN(name_)                                                                      \
    static const struct implementation *const *generate(void) {                                    \
        return generate_all(sabotages, (int)(sizeof sabotages / sizeof *sabotages));               \
    }                                                                                              \
    extern const struct assay_plugin assay_plugin_v2;                                              \
    const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN(name_), .generate = generate}

#endif
