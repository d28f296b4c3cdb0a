/* assay-bench: verified, then timed. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/clock.h"
#include "bench/context.h"
#include "bench/quota.h"
#include "bench/sweep.h"
#include "kernels/core/output.h"
#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"

static int refuse(enum status status, const struct error *error) {
    fprintf(stderr, "assay-bench: %s\n", error->text);
    return status == STATUS_BAD_INPUT ? EXIT_BAD_INPUT : EXIT_FAILED;
}

static int list(const struct sweep *sweep) {
    for (int i = 0; i < sweep->selection.count; i++) {
        const struct problem *problem = &sweep->selection.item[i].problem;
        const struct implementation *implementation;
        char text[PROBLEM_MAX_TEXT];
        for (int k = 0; (implementation = registry_implementation(k)); k++)
            if (selection_wants(sweep->options, implementation, problem))
                printf("%s/%s/%s\n", implementation->primitive, implementation->variant,
                       problem_print(problem, text, sizeof text));
    }
    return EXIT_PASSED;
}

/* ---- the machine ------------------------------------------------------------------------------
 */

static void show_measuring(const char *what, double done) {
    static int shown = -1;
    const int tenth = (int)(10 * done);
    if (isatty(STDERR_FILENO) == 1)
        fprintf(stderr, "\r\033[Kmeasuring the machine's ceilings, once: %3.0f%% %s", 100 * done,
                what);
    else if (shown < 0 || tenth / 5 != shown / 5)
        fprintf(stderr, "assay-bench: measuring the machine's ceilings, once: %.0f%%\n",
                100 * done);
    shown = tenth;
}

static enum status get_machine(struct machine *machine, const struct options *o,
                               struct error *error) {
    const struct cpu cpu = cpu_describe();
    if (o->machine_file) return machine_read(machine, o->machine_file, error);
    const enum status status = machine_get(machine, &cpu, o->refresh, show_measuring, error);
    if (isatty(STDERR_FILENO) == 1) fprintf(stderr, "\r\033[K");
    return status;
}

static int machine_command(const struct options *o) {
    struct machine machine;
    struct error error;
    char path[512];
    const enum status status = get_machine(&machine, o, &error);
    if (status) return refuse(status, &error);
    machine_path(&machine.cpu, path, sizeof path);
    if (o->json) {
        char *text = machine_to_json(&machine, true);
        if (text) puts(text);
        free(text);
    } else {
        machine_print(&machine);
        printf("\nremembered in %s; assay machine --refresh measures again\n", path);
    }
    return EXIT_PASSED;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

/* The first Ctrl-C ends the sweep, and what was measured is reported; the next one does what it did
 * before. */
static struct sigaction before_interrupt;

static void stop_soon(int number) {
    static const char text[] = "\nassay-bench: interrupted: finishing what is being timed; again: "
                               "leaves at once, without a report\n";
    candidates_stop();
    sigaction(number, &before_interrupt, NULL);
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) return; /* nobody to tell */
}

static void listen_for_interrupt(void) {
    const struct sigaction ours = {.sa_handler = stop_soon, .sa_flags = SA_RESTART};
    if (!sigaction(SIGINT, NULL, &before_interrupt) && before_interrupt.sa_handler != SIG_IGN)
        sigaction(SIGINT, &ours, NULL);
}

static void name_what_slows(void) {
    char text[1024];
    context_environment(text, sizeof text);
    if (strcmp(text, "none"))
        fprintf(stderr, "assay-bench: set in the environment, and in the report: %s\n", text);
    quota_text("", text, sizeof text);
    if (strcmp(text, "none") && strcmp(text, "unknown"))
        fprintf(stderr, "assay-bench: this control group may use %s, whatever is idle\n", text);
}

static enum status run_all(struct sweep *sweep, struct error *error) {
    const struct options *o = sweep->options;
    enum status status = get_machine(&sweep->machine, o, error);
    char *machine = status ? NULL : machine_to_json(&sweep->machine, false);
    if (status || !machine) return status ? status : fail(error, STATUS_NO_MEMORY, "out of memory");
    const struct cpu *cpu = &sweep->machine.cpu;
    context_publish(cpu, o->threads ? o->threads : cpu->processors, machine);
    free(machine);
    name_what_slows();
    listen_for_interrupt();
    return sweep_run(sweep, error);
}

static int run(struct sweep *sweep) {
    const struct options *o = sweep->options;
    struct error error;
    const char *place = NULL;
    if (o->out && output_begin(o->out, &place, &error)) {
        fprintf(stderr, "assay-bench: %s\n", error.text);
        return EXIT_BAD_INPUT;
    }
    const struct gb_output output = {o->format != NULL, o->aggregates_only, place, o->out_format};
    if (!gb_open(&output)) return EXIT_BAD_INPUT;
    enum status status = run_all(sweep, &error);
    if (!gb_close()) {
        fprintf(stderr, "assay-bench: the report could not be written\n");
        return EXIT_FAILED;
    }
    const bool worth = !candidates_stopped() || sweep->timed > 0; /* an earlier report stays */
    if (place && !status) status = output_end(place, worth, &error);
    if (status) return refuse(status, &error);
    fprintf(stderr, "assay-bench: %d timed, %d skipped, %d failed in %.0f s%s%s\n", sweep->timed,
            sweep->skipped, sweep->failed, seconds_now() - sweep->progress.started,
            o->out ? "; report: " : "", o->out ? o->out : "");
    if (candidates_stopped()) return 128 + SIGINT;
    if (sweep->failed) return EXIT_FAILED;
    return sweep->timed ? EXIT_PASSED : EXIT_NOTHING_RAN;
}

/* With --sandbox a plugin is met in the sandbox before it is loaded here, where its descriptors are
 * needed for workers to be asked; what it does when it is timed, it does in the sandbox again. */
static enum status load_plugins(const struct options *o, struct error *error) {
    enum status status = STATUS_OK;
    for (int i = 0; i < o->plugins.count && !status; i++) {
        status = plugin_probe(o->plugins.item[i], oracle_add, o->sandbox, error);
        if (!status)
            status = plugin_load_aloud("assay-bench", o->plugins.item[i], oracle_add, error);
    }
    output_guard_crashes("in a kernel or a plugin");
    return status;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], WORKER_ARGUMENT) == 0) return worker_main(argc, argv);
    static struct options options; /* what it points to lives as long */
    struct sweep sweep = {.options = &options, .program = argv[0]};
    struct error error;
    output_guard("assay-bench");
    options_parse(&options, argc, argv);
    if (options.machine) return output_leave(machine_command(&options));
    enum status status = load_plugins(&options, &error);
    options.chosen = filters_of(options.filters.item, options.filters.count);
    const char *stray = filters_stray(&options.chosen);
    if (!status && stray) {
        fprintf(stderr, "assay-bench: nothing matched '%s' (assay list shows what there is)\n",
                stray);
        return EXIT_NOTHING_RAN;
    }
    if (!status) status = selection_make(&sweep.selection, &options, &error);
    if (status) return refuse(status, &error);
    int code = EXIT_NOTHING_RAN;
    if (sweep_count(&sweep) == 0)
        fprintf(stderr, "assay-bench: nothing matched\n");
    else
        code = options.list_tests ? list(&sweep) : run(&sweep);
    selection_free(&sweep.selection);
    code = output_leave(code);
    if (options.plugins.count) plugin_exit(code);
    return code;
}
