#include "golden/golden_parse.h"

#include <stdio.h>
#include <string.h>

#include "golden/hdf5_read.h"
#include "kernels/core/domain.h"

static int find_operand(const struct primitive *primitive, const char *name) {
    for (int i = 0; i < primitive->operand_count; i++)
        if (strcmp(primitive->operands[i].name, name) == 0) return i;
    return -1;
}

static int find_field(const struct primitive *primitive, const char *name) {
    for (int i = 0; i < primitive->field_count; i++)
        if (strcmp(primitive->fields[i].name, name) == 0) return i;
    return -1;
}

/* The two sides of a case: what goes in, and what should come out. */
enum side { SIDE_IN, SIDE_OUT };
static const char *const side_name[] = {"in", "out"};

static bool on_side(const struct operand *operand, enum side side) {
    return side == SIDE_IN ? operand_is_input(operand) : operand_is_output(operand);
}

/* What a callback of an HDF5 iteration needs; it stops at the first failure. */
struct visit {
    const struct problem *problem;
    enum side side;
    enum status status;
    struct error *error;
};

static herr_t check_case_attribute(hid_t group, const char *name, const H5A_info_t *info,
                                   void *data) {
    struct visit *visit = data;
    (void)group, (void)info;
    static const char *const options[] = {"fill", "seed", "constant", "idle"};
    for (int i = 0; i < 4; i++)
        if (strcmp(name, options[i]) == 0) return 0;
    if (find_field(visit->problem->primitive, name) >= 0) return 0;
    visit->status = fail(visit->error, STATUS_BAD_INPUT, "attribute '%.60s': %s has no such field",
                         name, visit->problem->primitive->name);
    return 1;
}

static herr_t check_case_member(hid_t group, const char *name, const H5L_info_t *info, void *data) {
    struct visit *visit = data;
    (void)group, (void)info;
    if (strcmp(name, side_name[SIDE_IN]) == 0 || strcmp(name, side_name[SIDE_OUT]) == 0) return 0;
    visit->status = fail(visit->error, STATUS_BAD_INPUT,
                         "'%.60s' does not belong here; a case holds 'in' and 'out'", name);
    return 1;
}

static herr_t check_operand(hid_t group, const char *name, const H5L_info_t *info, void *data) {
    struct visit *visit = data;
    (void)group, (void)info;
    const struct primitive *primitive = visit->problem->primitive;
    const int operand = find_operand(primitive, name);
    if (operand < 0 || !on_side(&primitive->operands[operand], visit->side)) {
        visit->status = fail(visit->error, STATUS_BAD_INPUT, "%s/%.60s: %s has no such %s",
                             side_name[visit->side], name, primitive->name,
                             visit->side == SIDE_IN ? "input" : "output");
        return 1;
    }
    const struct shape shape = problem_shape(visit->problem, operand);
    if (shape_present(&shape)) return 0;
    visit->status = fail(visit->error, STATUS_BAD_INPUT, "%s/%s: this problem has none",
                         side_name[visit->side], name);
    return 1;
}

static enum status iterated(herr_t result, const struct visit *visit, const char *what) {
    if (visit->status) return visit->status;
    char reason[200];
    if (result < 0)
        return fail(visit->error, STATUS_BAD_INPUT, "%s cannot be listed: %s", what,
                    hdf5_reason(reason, sizeof reason));
    return STATUS_OK;
}

static enum status read_field(hid_t group, const struct field *field, struct problem *problem,
                              int index, struct error *error) {
    union field_value *value = &problem->value[index];
    if (field->before && H5Aexists(group, field->name) == 0) /* the file is older than the field */
        return problem_set(problem, field->name, field->before, error);
    if (field->kind == FIELD_REAL) return hdf5_read_real(group, field->name, &value->r, error);
    if (field->kind != FIELD_CHOICE) return hdf5_read_integer(group, field->name, &value->i, error);
    char choice[80];
    const enum status status = hdf5_read_text(group, field->name, choice, sizeof choice, error);
    return status ? status : problem_set(problem, field->name, choice, error);
}

static enum status read_problem(hid_t group, const struct primitive *primitive,
                                struct problem *problem, struct error *error) {
    problem_init(problem, primitive);
    struct visit visit = {.problem = problem, .error = error};
    const herr_t result =
        H5Aiterate2(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, check_case_attribute, &visit);
    enum status status = iterated(result, &visit, "its attributes");
    for (int i = 0; !status && i < primitive->field_count; i++)
        status = read_field(group, &primitive->fields[i], problem, i, error);
    return status ? status : problem_check(problem, error);
}

/* "exp_avg,exp_avg_sq": operands without influence. */
static enum status read_idle(hid_t group, struct golden_case *into, struct error *error) {
    char names[400], *rest = NULL;
    const struct primitive *primitive = into->problem.primitive;
    const enum status status = hdf5_read_text(group, "idle", names, sizeof names, error);
    for (char *name = status ? NULL : strtok_r(names, ",", &rest); name;
         name = strtok_r(NULL, ",", &rest)) {
        const int operand = find_operand(primitive, name);
        if (operand < 0 || !on_side(&primitive->operands[operand], SIDE_IN))
            return fail(error, STATUS_BAD_INPUT, "attribute 'idle': %s has no input '%.60s'",
                        primitive->name, name);
        into->idle |= UINT32_C(1) << operand;
    }
    return status;
}

/* The optional attributes: what the line in a case file may say beside the problem. */
static enum status read_options(hid_t group, struct golden_case *into, struct error *error) {
    int64_t seed = 1, constant = 0;
    char name[40];
    enum status status = STATUS_OK;
    into->fill = FILL_NORMAL;
    if (H5Aexists(group, "fill") > 0) {
        status = hdf5_read_text(group, "fill", name, sizeof name, error);
        const int fill = status ? 0 : fill_parse(name);
        if (fill < 0) return fail(error, STATUS_BAD_INPUT, "there is no fill '%s'", name);
        into->fill = (enum fill)fill;
    }
    if (!status && H5Aexists(group, "seed") > 0)
        status = hdf5_read_integer(group, "seed", &seed, error);
    if (!status && H5Aexists(group, "constant") > 0)
        status = hdf5_read_integer(group, "constant", &constant, error);
    if (!status && H5Aexists(group, "idle") > 0) status = read_idle(group, into, error);
    into->seed = (uint64_t)seed;
    into->constant = constant != 0;
    return status;
}

static enum status check_domain(const struct problem *problem, int operand, enum side side,
                                const struct tensor *tensor, struct error *error) {
    struct error inner;
    const enum status status = domain_check(problem, operand, tensor, &inner);
    return status ? fail(error, status, "%s/%.300s", side_name[side], inner.text) : STATUS_OK;
}

/* int64 -> double in place; both are 8 bytes wide. */
static enum status widen(const char *place, const struct tensor *tensor, struct error *error) {
    const int64_t elements = shape_elements(&tensor->shape), limit = (int64_t)1 << 53;
    for (int64_t i = 0; i < elements; i++) {
        int64_t integer;
        memcpy(&integer, (const char *)tensor->data + 8 * i, 8);
        if (integer > limit || integer < -limit)
            return fail(error, STATUS_BAD_INPUT, "%s: element %lld is beyond 2^53", place,
                        (long long)i);
        const double real = (double)integer;
        memcpy((char *)tensor->data + 8 * i, &real, 8);
    }
    return STATUS_OK;
}

static enum status read_operand(hid_t group, enum side side, struct golden_case *into, int index,
                                struct error *error) {
    const struct operand *operand = &into->problem.primitive->operands[index];
    struct tensor tensor = {operand->dtype, problem_shape(&into->problem, index), NULL};
    if (!on_side(operand, side) || !shape_present(&tensor.shape)) return STATUS_OK;
    const bool real = operand->dtype == DTYPE_F32 || operand->dtype == DTYPE_F64;
    if (side == SIDE_OUT) tensor.dtype = real ? DTYPE_F64 : DTYPE_I64;
    char place[80];
    snprintf(place, sizeof place, "%s/%.60s", side_name[side], operand->name);
    enum status status = hdf5_read_tensor(group, operand->name, place, tensor.dtype, &tensor.shape,
                                          &tensor.data, error);
    if (side == SIDE_IN)
        into->in[index] = tensor.data;
    else
        into->out[index] = tensor.data;
    if (!status) status = check_domain(&into->problem, index, side, &tensor, error);
    if (!status && side == SIDE_OUT && !real) status = widen(place, &tensor, error);
    return status;
}

static enum status read_side(hid_t group, enum side side, struct golden_case *into,
                             struct error *error) {
    hid_t members;
    enum status status =
        hdf5_open_member(group, side_name[side], H5I_GROUP, side_name[side], &members, error);
    if (status) return status;
    struct visit visit = {.problem = &into->problem, .side = side, .error = error};
    const herr_t result =
        H5Literate(members, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, check_operand, &visit);
    status = iterated(result, &visit, side_name[side]);
    for (int i = 0; !status && i < into->problem.primitive->operand_count; i++)
        status = read_operand(members, side, into, i, error);
    hdf5_drop(members);
    return status;
}

/* Before anything is allocated: a few kilobytes can declare a lot of zeros. What is too large on
 * its own is refused by name when its turn comes. */
static enum status check_total(const struct problem *problem, struct error *error) {
    size_t total = 0;
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct operand *operand = &problem->primitive->operands[i];
        const struct shape shape = problem_shape(problem, i);
        const int64_t elements = shape_elements(&shape);
        if (elements > GOLDEN_MAX_ELEMENTS) return STATUS_OK;
        if (operand_is_input(operand)) total += (size_t)elements * dtype_bytes(operand->dtype);
        if (operand_is_output(operand)) total += (size_t)elements * sizeof(double);
    }
    if (total <= GOLDEN_MAX_BYTES) return STATUS_OK;
    return fail(error, STATUS_BAD_INPUT, "holds more than %zu bytes of data", GOLDEN_MAX_BYTES);
}

enum status golden_case_parse(hid_t group, const struct primitive *primitive,
                              struct golden_case *into, struct error *error) {
    struct visit visit = {.error = error};
    const herr_t result =
        H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, check_case_member, &visit);
    enum status status = iterated(result, &visit, "the case");
    if (!status) status = read_problem(group, primitive, &into->problem, error);
    if (!status) status = check_total(&into->problem, error);
    if (!status) status = read_options(group, into, error);
    if (!status) status = read_side(group, SIDE_IN, into, error);
    if (!status) status = read_side(group, SIDE_OUT, into, error);
    return status;
}
