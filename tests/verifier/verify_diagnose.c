/* assay verify --diagnose: which known mistake makes exactly these results?
 *
 * The implementation under test and every wrong one that says what is wrong with it (struct
 * implementation, `defect`) and is caught by wrong values run the same problems: the one that
 * failed, those of the case file that cost little, and some at random. A cause is named only when
 *
 *   - the results of a kernel with that defect agree with those of the kernel under test on every
 *     element of every problem, right ones and wrong ones: within what rounding allows, and bit for
 *     bit where an element was never written;
 *   - at least two problems are clearly wrong: off by many times that allowance, so that agreement
 *     cannot be chance;
 *   - all such kernels say the same in the same words; those of the primitive itself go before
 *     those of its family, and these before those that there are of every primitive.
 *
 * Problems with NaN, infinities and signed zeros count like all others: without them x < 0 and the
 * sign bit are one and the same mistake.
 *
 * A kernel whose results depend on the number of threads has none of the mistakes of one thread.
 *
 * Kernels that hang, or leave threads and state behind, take no part: they would spoil what the
 * others are compared on, and their results are no function of the inputs.
 *
 * Otherwise it is silent. Crashes, hangs and stray writes have their cause in the verdict. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/filter.h"
#include "kernels/core/registry.h"
#include "reference/cases.h"
#include "reference/judge.h"
#include "reference/trial.h"
#include "tests/verifier/verify_draw.h"
#include "tests/verifier/verify_mutants.h"
#include "tests/verifier/verify_run.h"

enum { SUSPECTS_MAX = 256, CLEARLY_WRONG_MIN = 2, CRASHES_MAX = 8, DRAWN = 60, OPEN_PART = 16 };

/* Problems cheaper than this, in operations and in output elements. */
static const double affordable_flops = 4e6, affordable_elements = 1 << 17;
static const double roundings = 16, slack = 4;
/* Off by so many times what rounding allows is clearly wrong. */
static const double clearly = 16;

/* What else the mistake spoils: the fewer, the more it says. */
enum spoils { SPOILS_THIS, SPOILS_FAMILY, SPOILS_ANY };

struct suspect {
    const struct implementation *implementation;
    bool fits; /* so far */
    enum spoils spoils;
};

struct diagnosis {
    struct hosts hosts;
    const struct implementation *patient;
    struct run_plan plan;
    struct suspect suspect[SUSPECTS_MAX];
    int suspects;
    int trials, wrong;
    int crashes;             /* problems from which the patient did not come back */
    bool depends_on_threads; /* the patient is another kernel with one thread */
};

/* ---- one problem ------------------------------------------------------------------------------
 */

struct specimen {
    struct trial trial;
    struct judge judge;
    struct tolerance tolerance[OPERANDS_MAX];
    double largest[OPERANDS_MAX]; /* bound of any element of an output */
};

/* The gauge of one element is the right formula's: zero where all of a window is padding, whatever
 * a wrong kernel sums up there. The largest of all tells the size of what is summed; where nothing
 * is summed, one element says nothing of another, and deep tails are not measured by what is 1. */
static bool sums(const struct specimen *s) {
    const struct primitive *p = s->trial.problem.primitive;
    for (int i = 0; i < p->operand_count; i++)
        if (p->operands[i].role == ROLE_INOUT) return true; /* running sums */
    return problem_terms(&s->trial.problem) > 1;
}
static double largest_bound(const struct specimen *s, int operand) {
    const struct expectation *e = &s->judge.expected[operand];
    const int64_t elements = shape_elements(&s->trial.shape[operand]);
    double largest = 0;
    for (int64_t i = 0; sums(s) && e->value && i < elements; i++) {
        const double bound = tolerance_bound(&s->tolerance[operand], 0, e->sum[i], e->local[i]);
        if (isfinite(bound) && bound > largest) largest = bound;
    }
    return largest;
}

static enum status specimen_open(struct specimen *s, const struct problem_case *item,
                                 const struct implementation *patient, struct error *error) {
    enum status status = trial_open(&s->trial, &item->problem, error);
    if (status) return status;
    trial_fill(&s->trial, item->fill, item->seed);
    status = judge_open(&s->judge, &item->problem, (const void *const *)s->trial.input, 0, -1,
                        item->seed, error);
    if (status) {
        trial_close(&s->trial);
        return status;
    }
    const struct implementation meant = implementation_for(patient, &item->problem);
    for (int i = 0; i < item->problem.primitive->operand_count; i++) {
        s->tolerance[i] = judge_tolerance(&s->judge, &meant, i, false);
        s->largest[i] = largest_bound(s, i);
    }
    return STATUS_OK;
}

static void specimen_close(struct specimen *s) {
    judge_close(&s->judge);
    trial_close(&s->trial);
}

static struct tensor tensor_of(const struct specimen *s, const struct capture *capture, int i) {
    return (struct tensor){s->trial.problem.primitive->operands[i].dtype, s->trial.shape[i],
                           capture->output[i]};
}

static bool unwritten(const struct tensor *tensor, int64_t element) {
    const size_t unit = dtype_bytes(tensor->dtype), start = (size_t)element * unit;
    for (size_t at = start; at < start + unit; at++)
        if (((const unsigned char *)tensor->data)[at] != poison_byte(POISON_NAN, at)) return false;
    return true;
}

/* How far two right ways of computing one wrong formula may be apart: the bound of the right
 * formula around the larger value, what a sum of that size could lose, and a few roundings more,
 * since the wrong formula's own are not known. */
static double allowance(const struct specimen *s, int operand, int64_t i, double size) {
    const struct expectation *e = &s->judge.expected[operand];
    const struct tolerance *t = &s->tolerance[operand];
    const double bound = tolerance_bound(t, size, e->sum[i], e->local[i]);
    return slack * (fmax(isfinite(bound) ? bound : 0, s->largest[operand]) +
                    UNIT_ROUNDOFF_F32 * (t->exact ? 0 : t->growth + roundings) * size);
}

/* NaN with NaN, infinities by sign, numbers within `allowed`. */
static bool close_to(double a, double b, double allowed) {
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= allowed;
}

/* Where zeros alone are expected, as where all windows lie in padding, no bound tells the size of
 * what a wrong kernel sums up there: its largest result does. */
static double size_unknown_to(const struct specimen *s, int operand, const struct tensor *got) {
    double largest = 0;
    for (int64_t i = 0; sums(s) && i < shape_elements(&got->shape); i++) {
        const double size = fabs(tensor_get(got, i));
        if (isfinite(size) && size > largest) largest = size;
    }
    return s->largest[operand] < UNIT_ROUNDOFF_F32 * largest ? largest : 0;
}

static bool same_element(const struct specimen *s, int operand, const struct tensor *a,
                         const struct tensor *b, int64_t i, double size) {
    if (unwritten(a, i) || unwritten(b, i)) return unwritten(a, i) && unwritten(b, i);
    const double x = tensor_get(a, i), y = tensor_get(b, i);
    /* what is small only because a wrong sum cancels carries the errors of its terms */
    const double e = s->judge.expected[operand].value[i], right = isfinite(e) ? fabs(e) : 0;
    return close_to(x, y,
                    allowance(s, operand, i, fmax(fmax(right, size), fmax(fabs(x), fabs(y)))));
}

/* Do two kernels agree on all that the oracle has an opinion on? */
static bool agree(const struct specimen *s, const struct capture *a, const struct capture *b) {
    for (int o = 0; o < s->trial.problem.primitive->operand_count; o++) {
        if (!a->output[o] || !b->output[o]) continue;
        const struct tensor x = tensor_of(s, a, o), y = tensor_of(s, b, o);
        const double size = size_unknown_to(s, o, &x);
        for (int64_t i = 0; i < shape_elements(&x.shape); i++)
            if (!expects_anything(&s->judge.expected[o], i) && !same_element(s, o, &x, &y, i, size))
                return false;
    }
    return true;
}

/* Is some element off by far more than two kernels with the same mistake could differ? */
static bool clearly_wrong(const struct specimen *s, const struct capture *capture) {
    for (int o = 0; o < s->trial.problem.primitive->operand_count; o++) {
        if (!capture->output[o]) continue;
        const struct expectation *e = &s->judge.expected[o];
        const struct tensor got = tensor_of(s, capture, o);
        for (int64_t i = 0; i < shape_elements(&got.shape); i++) {
            const double x = tensor_get(&got, i), size = fmax(fabs(x), fabs(e->value[i]));
            if (!expects_anything(e, i) &&
                (unwritten(&got, i) ||
                 !close_to(x, e->value[i], clearly * allowance(s, o, i, size))))
                return true;
        }
    }
    return false;
}

/* ---- all problems -----------------------------------------------------------------------------
 */

static bool affordable(const struct problem *problem) {
    double elements = 0;
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        elements += (double)shape_elements(&shape);
    }
    return problem_flops(problem) <= affordable_flops && elements <= affordable_elements;
}

/* Run it; false: it did not come back, or did what no value tells of. */
static bool runs(struct diagnosis *d, const struct specimen *s, const struct implementation *who,
                 struct capture *capture) {
    struct finding ignored = {.verdict = VERDICT_PASS};
    return trial_run(hosts_for(&d->hosts, who), &s->trial, who, d->plan, capture, &ignored);
}

/* Has the oracle no opinion on much of it, or on any of sums (zeros of padding times Inf)? A wrong
 * kernel then meets such products elsewhere, where two with the same mistake may differ. */
static bool too_open(const struct specimen *s) {
    int64_t open = 0, all = 0;
    for (int o = 0; o < s->trial.problem.primitive->operand_count; o++) {
        const struct expectation *e = &s->judge.expected[o];
        const int64_t elements = e->value ? shape_elements(&s->trial.shape[o]) : 0;
        for (int64_t i = 0; i < elements; i++) open += expects_anything(e, i);
        all += elements;
    }
    return problem_terms(&s->trial.problem) > 1 ? open > 0 : open * OPEN_PART > all;
}

/* Does one thread give what several gave? What n threads leave over looks like the tail of a vector
 * of n. */
static bool same_alone(struct diagnosis *d, const struct specimen *s, const struct capture *own) {
    if (d->plan.threads == 1 || !d->patient->uses_threads) return true;
    const struct run_plan plan = d->plan;
    struct capture alone;
    d->plan.threads = 1;
    const bool same = runs(d, s, d->patient, &alone) && agree(s, own, &alone);
    d->plan = plan;
    capture_free(&alone);
    return same;
}

static enum status examine(struct diagnosis *d, const struct problem_case *item,
                           struct error *error) {
    struct specimen s;
    const enum status status = specimen_open(&s, item, d->patient, error);
    if (status) return status;
    if (too_open(&s)) {
        specimen_close(&s);
        return STATUS_OK;
    }
    struct capture theirs, own;
    const bool back = runs(d, &s, d->patient, &own);
    d->crashes += !back;
    d->trials++;
    d->wrong += back && clearly_wrong(&s, &own);
    if (back && !d->depends_on_threads) d->depends_on_threads = !same_alone(d, &s, &own);
    for (int i = 0; i < d->suspects && d->crashes <= CRASHES_MAX; i++) {
        struct suspect *suspect = &d->suspect[i];
        if (!suspect->fits) continue;
        const bool too = runs(d, &s, suspect->implementation, &theirs);
        suspect->fits = back == too && (!back || agree(&s, &own, &theirs));
        capture_free(&theirs);
    }
    capture_free(&own);
    specimen_close(&s);
    return STATUS_OK;
}

/* What depends on the number of threads is no mistake of one thread. */
static bool fits(const struct diagnosis *d, const struct suspect *suspect) {
    return suspect->fits && (!d->depends_on_threads || suspect->implementation->uses_threads);
}

/* Can another problem change the answer? Not once no suspect fits. */
static bool undecided(const struct diagnosis *d) {
    bool any = false;
    for (int i = 0; i < d->suspects && !any; i++) any = fits(d, &d->suspect[i]);
    return any && d->crashes <= CRASHES_MAX;
}

static enum status examine_listed(struct diagnosis *d, const char *kind, struct error *error) {
    struct case_list list = {0};
    const struct primitive *primitive = registry_find_primitive(d->patient->primitive);
    enum status status = cases_of(&list, primitive, kind, error);
    for (int i = 0; i < list.count && !status && undecided(d); i++)
        if (affordable(&list.item[i].problem)) status = examine(d, &list.item[i], error);
    cases_free(&list);
    return status;
}

static enum status examine_all(struct diagnosis *d, const struct options *options,
                               struct error *error) {
    struct problem_case item = {.fill = options->fill < 0 ? FILL_NORMAL : (enum fill)options->fill,
                                .seed = options->seed_given ? options->seed : 1};
    enum status status =
        problem_parse(&item.problem, registry_find_primitive(d->patient->primitive),
                      options->problem ? options->problem : "", error);
    if (!status) status = examine(d, &item, error);
    /* small problems first, which tell most mistakes apart */
    static const enum kind asked[] = {KIND_SPECIAL, KIND_EXACT, KIND_ORACLE};
    for (size_t k = 0; k < sizeof asked / sizeof *asked && !status && undecided(d); k++)
        status = examine_listed(d, kind_rules[asked[k]].name, error);
    for (uint64_t index = 0; index < DRAWN && !status && undecided(d); index++) {
        draw_case(item.problem.primitive, 1, index, 1, &item);
        item.fill = FILL_NORMAL; /* drawn fills make noise of what some mistakes leave (no eps) */
        if (affordable(&item.problem)) status = examine(d, &item, error);
    }
    return status;
}

/* ---- the answer -------------------------------------------------------------------------------
 */

/* The one text of the suspects that fit and spoil so much; NULL: none, or several. */
static const char *text_of(const struct diagnosis *d, enum spoils spoils) {
    const char *found = NULL;
    for (int i = 0; i < d->suspects; i++) {
        const struct suspect *s = &d->suspect[i];
        if (!fits(d, s) || s->spoils != spoils) continue;
        if (found && strcmp(found, s->implementation->defect)) return NULL;
        found = s->implementation->defect;
    }
    return found;
}

/* What is said of this primitive is better than what is said of its family, or of any ("copies its
 * input"). */
static const char *only_defect(const struct diagnosis *d) {
    enum spoils least = SPOILS_ANY;
    for (int i = 0; i < d->suspects; i++)
        if (fits(d, &d->suspect[i]) && d->suspect[i].spoils < least) least = d->suspect[i].spoils;
    return text_of(d, least);
}

static const char *conclude(const struct diagnosis *d) {
    if (d->crashes > CRASHES_MAX || d->wrong < CLEARLY_WRONG_MIN) return NULL;
    return only_defect(d);
}

static void print_text(const struct diagnosis *d, const char *cause) {
    printf("%s/%s: %s\n    %d problems looked at, %d of them clearly wrong\n",
           d->patient->primitive, d->patient->variant,
           cause ? cause : "no known mistake gives these results", d->trials, d->wrong);
}

static void print_json(const struct diagnosis *d, const char *cause) {
    char id[128];
    snprintf(id, sizeof id, "%s/%s", d->patient->primitive, d->patient->variant);
    json_t *like = json_array();
    for (int i = 0; i < d->suspects && cause; i++)
        if (d->suspect[i].fits && !strcmp(d->suspect[i].implementation->defect, cause))
            json_array_append_new(like, json_string(d->suspect[i].implementation->variant));
    json_t *root =
        json_pack("{s:s, s:i, s:s, s:i, s:i, s:i, s:s?, s:o}", "schema", "assay-diagnosis",
                  "version", 1, "id", id, "trials", d->trials, "wrong", d->wrong, "suspects",
                  d->suspects, "cause", cause, "like", like);
    if (d->patient->defect) json_object_set_new(root, "defect", json_string(d->patient->defect));
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static bool same_family(const char *a, const char *b) {
    const char *of_a = registry_find_primitive(a)->family;
    const char *of_b = registry_find_primitive(b)->family;
    return of_a && of_b && strcmp(of_a, of_b) == 0;
}

/* By what else its function spoils; those that merely share words ("eps is missing") spoil
 * nothing else. */
static enum spoils spoils_of(const struct implementation *mutant) {
    enum spoils most = SPOILS_THIS;
    const struct implementation *other;
    for (int i = 0; mutant->run && (other = registry_implementation(i)); i++)
        if (other->run == mutant->run && strcmp(other->primitive, mutant->primitive)) {
            if (!same_family(other->primitive, mutant->primitive)) return SPOILS_ANY;
            most = SPOILS_FAMILY;
        }
    return most;
}

static enum status choose_patient(struct diagnosis *d, const struct options *options,
                                  struct error *error) {
    const struct filters filters = filters_of(options->filters, options->filter_count);
    const struct implementation *i;
    int matching = 0;
    for (int at = 0; (i = registry_implementation(at)); at++)
        if (filters_match(&filters, i->primitive, i->variant, NULL)) {
            d->patient = i;
            matching++;
        }
    if (matching != 1)
        return fail(error, STATUS_BAD_INPUT,
                    "--diagnose needs a FILTER that names one "
                    "implementation; %d match",
                    matching);
    for (int at = 0; (i = registry_implementation(at)) && d->suspects < SUSPECTS_MAX; at++)
        if (i->defect && i != d->patient && strcmp(i->primitive, d->patient->primitive) == 0 &&
            mutants_told_by_values(i->caught))
            d->suspect[d->suspects++] = (struct suspect){i, true, spoils_of(i)};
    return STATUS_OK;
}

int run_diagnose(const struct options *options, const struct mutants *mutants, char *program) {
    struct diagnosis d = {
        .plan = {LAYOUT_END, POISON_NAN, options->threads ? options->threads : 1}};
    struct error error;
    char **arguments = worker_arguments(options, program, mutants->path, mutants->count);
    enum status status = arguments ? choose_patient(&d, options, &error)
                                   : fail(&error, STATUS_NO_MEMORY, "out of memory");
    if (!status) status = hosts_open(&d.hosts, arguments, options->timeout, &error);
    if (!status) {
        status = examine_all(&d, options, &error);
        hosts_close(&d.hosts);
    }
    free(arguments);
    if (status) {
        fprintf(stderr, "assay-verify: %s\n", error.text);
        return status == STATUS_BAD_INPUT ? EXIT_BAD_INPUT : EXIT_FAILED;
    }
    const char *cause = conclude(&d);
    (options->json ? print_json : print_text)(&d, cause);
    return cause ? EXIT_PASSED : EXIT_NOTHING_RAN;
}
