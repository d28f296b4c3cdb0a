/* What assay-bench promises: exit codes, the report's keys, and that nothing wrong is timed. No
 * test here asserts a time.
 *
 *     bench_test TEST ASSAY-BENCH PLUGIN SCRATCH-FOLDER */
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/core/registry.h"

static const char *bench, *plugin;
static char folder[400], report_path[500], machine_path[500], output_path[500];
static int failures;

#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            printf("%s:%d: %s: ", __FILE__, __LINE__, #condition);                                 \
            printf(__VA_ARGS__);                                                                   \
            printf("\n");                                                                          \
        }                                                                                          \
    } while (0)

/* ---- running it -------------------------------------------------------------------------------
 */

/* Starts it with these arguments, NULL at their end; output in output_path. */
static pid_t start(const char *const *argument) {
    remove(report_path); /* nobody reads an earlier one */
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const int file = open(output_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        dup2(file, STDOUT_FILENO);
        dup2(file, STDERR_FILENO);
        execv(bench, (char *const *)argument);
        _exit(127);
    }
    return child;
}

/* The exit code, or 128 + the signal. */
static int end_of(pid_t child) {
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Both, with arguments up to NULL. */
static int run(const char *first, ...) {
    const char *argument[32] = {bench, first};
    int count = 1;
    va_list list;
    va_start(list, first);
    while (argument[count] && count < 30) argument[++count] = va_arg(list, const char *);
    va_end(list);
    return end_of(start(argument));
}

static char *output(void) {
    static char text[1 << 16];
    FILE *file = fopen(output_path, "r");
    const size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    text[size] = 0;
    return text;
}

/* Ceilings of an imaginary machine, `speed` per second of everything, whose caches are so small
 * that
 * --cold needs little memory. */
static void write_machine(double speed) {
    FILE *file = fopen(machine_path, "w");
    if (!file) exit(1);
    fprintf(file,
            "{\"schema\":\"assay-machine\",\"version\":1,\"cpu\":\"imaginary\",\"processors\":1,"
            "\"caches\":[{\"bytes\":16384,\"shared_by\":1},{\"bytes\":65536,\"shared_by\":1},"
            "{\"bytes\":0,\"shared_by\":1}],\"flops\":[{\"isa\":\"avx512\",\"threads\":1,"
            "\"flops_per_second\":%g,\"spread\":0.0}],\"curve\":[{\"bytes\":16384,\"threads\":1,"
            "\"read\":%g,\"copy\":%g,\"triad\":%g,\"update\":%g,\"spread\":0.0}]}",
            speed, speed, speed, speed, speed);
    fclose(file);
}

#define QUICK                                                                                      \
    "--machine", machine_path, "--out", report_path, "--benchmark_min_time=0.0005",                \
        "--benchmark_repetitions=2"

/* ---- reading the report -----------------------------------------------------------------------
 */

static json_t *report(void) {
    json_error_t error;
    json_t *root = json_load_file(report_path, JSON_REJECT_DUPLICATES, &error);
    CHECK(root, "%s:%d: %s", report_path, error.line, error.text);
    return root;
}

static const char *text_of(const json_t *row, const char *key) {
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

/* First run whose name begins so; NULL when there is none. */
static json_t *find(const json_t *root, const char *prefix) {
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(root, "benchmarks"), i, row) {
        if (strncmp(text_of(row, "name"), prefix, strlen(prefix)) == 0) return row;
    }
    return NULL;
}

static void check_context(const json_t *root) {
    static const char *const keys[] = {"assay_version", "commit",      "cpu",       "compiler",
                                       "flags",         "isa",         "threads",   "machine",
                                       "date",          "environment", "cpu_quota", "build_type"};
    const json_t *context = json_object_get(root, "context");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        CHECK(*text_of(context, keys[i]), "context lacks %s", keys[i]);
    CHECK(json_is_array(json_object_get(context, "caches")), "context lacks caches");
    json_t *machine = json_loads(text_of(context, "machine"), JSON_REJECT_DUPLICATES, NULL);
    CHECK(strcmp(text_of(machine, "schema"), "assay-machine") == 0, "machine is no JSON text");
    CHECK(json_array_size(json_object_get(machine, "flops")) > 0, "machine lacks flops");
    CHECK(json_array_size(json_object_get(machine, "bandwidth")) > 0, "machine lacks bandwidth");
    json_decref(machine);
}

/* A run that was timed. */
static void check_counters(const json_t *row) {
    static const char *const keys[] = {
        "real_time",
        "cpu_time",
        "iterations",
        "flops_per_second",
        "bytes_per_second",
        "roofline",
        "prepare_ns",
        "flops",
        "bytes",
        "threads",
        "judged",
        "error_ratio",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *value = json_object_get(row, keys[i]);
        CHECK(json_is_number(value) && isfinite(json_number_value(value)), "%s: %s",
              text_of(row, "name"), keys[i]);
    }
    CHECK(json_number_value(json_object_get(row, "judged")) > 0, "%s", text_of(row, "name"));
    CHECK(json_number_value(json_object_get(row, "error_ratio")) <= 1, "%s", text_of(row, "name"));
    CHECK(strcmp(text_of(row, "label"), "PASS") == 0, "%s: %s", text_of(row, "name"),
          text_of(row, "label"));
}

/* primitive/variant/problem[/threads:N], nothing of Google Benchmark's own behind it. */
static void check_name(const char *name) {
    const char *first = strchr(name, '/'), *second = first ? strchr(first + 1, '/') : NULL;
    const char *third = second ? strchr(second + 1, '/') : NULL;
    CHECK(second, "%s", name);
    CHECK(!third || strncmp(third, "/threads:", 9) == 0, "%s", name);
}

static int check_runs(const json_t *root) {
    size_t i;
    int timed = 0;
    json_t *row;
    json_array_foreach(json_object_get(root, "benchmarks"), i, row) {
        const char *name = text_of(row, "run_name"), *message = text_of(row, "error_message");
        check_name(name);
        if (json_is_true(json_object_get(row, "error_occurred"))) {
            CHECK(strncmp(message, "SKIP: ", 6) == 0, "%s: %s", name, message);
        } else if (strcmp(text_of(row, "run_type"), "iteration") == 0) {
            check_counters(row);
            timed++;
        }
    }
    return timed;
}

/* ---- the tests --------------------------------------------------------------------------------
 */

/* The default problem of every primitive, with every implementation. */
static void smoke_with(const char *extra) {
    const struct primitive *primitive;
    CHECK(run("*", "--problem", "", QUICK, extra, NULL) == 0, "%s", output());
    json_t *root = report();
    check_context(root);
    const int timed = check_runs(root);
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        char prefix[128];
        snprintf(prefix, sizeof prefix, "%s/naive/", primitive->name);
        CHECK(find(root, prefix), "no %s was timed", prefix);
    }
    CHECK(timed > 0, "nothing was timed");
    json_decref(root);
}

static void smoke(void) { smoke_with(NULL); }
static void cold(void) { smoke_with("--cold"); }

static void usage(void) {
    static const char *const bad[][4] = {
        {"--nosuch"},
        {"--benchmark_nosuch=1"},
        {"--benchmark_format=xml"},
        {"--benchmark_out_format=xml"},
        {"--benchmark_min_time=soon"},
        {"--benchmark_min_time=-1"},
        {"--benchmark_repetitions=0"},
        {"--benchmark_filter=("},
        {"--threads", "0"},
        {"--threads", "two"},
        {"--isa", "sse9"},
        {"--seed", "-1"},
        {"--budget", "0"},
        {"--problem", "outer=4"},
        {"softmax", "--problem", "outer=-4"},
        {"softmax", "--problem", "nosuch=4"},
        {"softmax", "--plugin", "/nosuch.so"},
        {"softmax", "--machine", "/nosuch.json"},
        {"softmax", "--machine", "/dev/null"},
        {"softmax", "--out", "/nosuch/folder/report.json"},
        {"softmax", "--sandbox", "--out", "report.json"},
        {"softmax", "--sandbox", "--benchmark_out=report.json"},
        {"machine", "softmax"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(run(bad[i][0], bad[i][1], bad[i][2], bad[i][3], NULL) == 2, "%s %s: %s", bad[i][0],
              bad[i][1] ? bad[i][1] : "", output());
    CHECK(run("--help", NULL) == 0 && strstr(output(), "--problem"), "%s", output());
    setenv("ASSAY_MAX_ISA", "sse9", 1);
    CHECK(run("softmax", NULL) == 2, "%s", output());
    unsetenv("ASSAY_MAX_ISA");
}

static void empty(void) {
    CHECK(run("nosuch", NULL) == 3, "%s", output());
    CHECK(run("softmax/naive", "--benchmark_filter=nosuch", NULL) == 3, "%s", output());
    /* chosen, but nothing of it can run here */
    CHECK(run("softmax/avx*", "--isa", "scalar", "--problem", "", QUICK, NULL) == 3, "%s",
          output());
    CHECK(run("softmax/naive", "--benchmark_list_tests", NULL) == 0 &&
              strncmp(output(), "softmax/naive/outer=", 20) == 0,
          "%s", output());
}

static void wrong(void) {
    /* as the worker's host finds it, but for the last */
    static const char *const variants[][2] = {
        {"value", "y[2,39,0]: expected "},
        {"unwritten", "y[2,39,0] was not written"},
        {"input", "wrote to the read-only input x[0,0,0]"},
        {"memory", "y[0,0,0]"},
        {"outside", "wrote 1 element past the end of y"},
        {"stale", "y[2,39,0] depends on what the outputs"},
        {"crash", "SIGSEGV"},
        {"later", ", in a timed run"},
    };
    CHECK(run("softmax", "--problem", "outer=3,axis_len=40", "--plugin", plugin, "--longest-call",
              "0.2", QUICK, NULL) == 1,
          "%s", output());
    json_t *root = report();
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        char prefix[64];
        snprintf(prefix, sizeof prefix, "softmax/wrong_%s/", variants[i][0]);
        const json_t *row = find(root, prefix);
        CHECK(json_is_true(json_object_get(row, "error_occurred")), "%s was timed", prefix);
        CHECK(strncmp(text_of(row, "error_message"), "FAIL: ", 6) == 0, "%s: %s", prefix,
              text_of(row, "error_message"));
        CHECK(strstr(text_of(row, "error_message"), variants[i][1]), "%s: %s", prefix,
              text_of(row, "error_message"));
    }
    for (int threads = 0; threads < 2; threads++) {
        const json_t *hang =
            find(root, threads ? "softmax/wrong_hang_omp/" : "softmax/wrong_hang/");
        CHECK(strncmp(text_of(hang, "error_message"), "SKIP: one call takes longer", 27) == 0, "%s",
              text_of(hang, "error_message"));
    }
    check_counters(find(root, "softmax/right/"));
    check_counters(find(root, "softmax/naive/"));
    json_decref(root);
}

/* With tests/plugins/forbidden.c: whatever is timed is timed in the sandbox, too, but for that. */
static void sandbox(void) {
    static const char *const forbidden[][2] = {
        {"socket", "tried to open a network socket (socket)"},
        {"thread", "tried to open a network socket (socket)"},
        {"late", "tried to open a network socket (socket)"},
        {"shell", "tried to start another process (clone)"},
        {"write", "tried to open a file for writing (openat)"},
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        char filter[32], line[128];
        snprintf(filter, sizeof filter, "relu/%s", forbidden[i][0]);
        snprintf(line, sizeof line, "assay-bench: %s/n=5: %s\n", filter, forbidden[i][1]);
        CHECK(run(filter, "--problem", "n=5", "--plugin", plugin, "--machine", machine_path,
                  "--benchmark_format=json", "--sandbox", NULL) == 1,
              "%s: %s", filter, output());
        CHECK(strstr(output(), line), "%s: %s", filter, output());
    }
    CHECK(run("*", "--problem", "", "--machine", machine_path, "--benchmark_min_time=0.0005",
              "--benchmark_repetitions=2", "--sandbox", NULL) == 0,
          "%s", output());
}

static void drift(void) {
    CHECK(run("grow", "--problem", "", "--plugin", plugin, QUICK, NULL) == 0, "%s", output());
    json_t *root = report();
    CHECK(check_runs(root) == 2, "%s", output());
    json_decref(root);
    CHECK(run("grow", "--problem", "", "--cold", "--plugin", plugin, QUICK, NULL) == 0, "%s",
          output());
    json_decref(report());
}

static void impossible(void) {
    write_machine(1);
    CHECK(run("softmax/naive", "--problem", "", QUICK, NULL) == 0, "%s", output());
    json_t *root = report();
    CHECK(strcmp(text_of(find(root, "softmax/naive/"), "label"), "IMPOSSIBLE") == 0, "%s",
          output());
    json_decref(root);
}

static void check_machine(const char *text) {
    json_error_t error;
    size_t i;
    json_t *row, *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    static const char *const streams[] = {"read", "copy", "triad"};
    CHECK(root, "%s", error.text);
    CHECK(strcmp(text_of(root, "schema"), "assay-machine") == 0, "%s", text);
    json_array_foreach(json_object_get(root, "flops"), i, row) {
        CHECK(json_number_value(json_object_get(row, "flops_per_second")) > 1e8, "%s",
              text_of(row, "isa"));
    }
    CHECK(i > 0, "no peaks");
    json_array_foreach(json_object_get(root, "bandwidth"), i, row) {
        for (int s = 0; s < 3; s++)
            CHECK(json_number_value(json_object_get(row, streams[s])) > 1e8, "%s %s",
                  text_of(row, "level"), streams[s]);
    }
    CHECK(i > 0, "no bandwidth");
    json_decref(root);
}

/* What was timed before an interruption is reported. */
static void interrupted(void) {
    const char *const argument[] = {bench,   "*",         "--problem",
                                    "",      "--machine", machine_path,
                                    "--out", report_path, "--benchmark_min_time=0.1",
                                    NULL};
    setenv("OMP_WAIT_POLICY", "passive", 1);
    const pid_t child = start(argument);
    sleep(5); /* a minute's work, of which some is done then */
    kill(child, SIGINT);
    CHECK(end_of(child) == 128 + SIGINT, "%s", output());
    CHECK(strstr(output(), "finishing what is being timed"), "%s", output());
    json_t *root = report();
    CHECK(root && json_array_size(json_object_get(root, "benchmarks")) > 0, "%s", output());
    CHECK(
        strstr(text_of(json_object_get(root, "context"), "environment"), "OMP_WAIT_POLICY=passive"),
        "%s", output());
    json_decref(root);
}

/* Measured once, then remembered. */
static void machine(void) {
    char *first, cache[500];
    snprintf(cache, sizeof cache, "%s/cache", folder);
    setenv("XDG_CACHE_HOME", cache, 1);
    CHECK(run("machine", "--json", "--refresh", NULL) == 0, "%s", output());
    first = strdup(strchr(output(), '{') ? strchr(output(), '{') : "");
    check_machine(first);
    CHECK(run("machine", "--json", NULL) == 0, "%s", output());
    CHECK(strcmp(first, output()) == 0, "measured again");
    CHECK(run("machine", NULL) == 0 && strstr(output(), cache), "%s", output());
    free(first);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*test)(void);
    } tests[] = {{"smoke", smoke},           {"cold", cold},
                 {"usage", usage},           {"empty", empty},
                 {"wrong", wrong},           {"drift", drift},
                 {"impossible", impossible}, {"machine", machine},
                 {"sandbox", sandbox},       {"interrupted", interrupted}};
    if (argc != 5) return 2;
    bench = argv[2];
    plugin = argv[3];
    snprintf(folder, sizeof folder, "%s/%s", argv[4], argv[1]);
    mkdir(argv[4], 0777);
    mkdir(folder, 0777);
    snprintf(report_path, sizeof report_path, "%s/report.json", folder);
    snprintf(machine_path, sizeof machine_path, "%s/machine.json", folder);
    snprintf(output_path, sizeof output_path, "%s/output.txt", folder);
    unsetenv("ASSAY_MAX_ISA");
    write_machine(1e18);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        if (strcmp(tests[i].name, argv[1]) == 0) {
            tests[i].test();
            printf("%s: %d failures\n", argv[1], failures);
            return failures != 0;
        }
    return 2;
}
