#define _GNU_SOURCE
#include "kernels/host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernels/core/isa.h"
#include "kernels/core/memory.h"
#include "kernels/core/registry.h"
#include "kernels/host/sandbox.h"
#include "kernels/host/sanitized.h"
#include "kernels/host/watch.h"

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

char **host_arguments(char *program, const char *const *plugins, int count, char *const *more,
                      int more_count) {
    static char mark[] = WORKER_ARGUMENT;
    char **arguments = calloc((size_t)count + (size_t)more_count + 4, sizeof *arguments);
    if (!arguments) return NULL;
    arguments[0] = program;
    arguments[1] = mark;
    arguments[2] = (char *)isa_name(isa_best());
    for (int i = 0; i < count; i++) arguments[3 + i] = (char *)plugins[i];
    for (int i = 0; i < more_count; i++) arguments[3 + count + i] = more[i];
    return arguments;
}

enum status host_open(struct host *host, char **arguments, double timeout, struct error *error) {
    *host = (struct host){.socket = -1, .timeout = timeout, .arguments = arguments};
    host->page_file = anonymous_file();
    host->page = calloc(1, sizeof *host->page);
    bool good =
        host->page && host->page_file >= 0 && ftruncate(host->page_file, sizeof *host->page) == 0;
    for (int i = 0; i < OPERANDS_MAX; i++)
        good = (host->operand_file[i] = anonymous_file()) >= 0 && good;
    if (good) {
        void *shared =
            mmap(NULL, sizeof *host->page, PROT_READ | PROT_WRITE, MAP_SHARED, host->page_file, 0);
        if (shared != MAP_FAILED) host->shared = shared;
    }
    if (host->shared) return STATUS_OK;
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

static bool asks_for_stranger(const struct host *host) {
    const struct worker_request *request = &host->page->request;
    return stranger_is(host, registry_find_implementation(request->primitive, request->variant));
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
    sandbox_keep_out();
    char program[4096];
    if (host->stranger)
        stranger_program(program, sizeof program);
    else
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

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The worker is gone or must go; returns its wait status. One that hung up and does not go is
 * killed. */
static int bury(struct host *host, bool kill_it) {
    const double deadline = now() + 2;
    int status = 0;
    if (kill_it) kill(host->worker, SIGKILL);
    for (pid_t gone = 0; gone != host->worker;) {
        gone = waitpid(host->worker, &status, kill_it ? 0 : WNOHANG);
        if (gone < 0 && errno != EINTR) break;
        if (gone == 0) usleep(200);
        if (gone == 0 && now() > deadline) kill_it = kill(host->worker, SIGKILL) == 0;
    }
    close(host->socket);
    host->socket = -1;
    host->worker = 0;
    return status;
}

void host_restart(struct host *host) {
    if (host->worker) bury(host, true);
}

void host_close(struct host *host) {
    if (host->worker) {
        shutdown(host->socket, SHUT_RDWR); /* it reads the end of the stream and leaves */
        bury(host, false);
    }
    if (host->shared) munmap(host->shared, sizeof *host->page);
    free(host->page);
    if (host->page_file >= 0) close(host->page_file);
    for (int i = 0; i < OPERANDS_MAX; i++) {
        if (host->operand[i]) munmap(host->operand[i], host->room[i]);
        if (host->operand_file[i] >= 0) close(host->operand_file[i]);
    }
    *host = (struct host){.socket = -1, .page_file = -1};
}

/* ---- its memory -------------------------------------------------------------------------------
 */

#ifdef __linux__
static size_t address_space(pid_t process) {
    char path[64];
    size_t pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)process);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%zu", &pages) != 1) pages = 0;
    if (file) fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* What the worker has, `room`, and what its kernel is allowed; returns that; 0: no limit here. */
static size_t limit_memory(const struct host *host, size_t room) {
    const struct worker_request *request = &host->page->request;
    struct rlimit limit;
    size_t operands = 0;
    for (int i = 0; i < OPERANDS_MAX; i++) operands += request->slot[i].bytes;
    const size_t allowed = memory_allowance(operands, request->threads),
                 now_taken = address_space(host->worker);
    if (SANITIZED || !now_taken || prlimit(host->worker, RLIMIT_AS, NULL, &limit)) return 0;
    const size_t wanted =
        now_taken + allowed > SIZE_MAX - room ? SIZE_MAX : now_taken + allowed + room;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    return prlimit(host->worker, RLIMIT_AS, &limit, NULL) ? 0 : allowed;
}
#else
static size_t limit_memory(const struct host *host, size_t room) {
    (void)host, (void)room;
    return 0;
}
#endif

/* ---- a request --------------------------------------------------------------------------------
 */

#define ANSWERED "answered in the worker's name"

enum sign { SIGN_ANSWER, SIGN_NOTHING, SIGN_END, SIGN_NOISE };

/* What comes out of the socket within that time. */
static enum sign await(const struct host *host, double seconds) {
    const double deadline = now() + seconds;
    for (;;) {
        const double left = deadline - now();
        struct pollfd wait = {.fd = host->socket, .events = POLLIN};
        const double slice = left > 3600 ? 3600 : left; /* poll counts in int milliseconds */
        const int ready = poll(&wait, 1, left > 0 ? (int)(slice * 1000) + 1 : 0);
        if (ready < 0 && errno == EINTR) continue;
        unsigned char byte;
        if (ready > 0 && read(host->socket, &byte, 1) != 1) return SIGN_END;
        if (ready > 0) return byte == host->turn ? SIGN_ANSWER : SIGN_NOISE;
        if (left <= 0) return SIGN_NOTHING;
    }
}

/* The answer into this process's own page, no number in it beyond what it can be. */
static void take_answer(struct host *host) {
    struct worker_answer *answer = &host->page->answer;
    memcpy(answer, &host->shared->answer, sizeof *answer);
    answer->reason[sizeof answer->reason - 1] = 0;
    answer->fault.file[sizeof answer->fault.file - 1] = 0;
    if (answer->damaged_slot != SLOT_WORKSPACE && answer->damaged_slot != SLOT_PREPARED)
        answer->damaged_slot = -1;
    if ((unsigned)answer->left >= LEFTS) answer->left = LEFT_NOTHING;
    if ((unsigned)answer->fault.access > ACCESS_WRITE) answer->fault.access = ACCESS_UNKNOWN;
}

static struct outcome outcome_of(enum verdict verdict, const char *reason) {
    struct outcome outcome = {.verdict = verdict};
    snprintf(outcome.reason, sizeof outcome.reason, "%s", reason);
    return outcome;
}

/* Of a worker that lives; one that can no longer be relied upon does not live on. */
static struct outcome judge_answer(struct host *host) {
    const struct worker_answer *answer = &host->page->answer;
    if (memcmp(&host->shared->request, &host->page->request, sizeof host->page->request)) {
        bury(host, true);
        return outcome_of(VERDICT_FAIL, "wrote over the verifier's request");
    }
    if (answer->stage == STAGE_DONE && answer->left) {
        struct outcome outcome = {.verdict = VERDICT_FAIL};
        left_describe(answer, outcome.reason, sizeof outcome.reason);
        if (answer->left != LEFT_CONTROL && host->worker) bury(host, true);
        return outcome;
    }
    if (answer->stage == STAGE_DONE) return outcome_of(VERDICT_PASS, "");
    if (answer->stage == STAGE_UNSUPPORTED) return outcome_of(VERDICT_SKIP, answer->reason);
    if (answer->stage == STAGE_REFUSED) return outcome_of(VERDICT_MISTRUSTED, answer->reason);
    bury(host, true);
    return outcome_of(VERDICT_FAIL, ANSWERED " before it had returned");
}

/* The end of a worker through a thread that outlived an earlier request: it says so, or the worker
 * had been at work before and did not come to look at this one. */
static bool ended_before(const struct host *host) {
    const struct worker_answer *answer = &host->page->answer;
    return answer->fault.stray || (answer->stage == STAGE_ASKED && !host->fresh);
}

static struct outcome judge_end(struct host *host, const struct primitive *primitive, int status) {
    const struct worker_answer *answer = &host->page->answer;
    if (answer->stage == STAGE_DONE && answer->left) return judge_answer(host);
    const bool late = answer->stage == STAGE_RETURNED || ended_before(host);
    if (late) host->page->answer.stage = STAGE_RETURNED;
    struct outcome outcome = {late ? VERDICT_FAIL : VERDICT_CRASH, ""};
    fault_describe(host->page, primitive, status, outcome.reason, sizeof outcome.reason);
    return outcome;
}

/* Between two requests the worker has nothing to say and does not die. If it did, it is the fault
 * of what it ran last: a finding if that is asked for again; else a new worker starts. */
static bool idle_was_quiet(struct host *host, const struct primitive *primitive, const char *id,
                           struct outcome *outcome) {
    if (!host->worker) return true;
    const enum sign sign = await(host, 0);
    if (sign == SIGN_NOTHING) return true;
    const int status = bury(host, sign != SIGN_END);
    if (strcmp(id, host->last)) return true;
    take_answer(host);
    host->page->answer.stage = STAGE_RETURNED;
    *outcome = sign == SIGN_END ? judge_end(host, primitive, status)
                                : outcome_of(VERDICT_FAIL, ANSWERED " after it had returned");
    return false;
}

/* The byte to and fro; in between, once, the worker's memory is limited. */
static enum sign exchange(struct host *host) {
    struct worker_answer *answer = &host->shared->answer;
    const double deadline = now() + host->timeout;
    if (!host->fresh) answer->memory_allowed = limit_memory(host, 0);
    for (bool sized = false;; sized = true) {
        if (send(host->socket, &host->turn, 1, MSG_NOSIGNAL) != 1) return SIGN_END;
        const enum sign sign = await(host, deadline - now());
        if (sign != SIGN_ANSWER || answer->stage != STAGE_SIZED || sized) return sign;
        answer->memory_allowed = limit_memory(host, answer->room);
    }
}

/* The request to a worker, and what came back. */
static enum sign ask(struct host *host, int *status, struct outcome *outcome) {
    /* a note about a fault is written by a process that then dies: it is never wiped under it */
    const size_t note = offsetof(struct worker_page, answer.fault);
    host->fresh = !host->worker;
    host->page->answer = (struct worker_answer){.damaged_slot = -1};
    memcpy(host->shared, host->page, host->fresh ? sizeof *host->page : note);
    if (host->fresh && !start_worker(host)) {
        outcome->verdict = VERDICT_MISTRUSTED;
        snprintf(outcome->reason, sizeof outcome->reason, "cannot start a worker: %s",
                 strerror(errno));
        return SIGN_NOTHING;
    }
    host->turn++;
    const double start = now();
    const enum sign sign = exchange(host);
    host->seconds = now() - start;
    if (sign == SIGN_NOTHING) {
        outcome->verdict = VERDICT_TIMEOUT;
        char at[128];
        waiting_describe(host->worker, (enum worker_stage)host->shared->answer.stage, at,
                         sizeof at);
        snprintf(outcome->reason, sizeof outcome->reason, "no answer within %g s%s", host->timeout,
                 at);
    }
    *status = sign == SIGN_ANSWER ? 0 : bury(host, sign != SIGN_END);
    take_answer(host); /* a worker that hung up may have had more to say */
    return sign;
}

/* A cache that fills at the first call of a problem is no leak: what the second one keeps may be. */
static void note_kept(struct host *host) {
    const struct worker_request *now = &host->page->request, *before = &host->kept_by;
    if (now->calls) return;
    const bool keeps = host->page->answer.kept > 0;
    host->keeps |= keeps && strcmp(now->primitive, before->primitive) == 0 &&
                   strcmp(now->variant, before->variant) == 0 &&
                   memcmp(now->value, before->value, sizeof now->value) == 0;
    host->kept_by = keeps ? *now : (struct worker_request){.threads = 0};
}

struct outcome host_call(struct host *host, const struct primitive *primitive) {
    struct outcome outcome = outcome_of(VERDICT_FAIL, ANSWERED " before it had returned");
    char id[sizeof host->last];
    int status = 0;
    snprintf(id, sizeof id, "%.63s/%.63s", host->page->request.primitive,
             host->page->request.variant);
    if (!idle_was_quiet(host, primitive, id, &outcome)) return outcome;
    const bool another = strcmp(id, host->last) != 0;
    if (asks_for_stranger(host) != host->stranger) {
        host_restart(host);
        host->stranger = !host->stranger;
    }
    snprintf(host->last, sizeof host->last, "%s", id);
    enum sign sign = ask(host, &status, &outcome);
    if (sign == SIGN_END && another && ended_before(host)) /* no fault of this one */
        sign = ask(host, &status, &outcome);
    if (sign == SIGN_ANSWER) {
        note_kept(host);
        return judge_answer(host);
    }
    return sign == SIGN_END ? judge_end(host, primitive, status) : outcome;
}
