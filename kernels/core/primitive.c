#include "kernels/core/primitive.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/core/callback.h"

/* value_ = what `callback_` of the problem's primitive returns, with the watchdog around it. */
#define CALL(value_, problem_, callback_, ...)                                                     \
    do {                                                                                           \
        const struct primitive *called = (problem_)->primitive;                                    \
        const bool begun = callback_begin(called->plugin, called->name, #callback_);               \
        (value_) = called->callback_(__VA_ARGS__);                                                 \
        callback_end(begun);                                                                       \
    } while (0)

const char *domain_name(enum domain domain) {
    static const char *const names[] = {
        [DOMAIN_REAL] = "real",   [DOMAIN_NONNEGATIVE] = "nonnegative",
        [DOMAIN_INDEX] = "index", [DOMAIN_PROBABILITY] = "probability",
        [DOMAIN_MASK] = "mask",   [DOMAIN_BYTES] = "bytes",
    };
    return names[domain];
}

bool operand_is_input(const struct operand *operand) { return operand->role != ROLE_OUT; }
bool operand_is_output(const struct operand *operand) { return operand->role != ROLE_IN; }

/* The extents of "[rows, cols]" stand between commas. */
int operand_axis(const struct operand *operand) {
    const char *at = operand->shape, *along = operand->along;
    if (!at || *at != '[' || !along) return -1;
    for (int axis = 0; *at == '[' || *at == ','; axis++) {
        at++;
        at += strspn(at, " ");
        const size_t length = strcspn(at, ",]");
        if (length == strlen(along) && !strncmp(at, along, length)) return axis;
        at += length;
    }
    return -1;
}

int64_t operand_below(const struct problem *problem, int operand) {
    const struct primitive *primitive = problem->primitive;
    const char *below = primitive->operands[operand].below;
    if (!below) return 0;
    for (int i = 0; i < primitive->field_count; i++)
        if (strcmp(primitive->fields[i].name, below) == 0) return problem->value[i].i;
    return strtoll(below, NULL, 10);
}

struct shape problem_shape(const struct problem *problem, int operand) {
    struct shape shape;
    CALL(shape, problem, shape, problem->value, operand);
    return shape;
}

const char *shape_wrong(const struct shape *shape) {
    const int64_t most = (int64_t)1 << 40;
    if (!shape_present(shape)) return NULL;
    if (shape->rank < 0 || shape->rank > SHAPE_MAX_RANK) return "its rank is not in [0, 8]";
    bool empty = false;
    int64_t elements = 1;
    for (int axis = 0; axis < shape->rank; axis++) {
        if (shape->dim[axis] < 0) return "an extent is negative";
        empty = empty || !shape->dim[axis];
    }
    for (int axis = 0; axis < shape->rank && !empty; axis++) {
        if (shape->dim[axis] >= most / elements + 1) return "it has 2^40 elements or more";
        elements *= shape->dim[axis];
    }
    return empty || elements < most ? NULL : "it has 2^40 elements or more";
}

bool problem_reads(const struct problem *problem, int operand) {
    const struct primitive *primitive = problem->primitive;
    const struct shape shape = problem_shape(problem, operand);
    if (!operand_is_input(&primitive->operands[operand]) || shape_elements(&shape) == 0)
        return false;
    bool reads = true;
    if (primitive->reads) CALL(reads, problem, reads, problem->value, operand);
    return reads;
}

bool problem_weighs(const struct problem *problem, int operand) {
    bool weighs = problem_reads(problem, operand);
    if (weighs && problem->primitive->weighs)
        CALL(weighs, problem, weighs, problem->value, operand);
    return weighs;
}

double problem_flops(const struct problem *problem) {
    double flops;
    CALL(flops, problem, flops, problem->value);
    return flops;
}

double problem_bytes(const struct problem *problem) {
    const struct primitive *primitive = problem->primitive;
    double bytes = 0;
    if (primitive->bytes) {
        CALL(bytes, problem, bytes, problem->value);
        return bytes;
    }
    for (int i = 0; i < primitive->operand_count; i++) {
        const struct operand *operand = &primitive->operands[i];
        const struct shape shape = problem_shape(problem, i);
        const double once = (double)shape_elements(&shape) * (double)dtype_bytes(operand->dtype);
        bytes += problem_reads(problem, i) * once + operand_is_output(operand) * once;
    }
    return bytes;
}

double problem_terms(const struct problem *problem) {
    double terms;
    CALL(terms, problem, terms, problem->value);
    return terms >= 1 ? terms : 1; /* also when it is no number */
}

enum status problem_validate(const struct problem *problem, struct error *error) {
    enum status status = STATUS_OK;
    if (problem->primitive->validate) CALL(status, problem, validate, problem->value, error);
    return status;
}

/* isa_best() can be lowered during a run (--isa), so only start() is remembered: in a small table,
 * because descriptors are constant. */
static const char *started(const struct implementation *implementation) {
    enum { SLOTS = 256 };
    static struct {
        const struct implementation *key;
        const char *reason;
    } known[SLOTS];
    if (!implementation->start) return NULL;
    for (int i = 0; i < SLOTS; i++) {
        if (known[i].key == implementation) return known[i].reason;
        if (!known[i].key) {
            known[i].reason = implementation->start();
            known[i].key = implementation;
            return known[i].reason;
        }
    }
    return implementation->start();
}

const char *implementation_unavailable(const struct implementation *implementation) {
    static const char *const needs[ISA_LEVELS] = {NULL, "needs AVX2 (and FMA)", "needs AVX-512"};
    if (implementation->isa > isa_best()) return needs[implementation->isa];
    return started(implementation);
}

const char *implementation_unsupported(const struct implementation *implementation,
                                       const struct problem *problem) {
    const char *reason = implementation_unavailable(implementation);
    if (reason) return reason;
    return implementation->supports ? implementation->supports(problem->value) : NULL;
}

struct implementation implementation_for(const struct implementation *implementation,
                                         const struct problem *problem) {
    struct implementation meant = *implementation;
    if (meant.promise) meant.promise(problem->value, &meant.accumulation, &meant.saving);
    return meant;
}

size_t implementation_workspace_bytes(const struct implementation *implementation,
                                      const struct problem *problem) {
    return implementation->workspace_bytes ? implementation->workspace_bytes(problem->value) : 0;
}

size_t implementation_prepared_bytes(const struct implementation *implementation,
                                     const struct problem *problem) {
    return implementation->prepared_bytes ? implementation->prepared_bytes(problem->value) : 0;
}

void implementation_run(const struct implementation *implementation, const struct problem *problem,
                        void *const *operand, const void *prepared, void *workspace) {
    const struct invocation invocation = {problem->value, operand, prepared, workspace};
    if (implementation->run)
        implementation->run(implementation, problem, &invocation);
    else
        problem->primitive->call(implementation->kernel, &invocation);
}
