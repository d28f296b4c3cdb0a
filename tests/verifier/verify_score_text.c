/* The score of the verifier, for people and for programs. */
#include <stdio.h>
#include <string.h>

#include "tests/verifier/verify_score.h"

static const char *const fate_names[FATES] = {"survived", "caught", "misnamed", "unproven",
                                              "absent"};

enum { REPRO_BYTES = 2 * PROBLEM_MAX_TEXT };

/* The command that shows it again: by its own plugin, without the others. */
static void repro(const struct score *score, const struct suspect *suspect, char *buffer,
                  size_t bytes) {
    struct options options = *score->options;
    const char *plugin[] = {suspect->plugin, NULL};
    if (suspect->plugin) {
        options.plugins = plugin;
        options.plugin_count = 1;
    }
    const struct implementation *i = suspect->implementation;
    const struct row row = {.primitive = i->primitive, .variant = i->variant};
    if (suspect->fate == FATE_LOOSE || suspect->fate == FATE_ABSENT)
        snprintf(buffer, bytes, "assay verify %s/%s --plugin '%s'", i->primitive, i->variant,
                 suspect->plugin ? suspect->plugin : "");
    else
        repro_print(&options, &row, &suspect->failure, buffer, bytes);
}

static const char *noun(const struct score *score) {
    return score->options->exploits ? "exploit" : "mutant";
}

static void print_suspect(const struct score *score, const struct suspect *suspect) {
    static const char *const headings[FATES] = {"SURVIVED", "caught", "MISNAMED", "UNPROVEN",
                                                "not here"};
    const struct implementation *i = suspect->implementation;
    const struct finding *finding = &suspect->failure.finding;
    char again[REPRO_BYTES];
    printf("  %-9s %s/%s: %s\n", headings[suspect->fate], i->primitive, i->variant, i->defect);
    if (suspect->fate == FATE_ABSENT) {
        printf("    %s\n", suspect->reason);
        return;
    }
    if (suspect->fate == FATE_LOOSE)
        printf("    passed all %d cases; it says that the verdict is %s\n", suspect->passed,
               i->caught ? i->caught : "(nothing)");
    else
        printf("    %s: %s\n", verdict_name(finding->verdict), finding->message);
    if (suspect->fate == FATE_MISNAMED)
        printf("    it says that the verdict is %s\n", i->caught ? i->caught : "(nothing)");
    if (suspect->fate == FATE_UNPROVEN)
        printf("    which proves nothing: the right kernel does not pass there either\n");
    repro(score, suspect, again, sizeof again);
    printf("    %s\n", again);
}

static json_t *suspect_json(const struct score *score, const struct suspect *suspect) {
    const struct implementation *i = suspect->implementation;
    const struct finding *finding = &suspect->failure.finding;
    char again[REPRO_BYTES];
    repro(score, suspect, again, sizeof again);
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "variant", i->variant, "defect",
                               i->defect, "expected", i->caught ? i->caught : "", "fate",
                               fate_names[suspect->fate], "repro", again);
    if (object && suspect->plugin)
        json_object_set_new(object, "plugin", json_string(suspect->plugin));
    if (object && suspect->fate == FATE_ABSENT)
        json_object_set_new(object, "reason", json_string(suspect->reason));
    if (!object || suspect->fate == FATE_LOOSE || suspect->fate == FATE_ABSENT) return object;
    json_object_set_new(object, "kind", json_string(kind_rules[suspect->failure.kind].name));
    json_object_set_new(object, "problem", json_string(suspect->failure.problem));
    json_object_set_new(object, "verdict", json_string(verdict_name(finding->verdict)));
    json_object_set_new(object, "message", json_string(finding->message));
    return object;
}

static void keep(struct score *score, const struct lineup *lineup, const int *fate) {
    json_t *list = json_array();
    for (int i = 0; i < lineup->count; i++)
        json_array_append_new(list, suspect_json(score, &lineup->suspect[i]));
    if (!score->primitives) score->primitives = json_array();
    json_array_append_new(score->primitives,
                          json_pack("{s:s, s:i, s:i, s:o}", "primitive", lineup->primitive->name,
                                    "mutants", lineup->count - fate[FATE_ABSENT], "caught",
                                    fate[FATE_CAUGHT], "list", list));
}

void score_report(struct score *score, struct text_output *text, const struct lineup *lineup) {
    int fate[FATES] = {0};
    for (int i = 0; i < lineup->count; i++) fate[lineup->suspect[i].fate]++;
    for (int i = 0; i < FATES; i++) score->fate[i] += fate[i];
    keep(score, lineup, fate);
    text_clear_progress(text);
    if (!text->enabled) return;
    const int count = lineup->count - fate[FATE_ABSENT];
    const bool all = fate[FATE_CAUGHT] == count, quiet = text->options->verbosity == QUIET;
    if (!all || !quiet)
        printf("%-16s %s%d of %d %s%s caught%s", lineup->primitive->name,
               !text->colour ? ""
               : all         ? "\033[32m"
                             : "\033[31m",
               fate[FATE_CAUGHT], count, noun(score), count == 1 ? "" : "s",
               text->colour ? "\033[0m" : "");
    if ((!all || !quiet) && fate[FATE_ABSENT]) printf(", %d not here", fate[FATE_ABSENT]);
    if (!all || !quiet) putchar('\n');
    const bool show = text->options->verbosity == VERBOSE || lineup->count == 1;
    for (int i = 0; i < lineup->count; i++) {
        const enum fate one = lineup->suspect[i].fate;
        if ((one != FATE_CAUGHT && one != FATE_ABSENT) || show)
            print_suspect(score, &lineup->suspect[i]);
    }
    fflush(stdout);
}

static int ran(const struct score *score) {
    int count = 0;
    for (int i = 0; i < FATES; i++) count += i == FATE_ABSENT ? 0 : score->fate[i];
    return count;
}

enum exit_code score_exit_code(const struct score *score) {
    if (!ran(score)) return EXIT_NOTHING_RAN;
    return score->fate[FATE_CAUGHT] == ran(score) ? EXIT_PASSED : EXIT_FAILED;
}

enum status score_finish(struct score *score, struct text_output *text, FILE *json,
                         struct error *error) {
    const int count = ran(score), caught = score->fate[FATE_CAUGHT];
    const char *what = noun(score);
    if (!count) fprintf(stderr, "assay-verify: no %s matched\n", what);
    if (text->enabled && count)
        printf("total: %d of %d %s%s caught, %.4g %%, %.1f s\n", caught, count, what,
               count == 1 ? "" : "s", 100.0 * caught / count, text_seconds(text));
    if (text->enabled && count && score->options->exploits)
        printf("attack success rate: %.4g %%\n", 100.0 * score->fate[FATE_LOOSE] / count);
    if (!json) {
        json_decref(score->primitives);
        return STATUS_OK;
    }
    json_t *root = json_pack("{s:s, s:i, s:s, s:i, s:i, s:i, s:o}", "schema",
                             score->options->exploits ? "assay-exploits" : "assay-mutants",
                             "version", 1, "assay_version", ASSAY_VERSION, "mutants", count,
                             "caught", caught, "exit_code", (int)score_exit_code(score),
                             "primitives", score->primitives ? score->primitives : json_array());
    return json_close(json, root, error);
}
