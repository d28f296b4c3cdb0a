#include "tests/verifier/verify_shrink.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/registry.h"
#include "tests/verifier/verify_cases.h"
#include "tests/verifier/verify_simpler.h"

struct search {
    struct host *host;
    const struct implementation *implementation;
    struct text_output *text;
    enum kind kind;
    double deadline;
    int tried;
    bool timed_out;
    bool wants_outputs; /* an empty problem says less than one with an element */
    /* the best so far */
    struct problem_case item;
    int threads;
    struct finding finding;
};

/* ---- one step ---------------------------------------------------------------------------------
 */

/* The next letter of a message that is neither an index, nor a number, nor the s of a plural. */
static char next_letter(const char **at) {
    for (; **at; ++*at) {
        if (**at == '[') *at += strcspn(*at, "]");
        if (!**at) break;
        const bool plural = **at == 's' && !isalpha((unsigned char)(*at)[1]);
        if (isalpha((unsigned char)**at) && !plural) return *(*at)++;
    }
    return 0;
}

static bool same_words(const char *a, const char *b) {
    for (;;) {
        const char letter = next_letter(&a);
        if (letter != next_letter(&b)) return false;
        if (!letter) return true;
    }
}

static int class_of(double value) { return isnan(value) ? 2 : isinf(value); }

/* The same kind of failure: a wrong value stays one, and where a number was expected one is still
 * (what came instead may change: an overflow is the same mistake as what it makes of other sums);
 * else in the same words. */
static bool alike(const struct finding *a, const struct finding *b) {
    if (a->verdict != b->verdict || a->compared != b->compared) return false;
    if (!a->compared) return same_words(a->message, b->message);
    return class_of(a->expected) == class_of(b->expected);
}

static bool has_outputs(const struct problem *problem) {
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        if (operand_is_output(&problem->primitive->operands[i]) && shape_elements(&shape) > 0)
            return true;
    }
    return false;
}

/* Does this problem fail in the same way? Then it is the best so far. */
static bool fails_as_given(struct search *s, const struct problem_case *item, int threads) {
    if (problem_check(&item->problem, NULL)) return false;
    if (s->wants_outputs && !has_outputs(&item->problem)) return false;
    s->timed_out = s->timed_out || text_clock() > s->deadline;
    if (s->timed_out) return false;
    struct subject subject;
    if (case_subject_alone(s->kind, item, &subject, NULL)) return false;
    text_shrinking(s->text, s->implementation, ++s->tried);
    const struct verdict_of result = check(s->host, &subject, s->implementation, threads);
    subject_close(&subject);
    if (!alike(&result.finding, &s->finding)) return false;
    s->item = *item;
    s->threads = threads;
    s->finding = result.finding;
    return true;
}

static double input_elements(const struct problem *problem) {
    double elements = 0;
    for (int i = 0; i < problem->primitive->operand_count; i++)
        if (problem_reads(problem, i)) {
            const struct shape shape = problem_shape(problem, i);
            elements += (double)shape_elements(&shape);
        }
    return elements;
}

/* A few numbers may miss what many would meet: small problems get several seeds. */
static bool fails(struct search *s, const struct problem_case *item, int threads) {
    if (fails_as_given(s, item, threads)) return true;
    if (problem_check(&item->problem, NULL) || input_elements(&item->problem) > 64) return false;
    struct problem_case other = *item;
    for (other.seed = 1; other.seed <= 6; other.seed++)
        if (other.seed != item->seed && fails_as_given(s, &other, threads)) return true;
    return false;
}

/* ---- the directions ---------------------------------------------------------------------------
 */

static bool fewer_threads(struct search *s) {
    for (int count = 1; count < s->threads; count++)
        if (fails_as_given(s, &s->item, count)) return true;
    return false;
}

static bool easier_fill(struct search *s) {
    enum fill simpler[FILL_STYLES];
    const int count = simpler_fills(s->item.fill, kind_is(s->kind, KIND_EXACTLY), simpler);
    for (int i = 0; i < count; i++) {
        struct problem_case item = s->item;
        item.fill = simpler[i];
        if (fails(s, &item, s->threads)) return true;
    }
    return false;
}

static bool smaller_field(struct search *s, int field) {
    union field_value simpler[SIMPLER_MAX];
    const int count = simpler_values(&s->item.problem.primitive->fields[field],
                                     s->item.problem.value[field], simpler);
    for (int i = 0; i < count; i++) {
        struct problem_case item = s->item;
        item.problem.value[field] = simpler[i];
        if (fails(s, &item, s->threads)) return true;
    }
    return false;
}

/* Both at once, where one alone is refused or does not fail (a window and its row, channels and
 * groups). */
static bool smaller_pair(struct search *s, int a, int b) {
    const struct field *fields = s->item.problem.primitive->fields;
    union field_value for_a[SIMPLER_MAX], for_b[SIMPLER_MAX];
    const int count_a = simpler_values(&fields[a], s->item.problem.value[a], for_a);
    const int count_b = simpler_values(&fields[b], s->item.problem.value[b], for_b);
    for (int i = 0; i < count_a; i++)
        for (int j = 0; j < count_b; j++) {
            struct problem_case item = s->item;
            item.problem.value[a] = for_a[i];
            item.problem.value[b] = for_b[j];
            if (fails_as_given(s, &item, s->threads)) return true;
        }
    return false;
}

static bool smaller_pairs(struct search *s) {
    const int count = s->item.problem.primitive->field_count;
    bool found = false;
    for (int a = 0; a < count; a++)
        for (int b = a + 1; b < count; b++) found = smaller_pair(s, a, b) || found;
    return found;
}

static void tidier_seed(struct search *s) {
    struct problem_case item = s->item;
    for (item.seed = 1; item.seed < s->item.seed && item.seed <= 8; item.seed++)
        if (fails_as_given(s, &item, s->threads)) return;
}

static void search(struct search *s) {
    const int fields = s->item.problem.primitive->field_count;
    bool found = true;
    while (found && !s->timed_out) {
        found = fewer_threads(s);
        for (int i = 0; i < fields; i++) found = smaller_field(s, i) || found;
        found = easier_fill(s) || found;
        if (!found) found = smaller_pairs(s);
    }
    tidier_seed(s);
}

/* ---- what there is to see ---------------------------------------------------------------------
 */

static double *doubles_of(const struct tensor *tensor) {
    const int64_t elements = shape_elements(&tensor->shape);
    double *values = calloc((size_t)elements + 1, sizeof *values);
    for (int64_t i = 0; values && i < elements; i++) values[i] = tensor_get(tensor, i);
    return values;
}

static void show_expected(const struct subject *subject, const struct implementation *by, int i,
                          struct shown_operand *shown) {
    const struct expectation *expected = &subject->judge.expected[i];
    const struct implementation meant = implementation_for(by, &subject->item.problem);
    const struct tolerance tolerance =
        judge_tolerance(&subject->judge, &meant, i, kind_is(subject->kind, KIND_EXACTLY));
    const int64_t elements = shape_elements(&shown->shape);
    shown->expected = calloc((size_t)elements + 1, sizeof *shown->expected);
    shown->bound = calloc((size_t)elements + 1, sizeof *shown->bound);
    for (int64_t e = 0; shown->expected && shown->bound && e < elements; e++) {
        shown->expected[e] = expected->value[e];
        shown->bound[e] = expects_anything(expected, e)
                              ? -1
                              : tolerance_bound(&tolerance, expected->value[e], expected->sum[e],
                                                expected->local[e]);
    }
}

/* Everything about each operand, from one more run. */
static void show(const struct search *s, struct subject *subject, struct smallest *smallest) {
    const struct trial *trial = &subject->trial;
    struct capture capture;
    struct finding ignored;
    const struct run_plan plan = {s->finding.layout, POISON_NAN, s->threads};
    trial_run(s->host, trial, s->implementation, plan, &capture, &ignored);
    for (int i = 0; i < trial->problem.primitive->operand_count; i++) {
        struct shown_operand *shown = &smallest->shown[i];
        if (!shape_present(&trial->shape[i])) continue;
        shown->operand = &trial->problem.primitive->operands[i];
        shown->shape = trial->shape[i];
        if (shape_elements(&shown->shape) > SHOWN_MAX) continue;
        struct tensor tensor = {shown->operand->dtype, shown->shape, trial->input[i]};
        if (trial->input[i]) shown->values = doubles_of(&tensor);
        tensor.data = capture.output[i];
        if (capture.output[i]) shown->got = doubles_of(&tensor);
        if (operand_is_output(shown->operand) && shape_elements(&shown->shape))
            show_expected(subject, s->implementation, i, shown);
    }
    capture_free(&capture);
}

static struct smallest *result_of(const struct search *s) {
    struct smallest *smallest = calloc(1, sizeof *smallest);
    struct subject subject;
    if (!smallest || case_subject_alone(s->kind, &s->item, &subject, NULL)) {
        free(smallest);
        return NULL;
    }
    smallest->failure = failure_of(s->kind, &s->item, &s->finding);
    smallest->tried = s->tried;
    smallest->timed_out = s->timed_out;
    const struct implementation meant = implementation_for(s->implementation, &s->item.problem);
    if (!subject_judge(&subject, &meant, NULL)) show(s, &subject, smallest);
    subject_close(&subject);
    return smallest;
}

/* A hang costs its whole patience at every step: it is looked for with less, and believed only when
 * the patience of the question saw it too, as a slow kernel answers then. */
static double patience(const struct host *host, enum verdict verdict) {
    return verdict == VERDICT_TIMEOUT && host->timeout > 0.5 ? 0.5 : host->timeout;
}

static bool fails_with_patience(struct search *s, double timeout) {
    if (s->host->timeout >= timeout) return true;
    s->host->timeout = timeout;
    s->timed_out = false;
    s->deadline = text_clock() + 2 * timeout;
    const struct problem_case item = s->item;
    return fails_as_given(s, &item, s->threads);
}

/* In a worker that has run nothing before: else it is no problem that fails alone. */
static bool fails_afresh(struct search *s) {
    const struct problem_case item = s->item;
    host_restart(s->host);
    s->timed_out = false;
    s->deadline = text_clock() + 2 * s->host->timeout;
    return fails_as_given(s, &item, s->threads);
}

/* What was asked itself, with nothing smaller. */
static bool back_to(struct search *s, const struct problem_case *given, int threads,
                    const struct finding *finding) {
    s->item = *given;
    s->threads = threads;
    s->finding = *finding;
    return fails_afresh(s);
}

struct smallest *shrink(struct host *host, const struct implementation *implementation,
                        const struct failure *failure, double seconds, struct text_output *text) {
    struct search s = {
        .host = host,
        .implementation = implementation,
        .text = text,
        .kind = failure->kind == KIND_GOLDEN ? KIND_ORACLE : failure->kind,
        .deadline = text_clock() + seconds,
        .threads = failure->finding.threads > 1 ? failure->finding.threads : 1,
        .finding = failure->finding,
    };
    s.item = (struct problem_case){.fill = failure->fill, .seed = failure->seed};
    const struct primitive *primitive = registry_find_primitive(implementation->primitive);
    if (problem_parse(&s.item.problem, primitive, failure->problem, NULL)) return NULL;
    const struct problem_case given = s.item;
    s.wants_outputs = has_outputs(&given.problem);
    const double timeout = host->timeout;
    host->timeout = patience(host, failure->finding.verdict);
    struct smallest *smallest = NULL;
    const int threads = s.threads;
    host_restart(host);
    if (fails(&s, &given, threads)) {
        search(&s);
        if ((fails_with_patience(&s, timeout) && fails_afresh(&s)) ||
            back_to(&s, &given, threads, &failure->finding))
            smallest = result_of(&s);
    }
    host->timeout = timeout;
    return smallest;
}

void smallest_free(struct smallest *smallest) {
    for (int i = 0; smallest && i < OPERANDS_MAX; i++) {
        free(smallest->shown[i].values);
        free(smallest->shown[i].expected);
        free(smallest->shown[i].got);
        free(smallest->shown[i].bound);
    }
    free(smallest);
}
