#define _GNU_SOURCE
#include "bench/confine.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernels/core/status.h"
#include "kernels/host/sandbox.h"

static const char *volatile running;

void confine_running(const char *name) { running = name; }

static void forbidden(int call, const char *file) {
    char did[400], line[1024];
    const char *name = running ? running : "a plugin";
    sandbox_explain(call, file, did, sizeof did);
    const int used = snprintf(line, sizeof line, "%sassay-bench: %.500s: %s\n",
                              isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "", name, did);
    const ssize_t told = write(STDERR_FILENO, line, (size_t)used);
    (void)told; /* there may be nobody */
    _exit(EXIT_FAILED);
}

/* No file beyond the one in memory that LLVM's OpenMP runtime begins with, unless this program's
 * own output goes to a file. */
static void limit_files(void) {
    const struct rlimit page = {4096, 4096};
    for (int file = STDOUT_FILENO; file <= STDERR_FILENO; file++) {
        struct stat where;
        if (fstat(file, &where) == 0 && S_ISREG(where.st_mode)) return;
    }
    setrlimit(RLIMIT_FSIZE, &page);
}

void confine(void) {
    static const struct sandbox sandbox = {.descriptors = STDERR_FILENO + 1,
                                           .forbidden = forbidden};
    const char *missing = sandbox_missing();
    if (missing) fprintf(stderr, "assay-bench: --sandbox: only %s\n", missing);
    limit_files();
    sandbox_enter(&sandbox);
}
