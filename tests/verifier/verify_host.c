#define _GNU_SOURCE
#include "tests/verifier/verify_host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernels/core/memory.h"

extern char **environ;

/* Several threads may start workers at once: none may inherit the socket of another, whose end it
 * would then outlive. */
#ifdef SOCK_CLOEXEC
#define CLOSE_ON_EXEC SOCK_CLOEXEC
#else
#define CLOSE_ON_EXEC 0
#endif

/* Descriptors of the verifier lie above those that a worker starts with, so that posix_spawn's
 * renumbering never overwrites one that it still needs. */
static int out_of_the_way(int file) {
    if (file < 0) return -1;
    const int moved = fcntl(file, F_DUPFD_CLOEXEC, 64);
    close(file);
    return moved;
}

/* Nobody makes it shorter: this process would die of a read beyond its end. */
static int sealed(int file) {
#ifdef F_ADD_SEALS
    if (file >= 0) fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL);
#endif
    return file;
}

static int anonymous_file(void) {
#ifdef __linux__
    return sealed(out_of_the_way(memfd_create("assay", MFD_CLOEXEC | MFD_ALLOW_SEALING)));
#else
    char name[] = "/tmp/assay-XXXXXX";
    const int file = mkstemp(name);
    if (file >= 0) unlink(name);
    return out_of_the_way(file);
#endif
}

enum status host_open(struct host *host, char **arguments, double timeout, struct error *error) {
    *host = (struct host){.socket = -1, .timeout = timeout, .arguments = arguments};
    host->page_file = anonymous_file();
    bool good = host->page_file >= 0 && ftruncate(host->page_file, sizeof *host->page) == 0;
    for (int i = 0; i < OPERANDS_MAX; i++)
        good = (host->operand_file[i] = anonymous_file()) >= 0 && good;
    if (good) {
        void *page =
            mmap(NULL, sizeof *host->page, PROT_READ | PROT_WRITE, MAP_SHARED, host->page_file, 0);
        if (page != MAP_FAILED) host->page = page;
    }
    if (host->page) return STATUS_OK;
    host_close(host);
    return fail(error, STATUS_IO, "cannot make shared memory: %s", strerror(errno));
}

unsigned char *host_operand(struct host *host, int operand, size_t bytes) {
    bytes = guarded_file_bytes(bytes);
    if (bytes <= host->room[operand]) return host->operand[operand];
    if (host->operand[operand]) munmap(host->operand[operand], host->room[operand]);
    host->operand[operand] = NULL;
    host->room[operand] = 0;
    if (ftruncate(host->operand_file[operand], (off_t)bytes)) return NULL;
    void *view =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, host->operand_file[operand], 0);
    if (view == MAP_FAILED) return NULL;
    host->room[operand] = bytes;
    return host->operand[operand] = view;
}

/* ---- the process ------------------------------------------------------------------------------
 */

static void renumber(posix_spawn_file_actions_t *actions, const struct host *host, int socket) {
    posix_spawn_file_actions_adddup2(actions, socket, WORKER_SOCKET);
    posix_spawn_file_actions_adddup2(actions, host->page_file, WORKER_PAGE);
    for (int i = 0; i < OPERANDS_MAX; i++)
        posix_spawn_file_actions_adddup2(actions, host->operand_file[i], WORKER_OPERAND + i);
}

/* /proc/self/exe is this very file, even when another has taken its name since; but under valgrind
 * it is valgrind, which only tells readlink what it runs. */
static void this_program(const struct host *host, char *buffer, size_t bytes) {
    const ssize_t length = readlink("/proc/self/exe", buffer, bytes - 1);
    buffer[length > 0 ? length : 0] = 0;
    if (access(buffer, X_OK) == 0) return; /* no " (deleted)" behind it */
    const bool linked = access("/proc/self/exe", X_OK) == 0;
    snprintf(buffer, bytes, "%s", linked ? "/proc/self/exe" : host->arguments[0]);
}

/* exec, not fork alone: an OpenMP runtime does not survive a fork. */
static bool start_worker(struct host *host) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | CLOSE_ON_EXEC, 0, pair)) return false;
    host->socket = out_of_the_way(pair[0]);
    const int theirs = out_of_the_way(pair[1]);
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions)) return false;
    renumber(&actions, host, theirs);
    char program[4096];
    this_program(host, program, sizeof program);
    const int failed =
        posix_spawn(&host->worker, program, &actions, NULL, host->arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(theirs);
    if (failed) {
        close(host->socket);
        host->worker = 0;
        host->socket = -1;
    }
    return !failed;
}

/* The worker is gone or must go; returns its wait status. */
static int bury(struct host *host, bool kill_it) {
    int status = 0;
    if (kill_it) kill(host->worker, SIGKILL);
    while (waitpid(host->worker, &status, 0) < 0 && errno == EINTR) continue;
    close(host->socket);
    host->socket = -1;
    host->worker = 0;
    return status;
}

void host_close(struct host *host) {
    if (host->worker) {
        shutdown(host->socket, SHUT_RDWR); /* it reads the end of the stream and leaves */
        bury(host, false);
    }
    if (host->page) munmap(host->page, sizeof *host->page);
    if (host->page_file >= 0) close(host->page_file);
    for (int i = 0; i < OPERANDS_MAX; i++) {
        if (host->operand[i]) munmap(host->operand[i], host->room[i]);
        if (host->operand_file[i] >= 0) close(host->operand_file[i]);
    }
    *host = (struct host){.socket = -1, .page_file = -1};
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* 1: answered; 0: out of patience; -1: the worker is dead. */
static int await(const struct host *host) {
    const double deadline = now() + host->timeout;
    for (;;) {
        const double left = deadline - now();
        struct pollfd wait = {.fd = host->socket, .events = POLLIN};
        const double slice = left > 3600 ? 3600 : left; /* poll counts in int milliseconds */
        const int ready = poll(&wait, 1, left > 0 ? (int)(slice * 1000) + 1 : 0);
        if (ready < 0 && errno == EINTR) continue;
        char byte;
        if (ready > 0) return read(host->socket, &byte, 1) == 1 ? 1 : -1;
        if (left <= 0) return 0;
    }
}

static struct outcome answered(const struct worker_page *page) {
    struct outcome outcome = {.verdict = VERDICT_PASS};
    if (page->stage == STAGE_DONE) return outcome;
    outcome.verdict = page->stage == STAGE_UNSUPPORTED ? VERDICT_SKIP : VERDICT_MISTRUSTED;
    snprintf(outcome.reason, sizeof outcome.reason, "%s", page->reason);
    return outcome;
}

struct outcome host_call(struct host *host, const struct primitive *primitive) {
    host->page->stage = STAGE_ASKED;
    host->page->fault = (struct worker_fault){0};
    struct outcome outcome = {.verdict = VERDICT_MISTRUSTED};
    if (!host->worker && !start_worker(host)) {
        snprintf(outcome.reason, sizeof outcome.reason, "cannot start a worker: %s",
                 strerror(errno));
        return outcome;
    }
    const char byte = 1;
    const bool sent = send(host->socket, &byte, 1, MSG_NOSIGNAL) == 1;
    const int answer = sent ? await(host) : -1;
    if (answer > 0) return answered(host->page);
    const int status = bury(host, answer == 0);
    if (answer == 0) {
        outcome.verdict = VERDICT_TIMEOUT;
        snprintf(outcome.reason, sizeof outcome.reason, "no answer within %g s", host->timeout);
    } else {
        outcome.verdict = VERDICT_CRASH;
        fault_describe(host->page, primitive, status, outcome.reason, sizeof outcome.reason);
    }
    return outcome;
}
