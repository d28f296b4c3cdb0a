/* The kind `property`: every law of the primitive on one case. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reference/checks.h"
#include "reference/laws.h"

/* Who runs, and what it came to when it did not. */
struct runner {
    struct host *host;
    const struct implementation *implementation;
    int threads;
    struct finding *finding;
    const struct problem *problem; /* the case's own */
    bool unsupported;              /* ... is not */
};

static enum law_verdict run_in_worker(void *context, const struct problem *problem, void *const *in,
                                      void *const *out, char *reason, size_t reason_bytes) {
    struct runner *runner = context;
    struct trial trial = {.problem = *problem};
    struct capture capture;
    const struct run_plan plan = {LAYOUT_END, POISON_NAN, runner->threads};
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        trial.shape[i] = problem_shape(problem, i);
        trial.input[i] = in[i];
    }
    const struct implementation *kernel = law_kernel(
        runner->implementation, runner->problem->primitive, problem->primitive); /* there is one */
    const bool ran = trial_run(runner->host, &trial, kernel, plan, &capture, runner->finding);
    for (int i = 0; ran && i < problem->primitive->operand_count; i++)
        if (capture.output[i]) memcpy(out[i], capture.output[i], trial_bytes(&trial, i));
    capture_free(&capture);
    if (ran) return LAW_HOLDS;
    snprintf(reason, reason_bytes, "%s", runner->finding->message);
    if (runner->finding->verdict != VERDICT_SKIP) return LAW_STOPPED;
    runner->unsupported = !memcmp(problem, runner->problem, sizeof *problem);
    return LAW_SKIPPED;
}

/* Text after text, as long as there is room. */
static void append(char *text, size_t room, const char *separator, const char *more) {
    const size_t used = strlen(text);
    snprintf(text + used, room - used, "%s%s", used ? separator : "", more);
}

static void report_breach(const struct property *law, const struct law_result *result,
                          struct finding *finding) {
    const struct breach *breach = &result->breach;
    finding->law = law->name;
    finding->operand = result->operand;
    snprintf(finding->index, sizeof finding->index, "%s", result->index);
    finding->compared = true;
    finding->expected = breach->expected;
    finding->got = breach->got;
    finding->bound = breach->bound;
    finding->ulp = ulp_distance(breach->got, breach->expected);
    finding->wrong = breach->wrong;
    finding->judged = breach->judged;
    finding_set(finding, VERDICT_FAIL,
                "breaks %s, %s: %s%s of run %d of %d: by the law %.9g, got %.9g (bound %.3g, off "
                "by %.3g); %lld of %lld comparisons wrong",
                law->name, law->statement, finding->operand, finding->index, breach->run + 1,
                law->runs, breach->expected, breach->got, breach->bound,
                fabs(breach->got - breach->expected), (long long)breach->wrong,
                (long long)breach->judged);
}

/* What the laws of one case came to. */
struct summary {
    int held, broken, vacuous;
    char skipped[256], others[256];
};

/* False: nothing more can be had of this case. */
static bool take(const struct property *law, const struct law_result *result,
                 struct summary *summary, struct verdict_of *verdict) {
    char line[512];
    switch (result->verdict) {
    case LAW_STOPPED:
        snprintf(line, sizeof line, "%.400s (in a run of %s)", result->reason, law->name);
        finding_set(&verdict->finding, verdict->finding.verdict, "%s", line);
        return false;
    case LAW_SKIPPED:
    case LAW_VACUOUS:
        summary->vacuous += result->verdict == LAW_VACUOUS;
        snprintf(line, sizeof line, "%s: %s", law->name, result->reason);
        append(summary->skipped, sizeof summary->skipped, "; ", line);
        return true;
    case LAW_BROKEN:
        if (!summary->broken++)
            report_breach(law, result, &verdict->finding);
        else
            append(summary->others, sizeof summary->others, ", ", law->name);
        break;
    default: summary->held++; append(verdict->note, sizeof verdict->note, ", ", law->name);
    }
    verdict->judged += result->breach.judged;
    verdict->elements = verdict->judged;
    if (!(result->breach.worst <= verdict->worst_ratio))
        verdict->worst_ratio = result->breach.worst;
    return true;
}

static void conclude(const struct summary *summary, struct finding *finding) {
    if (summary->broken && *summary->others)
        append(finding->message, sizeof finding->message, "; also breaks ", summary->others);
    if (summary->held || summary->broken) return;
    finding_set(finding, summary->vacuous ? VERDICT_MISTRUSTED : VERDICT_SKIP, "%s",
                *summary->skipped ? summary->skipped : "no law is stated for it");
    finding->not_asked = true;
}

void check_property(struct host *host, struct subject *subject,
                    const struct implementation *implementation, int threads,
                    struct verdict_of *verdict) {
    const struct primitive *primitive = subject->item.problem.primitive;
    struct runner runner = {
        host, implementation, threads, &verdict->finding, &subject->item.problem, false};
    struct summary summary = {0};
    verdict->finding.threads = implementation->uses_threads ? threads : 1;
    verdict->worst_ulp = NAN; /* between runs: no unit in the last place of anything */
    for (int i = 0; i < primitive->property_count; i++) {
        const struct property *law = &primitive->properties[i];
        struct law_result result;
        struct error error;
        const struct finding before = verdict->finding;
        const enum status status = law_examine(&result, law, &subject->item, implementation,
                                               run_in_worker, &runner, &error);
        if (status) {
            finding_set(&verdict->finding,
                        status == STATUS_UNAVAILABLE ? VERDICT_SKIP : VERDICT_MISTRUSTED, "%s",
                        error.text);
            verdict->finding.not_asked = true;
            return;
        }
        if (runner.unsupported) return; /* a SKIP with its reason */
        if (result.verdict != LAW_STOPPED) verdict->finding = before;
        if (!take(law, &result, &summary, verdict)) return;
    }
    conclude(&summary, &verdict->finding);
}
