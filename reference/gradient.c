#include "reference/gradient.h"

#include <gsl/gsl_deriv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/memory.h"
#include "kernels/core/random.h"
#include "reference/point.h"

/* A step in units of each element's size. The rule's own error is about step^4 = 2^-52, that of
 * rounding 2^-53 / step. */
static const double step = 0x1p-13;

enum status gradient_fill(const struct problem *problem, void *const *operand, uint64_t seed,
                          struct error *error) {
    const struct primitive *backward = problem->primitive;
    struct point point;
    const enum status status =
        point_open_forward(&point, problem, (const void *const *)operand, seed, error);
    if (!status) point_ask(&point);
    for (int b = 0; b < backward->operand_count && !status; b++) {
        const int o = saved_output(point.problem.primitive, backward, b);
        if (o < 0 || !operand[b] || backward->operands[b].dtype != DTYPE_F32) continue;
        for (int64_t i = 0; i < point_elements(problem, b); i++)
            ((float *)operand[b])[i] = (float)point.expected[o].value[i];
    }
    point_close(&point);
    return status;
}

/* ---- L(x + t u) -------------------------------------------------------------------------------
 */

struct line {
    struct point *point;
    double *start[OPERANDS_MAX]; /* the outputs at t = 0 */
    const float *cotangent[OPERANDS_MAX];
    int input; /* the forward operand that moves */
    const double *base, *along;
    double noise;  /* of L: how far rounding in double may move it */
    double least;  /* the smallest |t| asked about */
    double moving; /* sum |grad_y (y(t) - y(0))| of the last call */
};

static void put(const struct line *line, double t) {
    double *x = line->point->wide[line->input];
    for (int64_t i = 0; i < point_elements(&line->point->problem, line->input); i++)
        x[i] = line->base[i] + t * line->along[i];
}

/* L(x + t u) - L(x), summed over differences of elements: nothing large cancels. */
static double rise(double t, void *context) {
    struct line *line = context;
    put(line, t);
    point_ask(line->point);
    line->least = fmin(line->least, fabs(t));
    double sum = 0;
    line->moving = 0;
    for (int o = 0; o < line->point->problem.primitive->operand_count; o++)
        for (int64_t i = 0; line->cotangent[o] && i < point_elements(&line->point->problem, o);
             i++) {
            const double change = line->point->expected[o].value[i] - line->start[o][i];
            sum += line->cotangent[o][i] * change;
            line->moving += fabs(line->cotangent[o][i] * change);
        }
    return sum;
}

/* The oracle's gauges say what float32 may do to each output; double does 2^-53 / 2^-24 of it. */
static double noise_of(const struct line *line) {
    double noise = 0;
    for (int o = 0; o < line->point->problem.primitive->operand_count; o++) {
        const struct expectation *e = &line->point->expected[o];
        const double growth = tolerance_growth(problem_terms(&line->point->problem),
                                               &(struct accumulation){.lanes = 0});
        for (int64_t i = 0; line->cotangent[o] && i < point_elements(&line->point->problem, o); i++)
            noise += fabs(line->cotangent[o][i]) *
                     (growth * e->sum[i] + e->local[i] + fabs(e->value[i]));
    }
    return noise * 0x1p-53;
}

/* Second differences, s(h) = L(x + hu) + L(x - hu) - 2 L(x), shrink as h^2 where L is smooth:
 * s(h) - 4 s(h/2) is then of order h^4. A kink of jump j at distance d < h from x adds j (h - d) to
 * s(h), and at most j (h - d) / 2h to the difference quotients. It shows in s(h) - 4 s(h/2) or in
 * s(h/2) - 4 s(h/4): the larger is j (h - d) for d > h/2, and at least j h/8 below that (at
 * d = 3h/8, where both are small). So the quotients are off by at most 5 / 2h times the larger.
 * That much is added to the error; or, when it is more than a millionth of what moves, the
 * direction has a kink. */
static void look_for_kinks(struct line *line, struct gradient_direction *d) {
    double second[3], moving = 0;
    for (int k = 0; k < 3; k++) {
        const double h = ldexp(step, -k), forward = rise(h, line);
        if (k == 0) moving = line->moving;
        second[k] = forward + rise(-h, line);
    }
    const double excess = fmax(fabs(second[0] - 4 * second[1]), fabs(second[1] - 4 * second[2]));
    const double hidden = 5 * excess / (2 * step), rounding = 5 * 10 * line->noise / (2 * step);
    d->kink = !(hidden <= 0x1p-20 * moving / step + rounding);
    d->error += hidden;
}

static void differentiate(struct line *line, struct gradient_direction *d) {
    const gsl_function function = {rise, line};
    double error = 0;
    line->along = d->along;
    line->least = step;
    gsl_deriv_central(&function, 0, step, &d->derivative, &error);
    /* the five-point rule is (4/3)(L(h/2) - L(-h/2))/h - (1/6)(L(h) - L(-h))/h */
    d->step = 2 * line->least; /* GSL may have chosen a smaller one */
    d->error = error + 3 * line->noise / d->step;
    look_for_kinks(line, d);
    put(line, 0);
    if (!isfinite(d->derivative) || !isfinite(d->error)) d->kink = true;
}

/* ---- directions -------------------------------------------------------------------------------
 */

/* How many elements direction `number` moves: single ones, then more and more, then all. */
static double density(int number, int64_t elements) {
    enum { SINGLES = GRADIENT_DIRECTIONS / 2 };
    if (number < SINGLES) return 0;
    return pow((double)elements, -(GRADIENT_DIRECTIONS - 1.0 - number) / SINGLES);
}

static double size_of(const double *x, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += fabs(x[i]) / (double)count;
    return sum > 0 ? sum : 1;
}

static bool draw(struct gradient_direction *d, const double *x, int64_t count, int number,
                 uint64_t seed) {
    const uint32_t stream = (uint32_t)(100000 + d->output * 1000 + number);
    const double usual = size_of(x, count), share = density(number, count);
    d->along = memory_allocate((size_t)count * sizeof *d->along);
    if (!d->along) return false;
    const int64_t one = random_integer(seed, stream, 0, 0, count - 1);
    d->first = -1;
    for (int64_t i = 0; i < count; i++) {
        const uint64_t at = (uint64_t)i;
        const bool moves = i == one || random_uniform(seed, stream + 100, at) < share;
        const double sign = random_bits(seed, stream + 200, at) & 1 ? 1 : -1;
        d->along[i] = moves ? sign * (0.5 + random_uniform(seed, stream + 300, at)) *
                                  (x[i] != 0 ? fabs(x[i]) : usual)
                            : 0;
        if (moves && d->first < 0) d->first = i;
        d->moving += moves;
    }
    return true;
}

/* ---- saved outputs ----------------------------------------------------------------------------
 */

/* What the rounding of saved outputs to float32 moves the gradient by, by the backward oracle: its
 * values at the rounded ones less those at the true ones. NULL members: no saved outputs. */
static enum status rounding_of_saved(const struct gradient *gradient, const struct point *forward,
                                     const void *const *operand, double **moved,
                                     struct error *error) {
    const struct primitive *backward = gradient->problem.primitive;
    struct point point = {.problem = gradient->problem};
    bool any = false;
    for (int b = 0; b < backward->operand_count; b++) {
        any = any || saved_output(forward->problem.primitive, backward, b) >= 0;
        if (operand_is_input(&backward->operands[b])) point.operand[b] = operand[b];
    }
    if (!any) return STATUS_OK;
    enum status status = point_open(&point, error);
    if (!status) point_ask(&point);
    for (int b = 0; b < backward->operand_count && !status; b++) {
        if (!point.expected[b].value) continue;
        const size_t bytes = (size_t)point_elements(&point.problem, b) * sizeof(double);
        moved[b] = memory_allocate(bytes);
        if (moved[b])
            memcpy(moved[b], point.expected[b].value, bytes);
        else
            status = fail(error, STATUS_NO_MEMORY, "no memory");
    }
    for (int b = 0; b < backward->operand_count && !status; b++) {
        const int o = saved_output(forward->problem.primitive, backward, b);
        for (int64_t i = 0; o >= 0 && point.wide[b] && i < point_elements(&point.problem, b); i++)
            point.wide[b][i] = forward->expected[o].value[i];
    }
    if (!status) point_ask(&point);
    for (int b = 0; b < backward->operand_count; b++)
        for (int64_t i = 0; !status && moved[b] && i < point_elements(&point.problem, b); i++)
            moved[b][i] -= point.expected[b].value[i];
    point_close(&point);
    return status;
}

static double inner(const double *a, const double *b, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static enum status differentiate_input(struct gradient *gradient, struct line *line, int output,
                                       const double *moved, uint64_t seed, struct error *error) {
    const int64_t count = point_elements(&line->point->problem, line->input);
    double *base = memory_allocate((size_t)count * sizeof *base);
    if (!base) return fail(error, STATUS_NO_MEMORY, "no memory");
    memcpy(base, line->point->wide[line->input], (size_t)count * sizeof *base);
    line->base = base;
    enum status status = STATUS_OK;
    for (int number = 0; number < GRADIENT_DIRECTIONS && !status; number++) {
        struct gradient_direction *d = &gradient->direction[gradient->count];
        d->output = output;
        if (!draw(d, base, count, number, seed)) {
            status = fail(error, STATUS_NO_MEMORY, "no memory");
            break;
        }
        differentiate(line, d);
        if (moved) d->derivative += inner(moved, d->along, count);
        gradient->kinks += d->kink;
        gradient->count++;
    }
    memory_free(base);
    return status;
}

/* Where L(x) starts, and what weighs its outputs. */
static enum status start(struct line *line, const struct problem *backward,
                         const void *const *operand, struct error *error) {
    const struct primitive *forward = line->point->problem.primitive;
    bool any = false;
    point_ask(line->point);
    for (int o = 0; o < forward->operand_count; o++) {
        if (!line->point->expected[o].value) continue;
        const int grad = operand_named(backward->primitive, "grad_", forward->operands[o].name);
        if (grad < 0 || !operand_is_input(&backward->primitive->operands[grad])) continue;
        const size_t bytes = (size_t)point_elements(&line->point->problem, o) * sizeof(double);
        line->cotangent[o] = operand[grad];
        line->start[o] = memory_allocate(bytes);
        if (!line->start[o]) return fail(error, STATUS_NO_MEMORY, "no memory");
        memcpy(line->start[o], line->point->expected[o].value, bytes);
        any = true;
    }
    if (!any)
        return fail(error, STATUS_UNAVAILABLE, "no input is the gradient of an output of %s",
                    forward->name);
    line->noise = noise_of(line);
    return STATUS_OK;
}

static enum status differentiate_all(struct gradient *gradient, struct line *line,
                                     double *const *moved, uint64_t seed, struct error *error) {
    const struct primitive *forward = line->point->problem.primitive;
    enum status status = STATUS_OK;
    for (int o = 0; o < forward->operand_count && !status; o++) {
        const int output =
            operand_named(gradient->problem.primitive, "grad_", forward->operands[o].name);
        if (output < 0 || !line->point->wide[o] || !point_elements(&line->point->problem, o) ||
            !operand_is_output(&gradient->problem.primitive->operands[output]))
            continue;
        line->input = o;
        status = differentiate_input(gradient, line, output, moved[output], seed, error);
    }
    return status;
}

enum status gradient_open(struct gradient *gradient, const struct problem *problem,
                          const void *const *operand, uint64_t seed, struct error *error) {
    *gradient = (struct gradient){.problem = *problem};
    struct point point;
    struct line line = {.point = &point};
    double *moved[OPERANDS_MAX] = {NULL};
    gradient->direction = calloc(GRADIENT_MAX, sizeof *gradient->direction);
    if (!gradient->direction) return fail(error, STATUS_NO_MEMORY, "no memory");
    enum status status = point_open_forward(&point, problem, operand, seed, error);
    if (!status) status = start(&line, problem, operand, error);
    if (!status) status = rounding_of_saved(gradient, &point, operand, moved, error);
    if (!status) status = differentiate_all(gradient, &line, moved, seed, error);
    for (int o = 0; o < OPERANDS_MAX; o++) {
        memory_free(moved[o]);
        memory_free(line.start[o]);
    }
    point_close(&point);
    if (status) gradient_close(gradient);
    return status;
}

void gradient_close(struct gradient *gradient) {
    for (int i = 0; gradient->direction && i < GRADIENT_MAX; i++)
        memory_free(gradient->direction[i].along);
    free(gradient->direction);
    gradient->direction = NULL;
    gradient->count = 0;
}

struct gradient_verdict gradient_compare(const struct gradient *gradient, int direction,
                                         const struct tensor *got, const double *bound) {
    const struct gradient_direction *d = &gradient->direction[direction];
    const int64_t count = shape_elements(&got->shape);
    double sum = 0, size = 0, slack = 0;
    for (int64_t i = 0; i < count; i++) {
        if (d->along[i] == 0) continue; /* a NaN there is another direction's */
        const double term = tensor_get(got, i) * d->along[i];
        sum += term;
        size += fabs(term);
        slack += bound[i] * fabs(d->along[i]);
    }
    struct gradient_verdict verdict = {.judged = !d->kink && isfinite(slack),
                                       .got = sum,
                                       .expected = d->derivative,
                                       .bound = d->error + slack};
    /* The points x + t u are rounded to double: each element by 2^-53 |x|, at most 2^-52 |u| (see
     * draw), which moves L by that times the gradient; the quotient weighs L by 3 / step. */
    if (isfinite(size))
        verdict.bound += (((double)d->moving + 8) * 0x1p-53 + 3 * 0x1p-52 / d->step) * size;
    const double error = fabs(sum - d->derivative);
    verdict.ratio = error == 0 ? 0 : error / verdict.bound;
    if (isnan(verdict.ratio)) verdict.ratio = INFINITY; /* NaN or Inf in the gradient */
    verdict.telling = verdict.bound < size / 4;
    return verdict;
}
