/* Any bytes as a golden file. HDF5 1.10 crashes and spins on hostile bytes, so every input is read
 * in a child, as golden_io.c does it; under libFuzzer the child hands back what it covered. A child
 * that dies in HDF5 is no finding; one that a sanitizer stops in our code is. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "golden/golden_pipe.h"
#include "tests/fuzz/coverage.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/golden_forge.h"

/* ---- the child --------------------------------------------------------------------------------
 */

/* Dying in HDF5 is allowed; what was covered until then still counts. */
static void on_death(int number) {
    coverage_hand_back();
    signal(number, SIG_DFL);
    raise(number);
}

static void read_here(const char *path, int stream, int report) {
    const struct rlimit no_core = {0, 0}, patience = {1, 2};
    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_CPU, &patience);
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGXCPU};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) signal(numbers[i], on_death);
    dup2(report, STDERR_FILENO);
    golden_send(stream, path);
    coverage_hand_back();
    _exit(0);
}

/* A sanitizer's report, or a broken promise, whose place is in our code and not in HDF5. */
static int ours(int report) {
    static char text[1 << 16];
    const ssize_t bytes = pread(report, text, sizeof text - 1, 0);
    text[bytes > 0 ? bytes : 0] = 0;
    if (strstr(text, "runtime error:") || strstr(text, "broken promise")) return 1;
    if (!strstr(text, "ERROR: AddressSanitizer")) return 0;
    /* who called: the first frame outside the sanitizer's own functions */
    for (const char *line = strchr(text, '#'); line; line = strchr(line + 1, '#')) {
        const size_t length = strcspn(line, "\n");
        const char *hdf5 = strstr(line, "libhdf5"), *self = strstr(line, "golden/");
        if (self && self < line + length) return 1;
        if (hdf5 && hdf5 < line + length) return 0;
    }
    return 0;
}

static void show(int report) {
    char text[4096];
    ssize_t bytes;
    lseek(report, 0, SEEK_SET);
    while ((bytes = read(report, text, sizeof text)) > 0) fwrite(text, 1, (size_t)bytes, stderr);
}

/* ---- the parent -------------------------------------------------------------------------------
 */

static void receive(int stream, int how) {
    struct golden_file *file = calloc(1, sizeof *file);
    struct error error = {""};
    MUST(file);
    lseek(stream, 0, SEEK_SET);
    const enum status status = golden_receive(stream, file, &error);
    if (status) must_be_one_line(&error);
    /* who got to the end has said what there is to say */
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) MUST(status != STATUS_UNAVAILABLE);
    golden_close(file);
}

static int temporary(void) {
    const int file = memfd_create("scratch", MFD_CLOEXEC);
    MUST(file >= 0);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    char path[FORGE_PATH];
    forge_bytes(data, bytes, path);
    const int stream = temporary(), report = temporary();
    coverage_start();
    const pid_t child = fork();
    MUST(child >= 0);
    if (child == 0) read_here(path, stream, report);
    int how = 0;
    while (waitpid(child, &how, 0) < 0) continue;
    coverage_take_over();
    if (ours(report)) {
        show(report);
        MUST(!"the golden reader itself breaks on these bytes");
    }
    receive(stream, how);
    close(report);
    close(stream);
    unlink(path);
    return 0;
}
