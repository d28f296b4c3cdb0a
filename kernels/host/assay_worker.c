/* assay-worker: the process in which strangers' kernels run, that is those of plugins. It knows what
 * primitives are and nothing that computes them: neither our own kernels nor oracles nor the
 * libraries beside them, so that there is nothing for a kernel to find and call. Our kernels, and
 * mutants, which are made from them, run in a worker that is the verifier's own program. */
#include <stdio.h>
#include <string.h>

#include "kernels/core/output.h"
#include "kernels/host/protocol.h"

int main(int argument_count, char **arguments) {
    if (argument_count > 1 && strcmp(arguments[1], WORKER_ARGUMENT) == 0)
        return worker_main(argument_count, arguments);
    fputs("assay-worker: it is started by assay-verify and assay-bench, for kernels of plugins\n",
          stderr);
    return EXIT_BAD_INPUT;
}
