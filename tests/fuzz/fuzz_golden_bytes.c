/* Any bytes as a golden file. HDF5 1.10 crashes and spins on hostile bytes, so a child reads
 * them, as in golden_io.c; under libFuzzer the child hands back what it covered. A child
 * that dies in HDF5 is no finding; one that a sanitizer stops in our code is. */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "golden/golden_io.h"
#include "golden/golden_pipe.h"
#include "tests/fuzz/coverage.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/golden_forge.h"

enum { INPUTS_PER_CHILD = 500 };

/* The child reads one file after the other until it dies; the files of both are the same ones. */
static struct {
    pid_t process;
    int socket, stream, report, left;
} reader;

/* ---- the child --------------------------------------------------------------------------------
 */

/* libFuzzer would save the input of a child that a sanitizer stops, and print it into the report.
 */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* Dying in HDF5 is allowed; what was covered until then still counts. */
static void on_death(int number) {
    coverage_hand_back();
    signal(number, SIG_DFL);
    raise(number);
}

/* The child's answer; false when it is gone, or silent for longer than any file can take it. */
static bool hears(int socket) {
    char byte;
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    return poll(&wait, 1, 20000) > 0 && read(socket, &byte, 1) == 1;
}

static void serve(int socket, const char *path) {
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGVTALRM};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) signal(numbers[i], on_death);
    if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(coverage_hand_back);
    dup2(reader.report, STDERR_FILENO);
    char byte;
    while (read(socket, &byte, 1) == 1) {
        /* HDF5 spins on some files; the processor time of a right one is a hundredth of this */
        setitimer(ITIMER_VIRTUAL, &(struct itimerval){.it_value.tv_usec = 100000}, NULL);
        coverage_clear();
        golden_send(reader.stream, path);
        coverage_hand_back();
        if (write(socket, &byte, 1) != 1) break;
    }
    _exit(0);
}

/* Names cost a tenth of a second each; ASAN_OPTIONS=symbolize=1 brings them. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "symbolize=0"; }

/* A sanitizer's report, or a broken promise, whose place is in our code and not in HDF5. The
 * sanitizer's own functions lie before ours in the program. */
static bool ours(int report) {
    static char text[1 << 14];
    const ssize_t bytes = pread(report, text, sizeof text - 1, 0);
    text[bytes > 0 ? bytes : 0] = 0;
    if (strstr(text, "runtime error: ") || strstr(text, "broken promise: ")) return true;
    const char *innermost = strstr(text, "#0 0x"), *caller = strstr(text, "#1 0x");
    if (!strstr(text, "ERROR: AddressSanitizer") || !innermost || !caller) return false;
    const char *end = innermost + strcspn(innermost, "\n"), *hdf5 = strstr(innermost, "/lib");
    if (hdf5 && hdf5 < end) return false;
    if (strtoull(innermost + 5, NULL, 16) >= (uintptr_t)on_death) return true;
    hdf5 = strstr(caller, "/lib");
    return !hdf5 || hdf5 > caller + strcspn(caller, "\n");
}

static void show(int report) {
    char text[4096];
    ssize_t bytes;
    lseek(report, 0, SEEK_SET);
    while ((bytes = read(report, text, sizeof text)) > 0) fwrite(text, 1, (size_t)bytes, stderr);
}

/* ---- the parent -------------------------------------------------------------------------------
 */

static void start(const char *path) {
    int pair[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    reader.left = INPUTS_PER_CHILD;
    reader.socket = pair[0];
    reader.process = fork();
    MUST(reader.process >= 0);
    if (reader.process == 0) serve(pair[1], path);
    close(pair[1]);
}

static void stop(void) {
    if (!reader.process) return;
    kill(reader.process, SIGKILL);
    while (waitpid(reader.process, NULL, 0) < 0) continue;
    close(reader.socket);
    reader.process = 0;
}

/* True: the child came to its end with this input. */
static bool read_there(const char *path) {
    if (!reader.process) start(path);
    const char byte = 1;
    const bool heard = write(reader.socket, &byte, 1) == 1 && hears(reader.socket);
    if (!heard || --reader.left == 0) stop();
    coverage_take_over();
    return heard;
}

static void receive(bool whole) {
    struct golden_file *file = calloc(1, sizeof *file);
    struct error error = {""};
    MUST(file);
    lseek(reader.stream, 0, SEEK_SET);
    const enum status status = golden_receive(reader.stream, file, &error);
    if (status) must_be_one_line(&error);
    /* who got to the end has said what there is to say */
    if (whole) MUST(status != STATUS_UNAVAILABLE);
    golden_close(file);
}

static int temporary(void) {
    const int file = memfd_create("scratch", MFD_CLOEXEC);
    MUST(file >= 0);
    return file;
}

static void empty(int file) { MUST(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    if (!reader.stream) {
        reader.stream = temporary();
        reader.report = temporary();
        signal(SIGPIPE, SIG_IGN);
    }
    empty(reader.stream);
    empty(reader.report);
    coverage_start();
    char path[FORGE_PATH];
    forge_bytes(data, bytes, path);
    const bool whole = read_there(path);
    if (ours(reader.report)) {
        show(reader.report);
        MUST(!"the golden reader itself breaks on these bytes");
    }
    receive(whole);
    unlink(path);
    return 0;
}
