#include "tests/verifier/verify_options.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/filter.h"
#include "kernels/core/random.h"
#include "kernels/host/sandbox.h"
#include "kernels/host/worker_sandbox.h"
#include "reference/checks.h"

enum {
    OPT_KIND = 1,
    OPT_PLUGIN,
    OPT_ISA,
    OPT_THREADS,
    OPT_SEED,
    OPT_TIMEOUT,
    OPT_FILL,
    OPT_STRIDE,
    OPT_FUZZ,
    OPT_MINUTES,
    OPT_LATER,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_HELP,
    OPT_VERSION,
    OPT_SANDBOX
};

static const char help_head[] =
    "assay verify: is every implementation right?\n"
    "\n"
    "  assay verify [FILTER ...] [OPTIONS]   verify, one line per implementation and kind of "
    "check\n"
    "  assay verify --mutants [FILTER ...]   does it catch every kernel that is wrong on purpose?\n"
    "  assay list [FILTER ...] [--json]      what there is: fields, ranges, operands, "
    "implementations\n"
    "  assay verify agree [PRIMITIVE ...]    do the two oracles, PyTorch and GSL, agree?\n"
    "\n"
    "FILTER is primitive, primitive/variant or primitive/variant/problem; *, ? and [a-z] work in "
    "each\n"
    "part. A filter that matches nothing is tried again as the beginning of a name.\n"
    "\n"
    "Kinds of check:\n";

static const char help_kinds_to_options[] =
    "Every run happens twice on differently poisoned outputs, in a process of its own\n"
    "(--sandbox tells what that protects from).\n"
    "\n"
    "Random problems (--fuzz, --minutes) are drawn from the fields' ranges, filled in every style "
    "and\n"
    "run on any number of threads up to --threads. All follows from the seed, which is printed. A\n"
    "problem that no input could have made fail is counted, not a failure; a run of 50 or more in\n"
    "which most were such is MISTRUSTED. Each first failure is shrunk to the smallest problem "
    "that\n"
    "still fails; an implementation that has failed three times is left alone. One that takes few\n"
    "problems (a Winograd of 3x3 windows) is offered up to ten times as many.\n"
    "\n"
    "Options:\n";

static const char help_tail[] =
    "\n"
    "Examples:\n"
    "  assay verify                                everything\n"
    "  assay verify softmax                        every softmax\n"
    "  assay verify softmax/avx2 --kind memory     one implementation, one kind\n"
    "  assay verify 'gemm/*omp' --threads 4        a pattern (quote it)\n"
    "  assay verify softmax --problem outer=3,axis_len=17 --fill large --seed 7\n"
    "  assay verify softmax --golden mine.h5       expected values from your own file\n"
    "  assay verify softmax/mine --plugin ./mine.so\n"
    "  assay verify --ulp vmath relu               every float there is: some minutes\n"
    "  assay verify --ulp --stride 1021            every 1021st: seconds\n"
    "  assay verify --seed fresh --json -          other data, results as JSON\n"
    "  assay verify --mutants softmax              the score of the verifier itself\n"
    "  assay verify --mutants softmax/mutant_zero  what it says about one of them\n"
    "  assay verify --exploits                     can a kernel be called right without being "
    "right?\n"
    "  assay verify conv2d --fuzz 1000 --seed fresh   random problems; failures are shrunk\n"
    "  assay verify conv2d --cover                 every pair of extremes; failures are shrunk\n"
    "  assay verify conv2d --coverage              what that covers\n"
    "\n"
    "Exit status: 0 all passed; 1 something failed, crashed, hung or could not be trusted;\n"
    "2 bad usage or input; 3 nothing ran.\n";

static int complain(const char *format, const char *what) {
    fputs("assay-verify: ", stderr);
    fprintf(stderr, format, what);
    fputs(" (--help shows how)\n", stderr);
    return EXIT_BAD_INPUT;
}

static bool read_number(const char *text, double low, double high, double *number) {
    char *end;
    errno = 0;
    *number = strtod(text, &end);
    return !errno && end != text && !*end && *number >= low && *number <= high;
}

static int read_kind(const char *text, int *kind) {
    char message[256] = "--kind %s: the kinds are ";
    *kind = kind_parse(text);
    if (*kind >= 0) return -1;
    for (int i = 0; i < KINDS; i++) {
        strcat(message, i ? ", " : "");
        strcat(message, kind_rules[i].name);
    }
    return complain(message, text);
}

static int read_seed(const char *text, struct options *options) {
    char *end;
    options->seed_given = true;
    if (strcmp(text, "fresh") == 0) {
        options->seed = random_fresh_seed();
        return -1;
    }
    errno = 0;
    options->seed = strtoull(text, &end, 10);
    if (errno || *end || end == text || *text == '-')
        return complain("--seed %s: a number from 0 to 2^64-1, or fresh", text);
    return -1;
}

/* One option with its argument; -1: good. */
static int take(struct options *options, int option, const char *text) {
    double number;
    switch (option) {
    case OPT_KIND: return read_kind(text, &options->kind);
    case OPT_PLUGIN: options->plugins[options->plugin_count++] = strdup(text); return -1;
    case OPT_ISA:
        if (isa_parse(text) < 0) return complain("--isa %s: scalar, avx2 or avx512", text);
        options->isa = isa_name((enum isa)isa_parse(text));
        return -1;
    case OPT_THREADS:
        if (!read_number(text, 1, 4096, &number) || number != (int)number)
            return complain("--threads %s: a whole number in [1, 4096]", text);
        options->threads = (int)number;
        return -1;
    case OPT_SEED: return read_seed(text, options);
    case OPT_TIMEOUT:
        if (!read_number(text, 1e-3, 1e6, &options->timeout))
            return complain("--timeout %s: seconds in [0.001, 1000000]", text);
        return -1;
    case OPT_FILL:
        options->fill = fill_parse(text);
        if (options->fill < 0) {
            char names[512] = "";
            for (int i = 0; i < FILL_STYLES; i++) {
                strcat(names, i ? ", " : "");
                strcat(names, fill_name((enum fill)i));
            }
            fprintf(stderr, "assay-verify: --fill %s: the styles are %s\n", text, names);
            return EXIT_BAD_INPUT;
        }
        return -1;
    case OPT_STRIDE:
        if (!read_number(text, 1, 0x1p31, &number) || number != floor(number))
            return complain("--stride %s: a whole number in [1, 2147483648]", text);
        options->stride = (uint64_t)number;
        return -1;
    case OPT_FUZZ:
        if (!read_number(text, 1, 1e9, &number) || number != (int)number)
            return complain("--fuzz %s: a whole number in [1, 1000000000]", text);
        options->fuzz = (int)number;
        return -1;
    case OPT_MINUTES:
        if (!read_number(text, 1e-3, 1e5, &options->minutes))
            return complain("--minutes %s: a number in [0.001, 100000]", text);
        return -1;
    case OPT_LATER:
        if (!read_number(text, 0, 3600, &options->later))
            return complain("--later %s: seconds in [0, 3600]", text);
        return -1;
    case OPT_QUIET: options->verbosity = QUIET; return -1;
    default: options->verbosity = VERBOSE; return -1;
    }
}

static int show_help(poptContext context) {
    fputs(help_head, stdout);
    for (int i = 0; i < KINDS; i++) printf("  %-8s %s\n", kind_rules[i].name, kind_rules[i].text);
    fputs(help_kinds_to_options, stdout);
    fflush(stdout);
    char *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);
    if (memory) {
        poptPrintHelp(context, memory, 0);
        fclose(memory);
        const char *first = strchr(text, '\n'); /* without popt's own usage line */
        fputs(first ? first + 1 : text, stdout);
        free(text);
    }
    fputs(help_tail, stdout);
    return EXIT_PASSED;
}

static int read_options(poptContext context, struct options *options) {
    int option;
    while ((option = poptGetNextOpt(context)) > 0) {
        if (option == OPT_HELP) return show_help(context);
        if (option == OPT_VERSION) {
            printf("assay-verify " ASSAY_VERSION "\ninstructions: %s\nsandbox: %s\n",
                   isa_best_name(), sandbox_describe());
            return EXIT_PASSED;
        }
        if (option == OPT_SANDBOX) {
            printf("%s\nThe sandbox here: %s.\n", sandbox_help, sandbox_describe());
            return EXIT_PASSED;
        }
        char *text = poptGetOptArg(context);
        const int code = take(options, option, text);
        free(text);
        if (code >= 0) return code;
    }
    if (option < -1) {
        fprintf(stderr, "assay-verify: %s: %s (--help shows how)\n",
                poptBadOption(context, POPT_BADOPTION_NOALIAS), poptStrerror(option));
        return EXIT_BAD_INPUT;
    }
    const char *filter;
    while ((filter = poptGetArg(context)) && options->filter_count < FILTERS_MAX)
        options->filters[options->filter_count++] = strdup(filter);
    if (filter) {
        fprintf(stderr, "assay-verify: more than %d filters\n", FILTERS_MAX);
        return EXIT_BAD_INPUT;
    }
    return -1;
}

/* The subcommand is the first argument, when it is one. */
static int command_of(struct options *options, int *count, char **arguments) {
    static const struct {
        const char *name;
        enum command command;
    } commands[] = {{"verify", COMMAND_VERIFY}, {"list", COMMAND_LIST}, {"agree", COMMAND_AGREE}};
    int used = 1;
    for (; used < *count; used++) {
        bool known = false;
        for (size_t i = 0; i < sizeof commands / sizeof *commands && !known; i++)
            if (strcmp(arguments[used], commands[i].name) == 0) {
                options->command = commands[i].command;
                known = true;
            }
        /* "verify agree": what comes after a first verify may be a command, too */
        if (!known || options->command != COMMAND_VERIFY) {
            used += known;
            break;
        }
    }
    *count -= used - 1;
    return used - 1;
}

int options_read(struct options *options, int count, char **arguments) {
    *options =
        (struct options){.kind = -1, .fill = -1, .timeout = 60, .verbosity = NORMAL, .stride = 1};
    const int skipped = command_of(options, &count, arguments);
    char **rest = calloc((size_t)count + 1, sizeof *rest);
    options->filters = calloc((size_t)count + 1, sizeof *options->filters);
    options->plugins = calloc((size_t)count + 1, sizeof *options->plugins);
    if (!rest || !options->filters || !options->plugins) return EXIT_FAILED;
    rest[0] = arguments[0];
    for (int i = 1; i < count; i++) rest[i] = arguments[i + skipped];
    const bool list = options->command == COMMAND_LIST;
    int json_flag = 0, shrink = 0, mutants_flag = 0, fail_fast = 0, diagnose = 0, ulp_flag = 0,
        record_flag = 0, cover = 0, coverage = 0, exploits = 0;
    struct poptOption table[] = {
        {"kind", 'k', POPT_ARG_STRING, NULL, OPT_KIND, "only this kind of check", "KIND"},
        {"problem", 'p', POPT_ARG_STRING, &options->problem, 0, "this problem, not the case files'",
         "KEY=VALUE,..."},
        {"fill", 'f', POPT_ARG_STRING, NULL, OPT_FILL, "what inputs are filled with", "STYLE"},
        {"seed", 's', POPT_ARG_STRING, NULL, OPT_SEED, "seed of the inputs; fresh: a new one", "S"},
        {"golden", 'g', POPT_ARG_STRING, &options->golden, 0, "expected values from this HDF5 file",
         "FILE"},
        {"plugin", 'P', POPT_ARG_STRING, NULL, OPT_PLUGIN,
         "add this plugin's implementations and primitives (again for more)", "X.so"},
        {"isa", 'i', POPT_ARG_STRING, NULL, OPT_ISA, "at most this: scalar, avx2, avx512", "ISA"},
        {"threads", 't', POPT_ARG_STRING, NULL, OPT_THREADS,
         "threads for implementations that use them (default: all processors, at least 4)", "N"},
        {"timeout", 'T', POPT_ARG_STRING, NULL, OPT_TIMEOUT,
         "seconds one run, or one callback of a plugin (at least 10), may take (60)", "SECONDS"},
        {"json", 'j', list ? POPT_ARG_NONE : POPT_ARG_STRING,
         list ? (void *)&json_flag : (void *)&options->json, 0,
         list ? "as JSON" : "write results as JSON; - is standard output", list ? NULL : "FILE"},
        {"shrink", 0, POPT_ARG_NONE, &shrink, 0,
         "look for the smallest problem that fails like each first failure", NULL},
        {"mutants", 'm', POPT_ARG_NONE, &mutants_flag, 0,
         "verify the verifier: every kernel in mutants/ and wild/ beside it (or in $ASSAY_MUTANTS) "
         "must be caught, and for the reason it states",
         NULL},
        {"exploits", 0, POPT_ARG_NONE, &exploits, 0,
         "the same with kernels that try to fool the judge (exploits/ beside it), as strangers",
         NULL},
        {"fail-fast", 0, POPT_ARG_NONE, &fail_fast, 0,
         "of each implementation, stop at the first failure", NULL},
        {"diagnose", 0, POPT_ARG_NONE, &diagnose, 0,
         "name the known mistake that gives the same results as this implementation", NULL},
        {"ulp", 'u', POPT_ARG_NONE, &ulp_flag, 0,
         "all 2^32 floats through vmath, the univariate primitives and their gradients (of grad_y "
         "= 1)",
         NULL},
        {"stride", 0, POPT_ARG_STRING, NULL, OPT_STRIDE,
         "with --ulp: every Nth float, with --mutants: every Nth mutant, with --cover: every Nth "
         "problem of the smaller parts; from the seed's remainder on (1)",
         "N"},
        {"record", 0, POPT_ARG_NONE, &record_flag, 0,
         "with --ulp: keep the worst inputs in tests/cases/worst.ulp", NULL},
        {"fuzz", 0, POPT_ARG_STRING, NULL, OPT_FUZZ,
         "check N random problems of each implementation; failures are shrunk", "N"},
        {"minutes", 0, POPT_ARG_STRING, NULL, OPT_MINUTES,
         "random problems for this long (and, with --fuzz, at most N)", "M"},
        {"later", 0, POPT_ARG_STRING, NULL, OPT_LATER,
         "with --kind use: only whether the first problem has the same bits after so many seconds "
         "in which the process lives on",
         "S"},
        {"cover", 0, POPT_ARG_NONE, &cover, 0,
         "problems that cover the fields: all pairs of extremes, block edges, ends of ranges, the "
         "largest, those that are timed",
         NULL},
        {"coverage", 0, POPT_ARG_NONE, &coverage, 0,
         "what --cover and the case files cover of each primitive; runs nothing", NULL},
        {"quiet", 'q', POPT_ARG_NONE, NULL, OPT_QUIET, "only failures and the summary", NULL},
        {"verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE, "also every case", NULL},
        {"sandbox", 0, POPT_ARG_NONE, NULL, OPT_SANDBOX,
         "what protects you from the kernels, and what does not", NULL},
        {"version", 0, POPT_ARG_NONE, NULL, OPT_VERSION, "print the version", NULL},
        {"help", 'h', POPT_ARG_NONE, NULL, OPT_HELP, "print this", NULL},
        POPT_TABLEEND};
    poptContext context = poptGetContext("assay-verify", count, (const char **)rest, table, 0);
    const int code = read_options(context, options);
    options->json_list = json_flag;
    options->shrink = shrink;
    if (options->minutes > 0 && !options->fuzz) options->fuzz = INT_MAX;
    options->cover = cover;
    options->coverage = coverage;
    if ((options->fuzz || cover || coverage) && !options->seed_given) options->seed = 1;
    options->mutants = mutants_flag || exploits;
    options->exploits = exploits;
    options->fail_fast = fail_fast;
    options->diagnose = diagnose;
    options->ulp = ulp_flag;
    options->record = record_flag;
    poptFreeContext(context);
    free(rest);
    return code;
}

void options_free(struct options *options) {
    for (int i = 0; i < options->filter_count; i++) free((void *)options->filters[i]);
    for (int i = 0; i < options->plugin_count; i++) free((void *)options->plugins[i]);
    free(options->filters);
    free(options->plugins);
    free((void *)options->golden);
    free((void *)options->problem);
    free((void *)options->json);
}
