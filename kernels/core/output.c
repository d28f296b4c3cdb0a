#define _GNU_SOURCE
#include "kernels/core/output.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PENDING_MOST = 4, PATH_MOST = 4096 };

/* What is being written. A signal handler reads it: `used` is set last and cleared first. */
static struct pending {
    volatile sig_atomic_t used;
    bool direct; /* a device or a pipe */
    FILE *file;
    char path[PATH_MOST], place[PATH_MOST];
} pending[PENDING_MOST];

static const char *guarding = "assay";
static pid_t owner;
static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

/* ---- ends before the end ----------------------------------------------------------------------
 */

static void take_away(struct pending *one) {
    if (one->used && !one->direct) unlink(one->place);
    one->used = 0;
}

static void say(const char *text) {
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return; /* there is nobody to tell */
}

/* A child of fork() inherits the handler, but not the files. */
static void on_signal(int number) {
    if (getpid() == owner) {
        for (int i = 0; i < PENDING_MOST; i++) take_away(&pending[i]);
        if (number != SIGPIPE) {
            say("\n");
            say(guarding);
            say(number == SIGINT ? ": interrupted\n" : ": told to end\n");
        }
    }
    signal(number, SIG_DFL);
    raise(number);
}

void output_guard(const char *program) {
    guarding = program;
    owner = getpid();
    struct sigaction before, ours = {.sa_handler = on_signal};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (sigaction(ends[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup */
            sigaction(ends[i], &ours, NULL);
    signal(SIGXFSZ, SIG_IGN);
}

void output_abandon(const char *text) {
    for (int i = 0; i < PENDING_MOST; i++) take_away(&pending[i]);
    say(guarding);
    say(": ");
    say(text);
    say("\n");
    _exit(EXIT_FAILED);
}

static const char *crash_place = "";

static void on_crash(int number) {
    if (getpid() != owner) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    for (int i = 0; i < PENDING_MOST; i++) take_away(&pending[i]);
    say(guarding);
    say(number == SIGFPE    ? ": crashed (SIGFPE) "
        : number == SIGILL  ? ": crashed (SIGILL) "
        : number == SIGBUS  ? ": crashed (SIGBUS) "
        : number == SIGABRT ? ": crashed (SIGABRT) "
                            : ": crashed (SIGSEGV) ");
    say(crash_place);
    say("\n");
    _exit(EXIT_FAILED);
}

void output_guard_crashes(const char *where) {
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    static char stack[1 << 16]; /* of its own: the other may have overflowed */
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    crash_place = where;
    struct sigaction ours = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaction(numbers[i], &ours, NULL);
}

/* ---- files ------------------------------------------------------------------------------------
 */

static enum status cannot(const char *path, struct error *error) {
    return fail(error, STATUS_IO, "%.400s: %s", path, strerror(errno));
}

static struct pending *find(const char *place) {
    for (int i = 0; i < PENDING_MOST; i++)
        if (pending[i].used && strcmp(pending[i].place, place) == 0) return &pending[i];
    return NULL;
}

/* A name beside `path` that nobody has, made with the rights that a new file would get. No signal
 * comes between the file and the note that it is there: nobody would take it away. */
static bool make_place(struct pending *one) {
    sigset_t held, before;
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) sigaddset(&held, ends[i]);
    const mode_t mask = umask(0);
    umask(mask);
    snprintf(one->place, sizeof one->place, "%s.XXXXXX", one->path);
    pthread_sigmask(SIG_BLOCK, &held, &before);
    const int file = mkstemp(one->place);
    const int why = errno;
    one->used = file >= 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (file < 0) {
        errno = why;
        return false;
    }
    fchmod(file, 0666 & ~mask);
    close(file);
    return true;
}

enum status output_begin(const char *path, const char **place, struct error *error) {
    struct pending *one = NULL;
    for (int i = 0; i < PENDING_MOST && !one; i++)
        if (!pending[i].used) one = &pending[i];
    if (!one || strlen(path) + 8 > sizeof one->path)
        return fail(error, STATUS_IO, "%.400s: the name is too long", path);
    struct stat about;
    strcpy(one->path, path);
    one->file = NULL;
    one->direct = stat(path, &about) == 0 && !S_ISREG(about.st_mode);
    if (one->direct) strcpy(one->place, path);
    if (!one->direct && !make_place(one)) return cannot(path, error);
    one->used = 1;
    *place = one->place;
    return STATUS_OK;
}

enum status output_end(const char *place, bool good, struct error *error) {
    struct pending *one = find(place);
    if (!one) return fail(error, STATUS_IO, "%.400s: was not begun", place);
    if (good && !one->direct && rename(one->place, one->path)) {
        const enum status status = cannot(one->path, error);
        take_away(one);
        return status;
    }
    if (good)
        one->used = 0;
    else
        take_away(one);
    return STATUS_OK;
}

enum status output_open(FILE **file, const char *path, struct error *error) {
    *file = stdout;
    if (strcmp(path, "-") == 0) return STATUS_OK;
    const char *place;
    const enum status status = output_begin(path, &place, error);
    if (status) return status;
    *file = fopen(place, "w");
    if (*file) {
        find(place)->file = *file;
        return STATUS_OK;
    }
    const enum status refused = cannot(path, error);
    output_end(place, false, NULL);
    return refused;
}

/* All of it written? An error of an earlier write left no reason: another attempt tells, as what is
 * in the file is not whole anyway. */
static bool flushed(FILE *file) {
    if (!ferror(file)) return fflush(file) == 0;
    clearerr(file);
    errno = 0;
    if (fflush(file) == 0 && fputc('\n', file) != EOF) fflush(file);
    if (!errno) errno = EIO;
    return false;
}

enum status output_close(FILE *file, bool good, struct error *error) {
    struct pending *one = NULL;
    for (int i = 0; i < PENDING_MOST; i++)
        if (pending[i].used && pending[i].file == file) one = &pending[i];
    const bool written = flushed(file);
    const int why = errno;
    if (!one) { /* standard output */
        errno = why;
        return written ? STATUS_OK : cannot("standard output", error);
    }
    const bool closed = fclose(file) == 0;
    if (!written) errno = why;
    if (written && closed) return output_end(one->place, good, error);
    const enum status status = cannot(one->path, error);
    take_away(one);
    return status;
}

int output_leave(int code) {
    for (int i = 0; i < PENDING_MOST; i++) take_away(&pending[i]);
    if (flushed(stdout)) return code;
    fprintf(stderr, "%s: standard output: %s\n", guarding, strerror(errno));
    return code == EXIT_PASSED ? EXIT_BAD_INPUT : code;
}
