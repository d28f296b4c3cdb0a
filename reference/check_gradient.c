/* The kind `gradient`: a backward primitive on one case, against finite differences of the forward
 * primitive's oracle (reference/gradient.h). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "reference/checks.h"

/* Sixteen directions an input, a dozen evaluations of the forward oracle each: about a second. */
static bool too_large(const struct trial *trial) {
    double elements = 0;
    for (int i = 0; i < trial->problem.primitive->operand_count; i++)
        elements += (double)shape_elements(&trial->shape[i]);
    return elements > 0x1p19 || problem_flops(&trial->problem) > 1e7;
}

/* By element: the implementation's bound, INFINITY where nothing can be asked. */
static double *bounds_of(const struct subject *subject, const struct implementation *implementation,
                         int operand) {
    const struct expectation *expected = &subject->judge.expected[operand];
    const struct tolerance tolerance =
        judge_tolerance(&subject->judge, implementation, operand, false);
    const int64_t count = shape_elements(&subject->trial.shape[operand]);
    double *bound = malloc((size_t)count * sizeof *bound);
    for (int64_t i = 0; bound && i < count; i++) {
        const bool open = !expectation_written(expected, i) || expects_anything(expected, i) ||
                          !isfinite(expected->value[i]);
        bound[i] = open ? INFINITY
                        : tolerance_bound(&tolerance, expected->value[i], expected->sum[i],
                                          expected->local[i]);
    }
    return bound;
}

static void report(const struct subject *subject, const struct gradient_direction *d,
                   const struct gradient_verdict *v, struct finding *finding) {
    const struct primitive *primitive = subject->trial.problem.primitive;
    char where[200];
    finding->operand = primitive->operands[d->output].name;
    shape_print_index(&subject->trial.shape[d->output], d->first, finding->index,
                      sizeof finding->index);
    finding->compared = true;
    finding->expected = v->expected;
    finding->got = v->got;
    finding->bound = v->bound;
    finding->ulp = ulp_distance(v->got, v->expected);
    finding->wrong = 1;
    finding->judged = d->moving;
    if (d->moving == 1)
        snprintf(where, sizeof where, "element %s alone moves", finding->index);
    else
        snprintf(where, sizeof where, "%lld elements from %s on move", (long long)d->moving,
                 finding->index);
    finding_set(finding, VERDICT_FAIL,
                "%s is not the gradient of %s: where %s, the loss rises by %.9g, and <%s, u> is "
                "%.9g (bound %.3g, off by %.3g)",
                finding->operand, primitive->gradient_of, where, v->expected, finding->operand,
                v->got, v->bound, fabs(v->got - v->expected));
}

/* Every direction of one run. */
static void compare_all(const struct subject *subject, const struct implementation *implementation,
                        const struct capture *capture, struct verdict_of *verdict) {
    const struct gradient *gradient = &subject->gradient;
    bool telling = gradient->count == 0;
    double *bound[OPERANDS_MAX] = {NULL};
    for (int i = 0; i < gradient->count && verdict->finding.verdict == VERDICT_PASS; i++) {
        const struct gradient_direction *d = &gradient->direction[i];
        const int o = d->output;
        const struct tensor got = {subject->trial.problem.primitive->operands[o].dtype,
                                   subject->trial.shape[o], capture->output[o]};
        if (!bound[o]) bound[o] = bounds_of(subject, implementation, o);
        if (!bound[o]) {
            finding_set(&verdict->finding, VERDICT_MISTRUSTED, "no memory for the bounds");
            break;
        }
        const struct gradient_verdict v = gradient_compare(gradient, i, &got, bound[o]);
        verdict->kinks += !v.judged;
        if (!v.judged) continue;
        verdict->directions++;
        verdict->judged += d->moving;
        telling = telling || v.telling;
        verdict->worst_ratio = fmax(verdict->worst_ratio, v.ratio);
        if (!(v.ratio <= 1)) report(subject, d, &v, &verdict->finding);
    }
    for (int o = 0; o < OPERANDS_MAX; o++) free(bound[o]);
    if (verdict->finding.verdict != VERDICT_PASS) return;
    if (gradient->count && !verdict->directions)
        finding_set(&verdict->finding, VERDICT_MISTRUSTED,
                    "all %d directions meet kinks: nothing was compared", verdict->kinks);
    else if (!telling)
        finding_set(&verdict->finding, VERDICT_MISTRUSTED,
                    "could not have failed: in no direction is the bound below a quarter of what "
                    "the gradient's elements add up to");
}

void check_gradient(struct host *host, struct subject *subject,
                    const struct implementation *implementation, int threads,
                    struct verdict_of *verdict) {
    struct error error;
    verdict->worst_ulp = NAN; /* of inner products, not of elements */
    if (!subject->trial.problem.primitive->gradient_of || too_large(&subject->trial)) {
        finding_set(&verdict->finding, VERDICT_SKIP, "%s",
                    subject->trial.problem.primitive->gradient_of
                        ? "too large: finite differences would take long"
                        : "not the gradient of another primitive");
        verdict->finding.not_asked = true;
        return;
    }
    if (!subject->gradient_open) {
        if (gradient_open(&subject->gradient, &subject->trial.problem,
                          (const void *const *)subject->trial.input, subject->item.seed, &error)) {
            finding_set(&verdict->finding, VERDICT_MISTRUSTED, "%s", error.text);
            return;
        }
        subject->gradient_open = true;
    }
    struct capture capture;
    const struct run_plan plan = {LAYOUT_END, POISON_NAN, threads};
    if (trial_run(host, &subject->trial, implementation, plan, &capture, &verdict->finding))
        compare_all(subject, implementation, &capture, verdict);
    capture_free(&capture);
}
