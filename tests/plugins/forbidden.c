/* Kernels that do what the sandbox forbids, one each, and one that does what it allows. They are
 * harmless where there is no sandbox. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/activation/relu.h"
#include "kernels/core/plugin.h"

static void compute(const struct relu_problem *p, const float *x, float *y) {
    for (int64_t i = 0; i < p->n; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

static void open_socket(void) {
    const int made = socket(AF_INET, SOCK_STREAM, 0);
    if (made >= 0) close(made);
}

static void *in_a_thread(void *argument) {
    open_socket();
    return argument;
}

static void from_a_thread(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_a_thread, NULL) == 0) pthread_join(thread, NULL);
}

/* In a thread that the call leaves behind: at any moment of what the worker does next. */
static void from_a_leftover(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_a_thread, NULL) == 0) pthread_detach(thread);
}

/* More often than any verification calls it, and less often than a timing. */
static void when_timed(void) {
    static long calls;
    if (++calls == 100000) open_socket();
}

#ifdef AT_ONCE
__attribute__((constructor)) static void at_once(void) { open_socket(); }
#endif

static void spawn(void) {
    pid_t child;
    char program[] = "/bin/true", *arguments[] = {program, NULL}, *environment[] = {NULL};
    if (posix_spawn(&child, program, NULL, NULL, arguments, environment) == 0)
        waitpid(child, NULL, 0);
}

static void fork_once(void) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    if (child > 0) waitpid(child, NULL, 0);
}

static void write_file(void) {
    FILE *file = fopen("/tmp/assay-forbidden", "w");
    if (file) fclose(file), remove("/tmp/assay-forbidden");
}

/* Golden values, the verifier's memory ... */
static void read_file(const char *path) {
    const int file = open(path, O_RDONLY);
    if (file >= 0) close(file);
}

static void read_process(int process, const char *what) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, what);
    read_file(path);
}

static void read_relative(const char *folder, const char *path) {
    const int at = open(folder, O_RDONLY), file = at < 0 ? -1 : openat(at, path, O_RDONLY);
    if (file >= 0) close(file);
    if (at >= 0) close(at);
}

/* What the filter does not see: no capability, and no look at the verifier, also for root. */
static void use_privileges(void) {
    char line[256], path[64], target[256];
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "CapEff:", 7) && strtoull(line + 7, NULL, 16)) abort();
    if (status) fclose(status);
    snprintf(path, sizeof path, "/proc/%d/exe", (int)getppid());
    if (!status || readlink(path, target, sizeof target) >= 0) abort();
}

/* execve that finds nothing comes back. */
static void execute(void) {
    char *nothing[] = {NULL};
    execve("/nonexistent", nothing, nothing);
}

static void handle_signals(void) {
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigaction(SIGSYS, &action, NULL);
}

static void raise_limits(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) setrlimit(RLIMIT_NOFILE, &limit);
}

/* What a memory bomb would do first. */
static void take_all_room(void) {
    const size_t bytes = (size_t)3 << 30;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit)) abort();
    limit.rlim_cur = limit.rlim_max;
    syscall(SYS_setrlimit, RLIMIT_AS, &limit);
    void *room = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) abort();
    munmap(room, bytes);
}

static void read_beyond(const float *x, int64_t n) { (void)((const volatile float *)x)[n]; }

static sigjmp_buf survived;
static void survive(int number) { siglongjmp(survived, number); }

/* A read out of bounds that leaves no trace: the handler is put back. */
static void survive_it(const float *x, int64_t n) {
    struct sigaction before, ours = {.sa_handler = survive};
    sigaction(SIGSEGV, &ours, &before);
    if (!sigsetjmp(survived, 1)) read_beyond(x, n);
    sigaction(SIGSEGV, &before, NULL);
}

/* With its signal blocked, and with no stack for its handler, a crash has nobody to tell of it. */
static void block_it(const float *x, int64_t n) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    read_beyond(x, n);
}

static void take_its_stack(const float *x, int64_t n) {
    stack_t nowhere = {.ss_sp = (void *)4096, .ss_size = 1 << 20};
    sigaltstack(&nowhere, NULL);
    read_beyond(x, n);
}

/* getpid, by the 32-bit entrance and by the x32 numbers. */
static void other_entrance(void) {
#if defined __x86_64__
    long number = 20;
    __asm__ volatile("int $0x80" : "+a"(number)::"memory", "cc", "r8", "r9", "r10", "r11");
#endif
}

static void *nothing(void *argument) { return argument; }

/* Threads, reading, memory that can be executed, files in memory, a sink, its own limits. */
static void allowed(void) {
    pthread_t thread;
    char text[64];
    struct rlimit limit;
    cpu_set_t set;
    const int file = open("/proc/self/status", O_RDONLY), sink = open("/dev/null", O_WRONLY);
    const int memory = memfd_create("mine", 0);
    const int maps = open("/proc/thread-self/maps", O_RDONLY);
    DIR *processors = opendir("/sys/devices/system/cpu");
    if (maps < 0 || !processors) abort();
    close(maps), closedir(processors);
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (file < 0 || sink < 0 || memory < 0 || page == MAP_FAILED) abort();
    if (read(file, text, sizeof text) <= 0 || write(sink, text, 1) != 1) abort();
    if (ftruncate(memory, 64) || getrlimit(RLIMIT_STACK, &limit)) abort();
    struct sigaction action;
    if (sigaction(SIGSYS, NULL, &action)) abort();
    if (sched_getaffinity(0, sizeof set, &set) || kill(getpid(), 0)) abort();
    if (pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL)) abort();
    close(file), close(sink), close(memory);
    munmap(page, 4096);
}

#define FORBIDDEN(name_, statement_)                                                               \
    static void relu_##name_(const struct relu_problem *p, const float *x, float *y) {             \
        statement_;                                                                                \
        compute(p, x, y);                                                                          \
    }                                                                                              \
    static IMPL(relu, name_, .technique = "does what is forbidden")

FORBIDDEN(allowed, allowed());
FORBIDDEN(socket, open_socket());
FORBIDDEN(thread, from_a_thread());
FORBIDDEN(leftover, from_a_leftover());
FORBIDDEN(late, when_timed());
FORBIDDEN(exec, execute());
FORBIDDEN(spawn, spawn());
FORBIDDEN(shell, if (system("true")) return );
FORBIDDEN(fork, fork_once());
FORBIDDEN(signal, kill(getppid(), 0));
FORBIDDEN(group, kill(0, 0));
FORBIDDEN(trace, ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
FORBIDDEN(write, write_file());
FORBIDDEN(temporary, {
    char name[] = "/tmp/assay-XXXXXX";
    if (mkstemp(name) >= 0) unlink(name);
});
FORBIDDEN(golden, read_file(GOLDEN));
FORBIDDEN(disguised, read_file(DISGUISED)); /* a link to it that is called .so */
FORBIDDEN(parent, read_process(getppid(), "mem"));
FORBIDDEN(parent_maps, read_process(getppid(), "maps"));
FORBIDDEN(own_memory, read_process(getpid(), "mem"));
FORBIDDEN(other_root, read_file("/proc/self/root/etc/passwd"));
FORBIDDEN(climbs, read_file("/proc/self/task/../root/etc/passwd"));
FORBIDDEN(relative, read_relative("/sys/devices/system/cpu", "../../../../etc/passwd"));
FORBIDDEN(unprivileged, use_privileges());
FORBIDDEN(not_there, read_file("/nonexistent/file"));
FORBIDDEN(truncate, if (truncate("/nonexistent", 0) == 0) return );
FORBIDDEN(unlink, unlink("/nonexistent"));
FORBIDDEN(rename, rename("/nonexistent", "/nonexistent2"));
FORBIDDEN(folder, mkdir("/nonexistent/folder", 0700));
FORBIDDEN(mode, chmod("/nonexistent", 0600));
FORBIDDEN(mount, mount("none", "/nonexistent", "tmpfs", 0, NULL));
FORBIDDEN(ring, syscall(SYS_io_uring_setup, 0, NULL));
FORBIDDEN(limits, raise_limits());
FORBIDDEN(room, take_all_room());
FORBIDDEN(survivor, survive_it(x, p->n));
FORBIDDEN(blocked, block_it(x, p->n));
FORBIDDEN(stackless, take_its_stack(x, p->n));
FORBIDDEN(outlive, prctl(PR_SET_PDEATHSIG, SIGKILL));
FORBIDDEN(handler, handle_signals());
FORBIDDEN(terminal, ioctl(2, TIOCSTI, ""));
FORBIDDEN(entrance, other_entrance());

#define ONE(name_) &impl_relu_##name_
static const struct implementation *const implementations[] = {
    ONE(allowed),       ONE(socket),    ONE(thread),      ONE(exec),         ONE(spawn),
    ONE(shell),         ONE(fork),      ONE(signal),      ONE(group),        ONE(trace),
    ONE(write),         ONE(temporary), ONE(truncate),    ONE(unlink),       ONE(rename),
    ONE(folder),        ONE(mode),      ONE(mount),       ONE(ring),         ONE(limits),
    ONE(outlive),       ONE(handler),   ONE(terminal),    ONE(entrance),     ONE(golden),
    ONE(disguised),     ONE(parent),    ONE(parent_maps), ONE(own_memory),   ONE(other_root),
    ONE(climbs),        ONE(relative),  ONE(not_there),   ONE(unprivileged), ONE(late),
    ONE(room),          ONE(survivor),  ONE(blocked),     ONE(stackless),    ONE(leftover),
    /* ended by */ NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("forbidden"),
                                             .implementations = implementations};
