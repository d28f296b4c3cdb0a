#include "bench/options.h"

#include <errno.h>
#include <math.h>
#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/gbench_shim.h"
#include "kernels/core/isa.h"
#include "kernels/core/status.h"

static void refuse(const char *format, const char *what) {
    fprintf(stderr, "assay-bench: ");
    fprintf(stderr, format, what);
    fprintf(stderr, " (assay-bench --help lists what there is)\n");
    exit(EXIT_BAD_INPUT);
}

static void refuse_benchmark_flag(void) {
    refuse("a --benchmark_* flag has a value that Google Benchmark does not take%s", "");
}

static void append(struct text_list *list, const char *text) {
    if (list->count == OPTIONS_LIST) refuse("too many of '%.80s'", text);
    list->item[list->count++] = text;
}

/* ---- Google Benchmark's flags -----------------------------------------------------------------
 */

/* "--name=value", "--name": its value, or NULL when the argument is another flag. */
static const char *flag_value(const char *argument, const char *name) {
    const size_t length = strlen(name);
    if (strncmp(argument, name, length) != 0) return NULL;
    if (argument[length] == '=') return argument + length + 1;
    return argument[length] == 0 ? "true" : NULL;
}

static bool truth(const char *text) {
    static const char *const no[] = {"false", "0", "no", "off", "f", "n"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (strcmp(text, no[i]) == 0) return false;
    return true;
}

static const char *report_format(const char *text) {
    if (strcmp(text, "json") && strcmp(text, "csv") && strcmp(text, "console"))
        refuse("there is no report format '%.80s': json, csv or console", text);
    return text;
}

/* "0.5", "0.5s" or "100x". */
static void read_min_time(struct options *o, const char *text) {
    char *end;
    errno = 0;
    const double value = strtod(text, &end);
    const bool times = strcmp(end, "x") == 0;
    if (end == text || (*end && strcmp(end, "s") && !times) || !(value > 0) || value > 1e9)
        refuse("--benchmark_min_time takes seconds (0.5) or iterations (100x), not '%.80s'", text);
    o->iterations = times ? (int64_t)value : 0;
    o->min_time = times ? 0 : value;
}

static long read_count(const char *name, const char *text, long most) {
    char message[128], *end;
    errno = 0;
    const long value = strtol(text, &end, 10);
    snprintf(message, sizeof message, "%s takes a number from 1 to %ld, not '%%.80s'", name, most);
    if (errno || end == text || *end || value < 1 || value > most) refuse(message, text);
    return value;
}

/* True when the flag is dealt with and Google Benchmark need not see it. */
static bool own_flag(struct options *o, const char *argument) {
    const char *value;
    if ((value = flag_value(argument, "--benchmark_list_tests")))
        o->list_tests = truth(value);
    else if ((value = flag_value(argument, "--benchmark_display_aggregates_only")))
        o->aggregates_only = truth(value);
    else if ((value = flag_value(argument, "--benchmark_min_time")))
        read_min_time(o, value);
    else if ((value = flag_value(argument, "--benchmark_repetitions")))
        o->repetitions = (int)read_count("--benchmark_repetitions", value, 1000);
    else if ((value = flag_value(argument, "--benchmark_out")))
        o->out = value;
    else if ((value = flag_value(argument, "--benchmark_out_format")))
        o->out_format = report_format(value);
    else
        return false;
    return true;
}

/* argv without Google Benchmark's flags. Its defaults here: implementations of a problem take turns
 * in random order; BENCHMARK_OUT of the environment is not for it to open. */
static int split(struct options *o, int argc, char **argv, char **others) {
    int count = 0;
    o->gb_argv = calloc((size_t)argc + 4, sizeof *o->gb_argv);
    if (!o->gb_argv) exit(EXIT_FAILED);
    static char interleave[] = "--benchmark_enable_random_interleaving=true";
    static char no_out[] = "--benchmark_out=";
    o->gb_argv[o->gb_argc++] = argv[0];
    o->gb_argv[o->gb_argc++] = interleave;
    o->gb_argv[o->gb_argc++] = no_out;
    for (int i = 0; i < argc; i++) {
        const char *format;
        if (i && strncmp(argv[i], "--benchmark_", 12) == 0) {
            if ((format = flag_value(argv[i], "--benchmark_format")))
                o->format = report_format(format);
            if (!own_flag(o, argv[i])) o->gb_argv[o->gb_argc++] = argv[i];
        } else {
            others[count++] = argv[i];
        }
    }
    gb_start(&o->gb_argc, o->gb_argv, refuse_benchmark_flag);
    if (o->gb_argc > 1) refuse("there is no flag '%.80s'", o->gb_argv[1]);
    return count;
}

/* ---- ours -------------------------------------------------------------------------------------
 */

enum { OPTION_PROBLEM = 1, OPTION_PLUGIN, OPTION_ISA, OPTION_THREADS, OPTION_SEED };

static void read_seed(struct options *o, const char *text) {
    char *end;
    errno = 0;
    o->seed = strtoull(text, &end, 10);
    if (errno || *end || end == text || *text == '-')
        refuse("--seed takes a number, not '%.80s'", text);
}

static void read_isa(const char *text) {
    const int isa = isa_parse(text);
    if (isa < 0) refuse("--isa takes scalar, avx2 or avx512, not '%.80s'", text);
    isa_cap((enum isa)isa);
}

/* Static, since refusing an option exits in the middle. */
static poptContext context;
static char **rest;

/* `text` is ours to free. */
static void take(struct options *o, int option, char *text) {
    switch (option) {
    case OPTION_PROBLEM: append(&o->problems, text); return;
    case OPTION_PLUGIN: append(&o->plugins, text); return;
    case OPTION_ISA: read_isa(text); break;
    case OPTION_THREADS: o->threads = (int)read_count("--threads", text, 1024); break;
    case OPTION_SEED: read_seed(o, text); break;
    }
    free(text);
}

static const char usage[] =
    "[bench] [FILTER...] | machine\n"
    "FILTER: a primitive, primitive/variant or primitive/variant/problem, shell globs allowed.\n"
    "Every --benchmark_* flag of Google Benchmark works too.";

void options_parse(struct options *o, int argc, char **argv) {
    *o = (struct options){.seed = 1, .budget_seconds = 170, .out_format = "json"};
    int full = 0, cold = 0, no_peers = 0, sandbox = 0, json = 0, refresh = 0;
    char *out = NULL, *machine_file = NULL;
    const struct poptOption table[] = {
        {"problem", 0, POPT_ARG_STRING, NULL, OPTION_PROBLEM,
         "time this problem (may be repeated) instead of the shape files'", "KEY=VALUE,..."},
        {"full", 0, POPT_ARG_NONE, &full, 0, "every published shape ([bench-full]) as well", NULL},
        {"plugin", 0, POPT_ARG_STRING, NULL, OPTION_PLUGIN, "add what this plugin brings", "X.so"},
        {"isa", 0, POPT_ARG_STRING, NULL, OPTION_ISA, "nothing beyond this instruction set", "ISA"},
        {"threads", 0, POPT_ARG_STRING, NULL, OPTION_THREADS,
         "for those that can use them (default: 1 for peers, and all processors)", "N"},
        {"cold", 0, POPT_ARG_NONE, &cold, 0, "operands come from memory, not from a cache", NULL},
        {"seed", 0, POPT_ARG_STRING, NULL, OPTION_SEED, "of the data (default 1)", "S"},
        {"no-peers", 0, POPT_ARG_NONE, &no_peers, 0, "leave out other people's libraries", NULL},
        {"sandbox", 0, POPT_ARG_NONE, &sandbox, 0,
         "what is timed may not use the network, start programs, or write, change or delete files: "
         "that ends the run (assay verify --sandbox tells more); goes without --out",
         NULL},
        {"budget", 0, POPT_ARG_DOUBLE, &o->budget_seconds, 0,
         "time that the whole sweep should take (default 170)", "SECONDS"},
        {"longest-call", 0, POPT_ARG_DOUBLE, &o->longest_call, 0,
         "skip what takes longer than this for one call (default 10; 5 in a long sweep)",
         "SECONDS"},
        {"machine", 0, POPT_ARG_STRING, &machine_file, 0,
         "the machine's ceilings, as assay machine --json printed them", "FILE"},
        {"out", 0, POPT_ARG_STRING, &out, 0, "write the JSON report here", "FILE"},
        {"json", 0, POPT_ARG_NONE, &json, 0, "machine: print JSON", NULL},
        {"refresh", 0, POPT_ARG_NONE, &refresh, 0, "measure the machine's ceilings again", NULL},
        POPT_AUTOHELP POPT_TABLEEND};
    rest = calloc((size_t)argc + 1, sizeof *rest);
    if (!rest) exit(EXIT_FAILED);
    const int count = split(o, argc, argv, rest);
    context = poptGetContext("assay-bench", count, (const char **)rest, table, 0);
    poptSetOtherOptionHelp(context, usage);
    int option;
    while ((option = poptGetNextOpt(context)) > 0) take(o, option, poptGetOptArg(context));
    if (option < -1) {
        char message[300];
        snprintf(message, sizeof message, "%.100s: %.100s",
                 poptBadOption(context, POPT_BADOPTION_NOALIAS), poptStrerror(option));
        refuse("%s", message);
    }
    const char *word = poptPeekArg(context);
    if (word && (strcmp(word, "bench") == 0 || strcmp(word, "machine") == 0))
        o->machine = strcmp(poptGetArg(context), "machine") == 0;
    while ((word = poptGetArg(context))) append(&o->filters, strdup(word));
    if (o->machine && o->filters.count) refuse("machine takes no '%.80s'", o->filters.item[0]);
    if (!(o->budget_seconds > 0)) refuse("--budget takes seconds%s", "");
    if (!(o->longest_call >= 0)) refuse("--longest-call takes seconds%s", "");
    if (isa_environment_error())
        refuse("ASSAY_MAX_ISA=%.80s: scalar, avx2 or avx512", isa_environment_error());
    o->full = full, o->cold = cold, o->no_peers = no_peers, o->json = json, o->refresh = refresh;
    o->sandbox = sandbox;
    if (out) o->out = out;
    if (o->sandbox && o->out)
        refuse("--sandbox writes no %.300s: --benchmark_format=json prints the report", o->out);
    o->machine_file = machine_file;
    context = poptFreeContext(context);
    free(rest);
    rest = NULL;
}
