/* What a sweep found, for people and for programs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/verifier/verify_ulp.h"

static bool ran(const struct ulp_subject *subject) {
    return !subject->unavailable && subject->finding.verdict != VERDICT_SKIP;
}

static const char *colour_of(enum verdict verdict) {
    return verdict == VERDICT_PASS ? "\033[32m" : verdict == VERDICT_SKIP ? "\033[33m" : "\033[31m";
}

static void print_element(const char *before, const struct ulp_worst *element) {
    printf("%sx = %a (%.9g), got %.9g, true value %.9g", before, (double)element->x,
           (double)element->x, (double)element->got, element->value);
}

static double percent(uint64_t part, uint64_t whole) {
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_counts(const struct ulp_tally *t) {
    printf("    %llu inputs: exact %.3g %%, to 0.5 ulp %.4g %%, to 1 %.4g %%, to 2 %.3g %%, more "
           "%llu\n",
           (unsigned long long)t->judged, percent(t->exact, t->judged),
           percent(t->half - t->exact, t->judged), percent(t->one - t->half, t->judged),
           percent(t->two - t->one, t->judged), (unsigned long long)(t->judged - t->two));
    const struct {
        uint64_t count;
        const char *what;
    } rare[] = {{t->nans, "NaN"},
                {t->infinities, "infinity"},
                {t->zero_signs, "sign of zero"},
                {t->flushed, "denormal flushed to 0"}};
    const char *separator = "    not as the true value: ";
    for (size_t i = 0; i < sizeof rare / sizeof *rare; i++) {
        if (!rare[i].count) continue;
        printf("%s%s %llu times", separator, rare[i].what, (unsigned long long)rare[i].count);
        separator = ", ";
    }
    if (separator[0] == ',') putchar('\n');
}

static void print_limit(const struct ulp_subject *subject) {
    if (subject->vector)
        printf("stated %g", subject->rule.limit);
    else if (subject->tolerance.exact)
        printf("allowed: none");
    else if (isinf(subject->rule.limit))
        printf("allowed: its tolerance");
    else
        printf("allowed %g and its tolerance", subject->rule.limit);
}

void ulp_print(const struct ulp_subject *subject, enum verdict verdict, bool colour) {
    printf("%s%-10s%s %-28s ", colour ? colour_of(verdict) : "",
           verdict == VERDICT_SKIP ? "SKIPPED" : verdict_name(verdict), colour ? "\033[0m" : "",
           subject->name);
    if (!ran(subject)) {
        puts(subject->unavailable ? subject->unavailable : subject->finding.message);
        return;
    }
    const struct ulp_worst *worst = &subject->tally.worst[0];
    if (isinf(worst->error))
        printf("largest error beyond any ulp, ");
    else if (worst->error > 0)
        printf("largest error %.4f ulp, ", worst->error);
    else
        printf("%s, ", subject->tally.exact == subject->tally.judged ? "exact"
                                                                     : "always the nearest float");
    print_limit(subject);
    putchar('\n');
    if (worst->error > 0) print_element("    at ", worst), putchar('\n');
    print_counts(&subject->tally);
    if (subject->finding.verdict != VERDICT_PASS)
        printf("      %s: %s\n", verdict_name(subject->finding.verdict), subject->finding.message);
    if (subject->tally.wrong) {
        printf("      FAIL: %llu inputs are wrong, the smallest at ",
               (unsigned long long)subject->tally.wrong);
        print_element("", &subject->tally.first_wrong);
        putchar('\n');
    }
}

/* JSON has no NaN and no infinities: they become strings. */
static json_t *number(double value) {
    if (isfinite(value)) return json_real(value);
    return json_string(isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

static json_t *element_json(const struct ulp_worst *element) {
    char x[64];
    snprintf(x, sizeof x, "%a", (double)element->x);
    return json_pack("{s:s, s:o, s:o, s:o}", "x", x, "got", number((double)element->got), "value",
                     number(element->value), "ulp", number(element->error));
}

json_t *ulp_json(const struct ulp_group *group, const struct ulp_subject *subject,
                 enum verdict verdict) {
    const struct ulp_tally *t = &subject->tally;
    json_t *object = json_pack("{s:s, s:s, s:s}", "name", subject->name, "function",
                               group->function, "verdict", verdict_name(verdict));
    if (!object) return NULL;
    if (!ran(subject)) {
        json_object_set_new(
            object, "reason",
            json_string(subject->unavailable ? subject->unavailable : subject->finding.message));
        return object;
    }
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"inputs", t->judged},
                  {"exact", t->exact},
                  {"to_half_ulp", t->half - t->exact},
                  {"to_1_ulp", t->one - t->half},
                  {"to_2_ulp", t->two - t->one},
                  {"more", t->judged - t->two},
                  {"nan", t->nans},
                  {"infinity", t->infinities},
                  {"zero_sign", t->zero_signs},
                  {"flushed", t->flushed},
                  {"wrong", t->wrong}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_object_set_new(object, counts[i].name, json_integer((json_int_t)counts[i].count));
    json_object_set_new(object, "largest_ulp", number(t->worst[0].error));
    if (isfinite(subject->rule.limit))
        json_object_set_new(object, "limit_ulp", number(subject->rule.limit));
    json_t *worst = json_array();
    for (int i = 0; i < ULP_WORST && t->worst[i].error > 0; i++)
        json_array_append_new(worst, element_json(&t->worst[i]));
    json_object_set_new(object, "worst", worst);
    if (t->wrong) json_object_set_new(object, "first_wrong", element_json(&t->first_wrong));
    if (subject->finding.verdict != VERDICT_PASS)
        json_object_set_new(object, "message", json_string(subject->finding.message));
    return object;
}
