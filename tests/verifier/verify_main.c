/* assay-verify: the program behind assay verify and assay list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/callback.h"
#include "kernels/core/filter.h"
#include "kernels/core/output.h"
#include "kernels/core/plugin.h"
#include "kernels/host/protocol.h"
#include "reference/oracle.h"
#include "tests/verifier/verify_mutants.h"
#include "tests/verifier/verify_run.h"

/* Idle threads of the kernels, in the workers, should sleep: many may share this machine. */
static void let_idle_threads_sleep(void) {
    setenv("OMP_WAIT_POLICY", "passive", 0);
    setenv("OPENBLAS_THREAD_TIMEOUT", "4", 0); /* 2^4 cycles, the least it takes; 2^26 otherwise */
}

/* ISA caps, plugins and mutants: what the commands need first. */
static enum status set_up(const struct options *options, struct mutants *mutants,
                          struct error *error) {
    let_idle_threads_sleep();
    const char *isa = isa_environment_error();
    if (isa)
        return fail(error, STATUS_BAD_INPUT, "ASSAY_MAX_ISA=%s: it can be scalar, avx2 or avx512",
                    isa);
    if (options->isa) isa_cap((enum isa)isa_parse(options->isa));
    if (options->plugin_count) callbacks_limit(options->timeout);
    for (int i = 0; i < options->plugin_count; i++) {
        enum status status = plugin_probe(options->plugins[i], oracle_add, false, error);
        if (!status)
            status = plugin_load_aloud("assay-verify", options->plugins[i], oracle_add, error);
        if (status) return status;
    }
    if (options->plugin_count)
        output_guard_crashes("in the verifier's own process, where the shapes, costs and oracles "
                             "of plugins are called");
    return options->mutants || options->diagnose ? mutants_load(mutants, options->exploits, error)
                                                 : STATUS_OK;
}

/* A filter that means nothing is a slip of the pen, even beside others that mean something. */
static bool strays(const struct options *options) {
    const struct filters filters = filters_of(options->filters, options->filter_count);
    const char *stray = filters_stray(&filters);
    if (stray)
        fprintf(stderr, "assay-verify: nothing matched '%s' (assay list shows what there is)\n",
                stray);
    return stray != NULL;
}

int main(int argument_count, char **arguments) {
    if (argument_count > 1 && strcmp(arguments[1], WORKER_ARGUMENT) == 0)
        return worker_main(argument_count, arguments);
    output_guard("assay-verify");
    struct options options;
    struct mutants mutants = {0};
    struct error error;
    int code = options_read(&options, argument_count, arguments);
    if (code < 0) {
        if (set_up(&options, &mutants, &error)) {
            fprintf(stderr, "assay-verify: %s\n", error.text);
            code = EXIT_BAD_INPUT;
        } else if (options.ulp) {
            code = run_ulp(&options, arguments[0]);
        } else if (strays(&options)) {
            code = EXIT_NOTHING_RAN;
        } else if (options.command == COMMAND_LIST) {
            code = run_list(&options);
        } else if (options.command == COMMAND_AGREE) {
            code = run_agree(&options);
        } else if (options.coverage) {
            code = run_coverage(&options);
        } else if (options.mutants) {
            code = run_mutants(&options, &mutants, arguments[0]);
        } else if (options.diagnose) {
            code = run_diagnose(&options, &mutants, arguments[0]);
        } else {
            code = run_verify(&options, arguments[0]);
        }
    }
    mutants_free(&mutants);
    const bool plugins = options.plugin_count > 0;
    options_free(&options);
    code = output_leave(code);
    if (plugins) plugin_exit(code);
    return code;
}
