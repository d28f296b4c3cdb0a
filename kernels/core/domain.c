#include "kernels/core/domain.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/core/random.h"

/* ---- making -----------------------------------------------------------------------------------
 */

static int64_t uniform(uint64_t seed, uint32_t stream, uint64_t i, int64_t below) {
    return random_integer(seed, stream, i, 0, below - 1);
}

static int64_t edge(uint64_t seed, uint32_t stream, uint64_t i, int64_t below) {
    const int64_t which = random_integer(seed, stream + 100, i, 0, 3);
    return which == 0 ? 0 : which == 1 ? below - 1 : uniform(seed, stream, i, below);
}

static int64_t falling(uint64_t i, int64_t elements, int64_t below) {
    const double left = (double)(elements - 1 - (int64_t)i) / (double)elements;
    return (int64_t)(left * (double)below);
}

int64_t domain_integer(enum fill fill, uint64_t seed, uint32_t stream, uint64_t i, int64_t elements,
                       int64_t below) {
    if (below < 1) return 0;
    const uint64_t count = (uint64_t)below;
    switch (fill) {
    case FILL_ZERO: return 0;
    case FILL_ONES: return below > 1;
    case FILL_EQUAL: return (int64_t)(seed % count);
    case FILL_COUNT: return (int64_t)((i % count + seed % count) % count);
    case FILL_SORTED: return falling(i, elements, below);
    case FILL_RUNS: return uniform(seed, stream, i / 5, below);
    case FILL_SPARSE:
        return random_integer(seed, stream + 100, i, 0, 5) ? 0 : uniform(seed, stream, i, below);
    case FILL_SPECIAL:
    case FILL_INF:
    case FILL_SPOTS: return edge(seed, stream, i, below);
    default: return uniform(seed, stream, i, below);
    }
}

double domain_probability(enum fill fill, double real) {
    const double magnitude = fabs(real);
    if (fill == FILL_INTEGER) return fmod(magnitude, 2);
    return magnitude > 1 ? 1 / magnitude : magnitude;
}

void domain_distribution(enum fill fill, double *real, int64_t count, int64_t step, int64_t place) {
    double sum = 0;
    for (int64_t k = 0; k < count; k++) {
        double *weight = &real[k * step];
        if (fill == FILL_INTEGER) *weight = k == place;
        *weight = fabs(*weight);
        if (*weight > FLT_MAX) *weight = FLT_MAX;
        if (!isnan(*weight)) sum += *weight;
    }
    for (int64_t k = 0; k < count; k++) {
        double *weight = &real[k * step];
        if (!isnan(*weight)) *weight = sum > 0 ? *weight / sum : 1 / (double)count;
    }
}

struct domain_lines domain_lines(const struct operand *operand, const struct shape *shape) {
    const int along = operand_axis(operand);
    const int64_t elements = shape_elements(shape);
    if (along < 0 || along >= shape->rank || !elements) return (struct domain_lines){0, 0, 1};
    struct domain_lines lines = {elements / shape->dim[along], shape->dim[along], 1};
    for (int axis = along + 1; axis < shape->rank; axis++) lines.step *= shape->dim[axis];
    return lines;
}

bool domain_single(const struct problem *problem, int operand) {
    const struct operand *what = &problem->primitive->operands[operand];
    const struct shape shape = problem_shape(problem, operand);
    if (what->domain == DOMAIN_INDEX) return operand_below(problem, operand) == 1;
    return what->along && domain_lines(what, &shape).length == 1;
}

/* ---- checking ---------------------------------------------------------------------------------
 */

double domain_rounding(enum dtype dtype, int64_t count) {
    return ((double)count + 3) * (dtype == DTYPE_F64 ? 0x1p-53 : 0x1p-24);
}

struct check {
    const struct problem *problem;
    const struct operand *operand;
    const struct tensor *tensor;
    int64_t below;
};

/* "target[3] is 9; it must be ..." */
static enum status refuse(const struct check *c, int64_t index, const char *must,
                          struct error *error) {
    char place[160];
    return fail(error, STATUS_BAD_INPUT, "%s%s is %g; it must be %s", c->operand->name,
                shape_print_index(&c->tensor->shape, index, place, sizeof place),
                tensor_get(c->tensor, index), must);
}

static enum status refuse_index(const struct check *c, int64_t index, struct error *error) {
    char must[120], *end;
    const char *below = c->operand->below;
    strtoll(below, &end, 10);
    if (*end)
        snprintf(must, sizeof must, "an index below %.60s=%lld", below, (long long)c->below);
    else
        snprintf(must, sizeof must, "an index below %lld", (long long)c->below);
    return refuse(c, index, must, error);
}

static enum status check_element(const struct check *c, int64_t index, struct error *error) {
    const double value = tensor_get(c->tensor, index);
    switch (c->operand->domain) {
    case DOMAIN_NONNEGATIVE:
        return value < 0 ? refuse(c, index, "no less than 0", error) : STATUS_OK;
    case DOMAIN_PROBABILITY:
        if (value < 0 || value > 1) return refuse(c, index, "in [0, 1]", error);
        return STATUS_OK;
    case DOMAIN_MASK: return value < 0 || value > 1 ? refuse(c, index, "0 or 1", error) : STATUS_OK;
    case DOMAIN_BYTES:
        return value < 0 || value > 255 ? refuse(c, index, "a byte", error) : STATUS_OK;
    case DOMAIN_INDEX:
        if (!c->operand->below) return STATUS_OK;
        return value < 0 || value >= (double)c->below ? refuse_index(c, index, error) : STATUS_OK;
    default: return STATUS_OK;
    }
}

/* One line along the axis. A NaN in it says nothing about its sum. */
static enum status check_sum(const struct check *c, int64_t first, int64_t count, int64_t step,
                             struct error *error) {
    double sum = 0;
    for (int64_t k = 0; k < count; k++) sum += tensor_get(c->tensor, first + k * step);
    if (!(fabs(sum - 1) > domain_rounding(c->tensor->dtype, count))) return STATUS_OK;
    char place[160];
    return fail(error, STATUS_BAD_INPUT,
                "%s sums to %.9g along %s from %s on; a distribution sums to 1", c->operand->name,
                sum, c->operand->along,
                shape_print_index(&c->tensor->shape, first, place, sizeof place));
}

static enum status check_sums(const struct check *c, struct error *error) {
    const struct domain_lines lines = domain_lines(c->operand, &c->tensor->shape);
    enum status status = STATUS_OK;
    for (int64_t line = 0; line < lines.count && !status; line++)
        status = check_sum(c, domain_line(&lines, line), lines.length, lines.step, error);
    return status;
}

enum status domain_check(const struct problem *problem, int operand, const struct tensor *tensor,
                         struct error *error) {
    const struct check c = {problem, &problem->primitive->operands[operand], tensor,
                            operand_below(problem, operand)};
    enum status status = STATUS_OK;
    if (c.operand->domain == DOMAIN_REAL) return STATUS_OK;
    for (int64_t i = 0; i < shape_elements(&tensor->shape) && !status; i++)
        status = check_element(&c, i, error);
    const bool sums = c.operand->along && tensor->dtype == c.operand->dtype;
    return !status && sums ? check_sums(&c, error) : status;
}
