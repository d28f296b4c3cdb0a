#define _GNU_SOURCE
#include "tests/verifier/verify_sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __linux__ && defined __x86_64__
#define FILTERED 1
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#else
#define FILTERED 0
#endif

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

const char sandbox_help[] =
    "Kernels run in a process of their own, the worker.\n"
    "\n"
    "What stops a kernel there, each with a verdict that names it (Linux on x86-64):\n"
    "  the network; other programs and processes (threads are fine); signals to other\n"
    "  processes; opening files for writing, deleting, renaming or changing them; mounts,\n"
    "  the clock and other doings of an administrator; memory, open files and written bytes\n"
    "  beyond a limit; hanging (--timeout). It never holds the expected values.\n"
    "What does not stop it:\n"
    "  It can read every file that you can read, print to your terminal, and use your\n"
    "  processors until the timeout. A plugin's constructors also run outside the worker,\n"
    "  in the verifier itself, and compiling a file runs the compiler on it. A hole in the\n"
    "  operating system is a hole here.\n"
    "So: it protects from mistakes, also bad ones. Code of somebody who means harm belongs\n"
    "into a machine of its own. ASSAY_SANDBOX=off takes the filter away, for debuggers.\n";

static bool wanted(void) {
    const char *wish = getenv("ASSAY_SANDBOX");
    return !wish || strcmp(wish, "off") != 0;
}

/* ---- limits and descriptors -------------------------------------------------------------------
 */

static void limit(int resource, rlim_t most) {
    struct rlimit now;
    if (getrlimit(resource, &now)) return;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most) most = now.rlim_max;
    setrlimit(resource, &(struct rlimit){most, most});
}

/* The processor time of one run is the verifier's to limit (--timeout): a worker serves thousands.
 */
static void limit_all(void) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 256);
    limit(RLIMIT_FSIZE, (rlim_t)64 << 20); /* what kernels print may go to a file */
}

/* The worker's own end at WORKER_OPERAND + OPERANDS_MAX; what lies beyond is somebody else's. */
static void close_others(void) {
    const int first = WORKER_OPERAND + OPERANDS_MAX;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
#endif
    for (int file = first; file < 1024; file++) close(file);
}

static void replace_input(void) {
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0) return;
    dup2(nothing, STDIN_FILENO);
    if (nothing != STDIN_FILENO) close(nothing);
}

/* ---- what is forbidden ------------------------------------------------------------------------
 */

#if FILTERED

enum test {
    ALWAYS,
    HAS,   /* argument & value */
    LACKS, /* !(argument & value) */
    IS,    /* argument == value (32 bits) */
    IS_NOT,
    IS_NULL, /* the pointer is NULL: fine; anything else is not */
    IS_SELF, /* the process is this one: fine */
    ABSENT, /* the call does not exist here (ENOSYS): there is an older one that can be looked at */
};

struct rule {
    int call;
    const char *name;
    enum test test;
    int argument;
    unsigned value;
    const char *did;
};

#define RULE(call_, ...)                                                                           \
    { SYS_##call_, #call_, __VA_ARGS__ }
#define NEVER(call_, did_) RULE(call_, ALWAYS, 0, 0, did_)

enum { WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC };

static const char network[] = "tried to open a network socket", runs[] = "tried to run a program",
                  forks[] = "tried to start another process",
                  signals[] = "tried to send a signal to another process",
                  spies[] = "tried to look into another process",
                  writes[] = "tried to open a file for writing",
                  removes[] = "tried to delete or rename a file",
                  makes[] = "tried to make a file, folder or link",
                  changes[] = "tried to change a file",
                  administers[] = "tried to do what an administrator does",
                  evades[] = "tried to go round the sandbox";

/* clang-format off: a table */
static const struct rule rules[] = {
    NEVER(socket, network),
    NEVER(socketpair, network),
    NEVER(execve, runs),
    NEVER(execveat, runs),
    NEVER(fork, forks),
    NEVER(vfork, forks),
    RULE(clone, LACKS, 0, CLONE_THREAD, forks),
    RULE(clone3, ABSENT, 0, 0, forks),
    RULE(kill, IS_SELF, 0, 0, signals),
    RULE(tgkill, IS_SELF, 0, 0, signals),
    NEVER(tkill, signals),
    RULE(rt_sigqueueinfo, IS_SELF, 0, 0, signals),
    RULE(rt_tgsigqueueinfo, IS_SELF, 0, 0, signals),
    NEVER(pidfd_send_signal, signals),
    NEVER(ptrace, spies),
    NEVER(process_vm_readv, spies),
    NEVER(process_vm_writev, spies),
    NEVER(pidfd_open, spies),
    NEVER(pidfd_getfd, spies),
    NEVER(kcmp, spies),
    RULE(open, HAS, 1, WRITES, writes),
    RULE(openat, HAS, 2, WRITES, writes),
    RULE(openat2, ABSENT, 0, 0, writes),
    NEVER(creat, writes),
    NEVER(truncate, writes),
    NEVER(open_by_handle_at, writes),
    NEVER(unlink, removes),
    NEVER(unlinkat, removes),
    NEVER(rmdir, removes),
    NEVER(rename, removes),
    NEVER(renameat, removes),
    NEVER(renameat2, removes),
    NEVER(mkdir, makes),
    NEVER(mkdirat, makes),
    NEVER(mknod, makes),
    NEVER(mknodat, makes),
    NEVER(link, makes),
    NEVER(linkat, makes),
    NEVER(symlink, makes),
    NEVER(symlinkat, makes),
    NEVER(chmod, changes),
    NEVER(fchmod, changes),
    NEVER(fchmodat, changes),
    NEVER(chown, changes),
    NEVER(fchown, changes),
    NEVER(lchown, changes),
    NEVER(fchownat, changes),
    NEVER(utime, changes),
    NEVER(utimes, changes),
    NEVER(utimensat, changes),
    NEVER(futimesat, changes),
    NEVER(setxattr, changes),
    NEVER(lsetxattr, changes),
    NEVER(fsetxattr, changes),
    NEVER(removexattr, changes),
    NEVER(lremovexattr, changes),
    NEVER(fremovexattr, changes),
    NEVER(mount, administers),
    NEVER(umount2, administers),
    NEVER(pivot_root, administers),
    NEVER(chroot, administers),
    NEVER(unshare, administers),
    NEVER(setns, administers),
    NEVER(open_tree, administers),
    NEVER(move_mount, administers),
    NEVER(fsopen, administers),
    NEVER(swapon, administers),
    NEVER(swapoff, administers),
    NEVER(reboot, administers),
    NEVER(kexec_load, administers),
    NEVER(kexec_file_load, administers),
    NEVER(init_module, administers),
    NEVER(finit_module, administers),
    NEVER(delete_module, administers),
    NEVER(sethostname, administers),
    NEVER(setdomainname, administers),
    NEVER(settimeofday, administers),
    NEVER(clock_settime, administers),
    NEVER(adjtimex, administers),
    NEVER(clock_adjtime, administers),
    NEVER(acct, administers),
    NEVER(quotactl, administers),
    NEVER(bpf, administers),
    NEVER(perf_event_open, administers),
    NEVER(iopl, administers),
    NEVER(ioperm, administers),
    NEVER(add_key, administers),
    NEVER(request_key, administers),
    NEVER(keyctl, administers),
    NEVER(sched_setscheduler, administers),
    NEVER(sched_setattr, administers),
    NEVER(userfaultfd, administers),
    NEVER(io_uring_setup, evades),
    RULE(setrlimit, IS_NOT, 0, RLIMIT_AS, evades), /* the worker's own, before each run */
    RULE(prlimit64, IS_NULL, 2, 0, evades),
    RULE(prctl, IS, 0, PR_SET_PDEATHSIG, evades),
    RULE(rt_sigaction, IS, 0, SIGSYS, evades),
    RULE(ioctl, IS, 1, TIOCSTI, evades),
};
/* clang-format on */
enum { RULES = sizeof rules / sizeof *rules, STEPS = 8 };

/* ---- the filter -------------------------------------------------------------------------------
 */

struct program {
    struct sock_filter step[RULES * STEPS + 16];
    unsigned short length;
};

static void add(struct program *program, struct sock_filter step) {
    program->step[program->length++] = step;
}

#define LOAD(offset_) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offset_)))
#define JUMP(op_, value_, yes_, no_)                                                               \
    ((struct sock_filter)BPF_JUMP(BPF_JMP | (op_) | BPF_K, (unsigned)(value_), yes_, no_))
#define ANSWER(action_) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (unsigned)(action_)))
#define AT(member_) offsetof(struct seccomp_data, member_)

/* The accumulator holds the call's number before each rule, and after it. */
static void add_rule(struct program *program, const struct rule *rule, unsigned self) {
    const unsigned low = (unsigned)(AT(args) + 8 * (size_t)rule->argument);
    switch (rule->test) {
    case ALWAYS:
        add(program, JUMP(BPF_JEQ, rule->call, 0, 1));
        add(program, ANSWER(SECCOMP_RET_TRAP));
        return;
    case ABSENT:
        add(program, JUMP(BPF_JEQ, rule->call, 0, 1));
        add(program, ANSWER(SECCOMP_RET_ERRNO | ENOSYS));
        return;
    case IS_NULL: /* both halves */
        add(program, JUMP(BPF_JEQ, rule->call, 0, 6));
        add(program, LOAD(low));
        add(program, JUMP(BPF_JEQ, 0, 0, 2));
        add(program, LOAD(low + 4));
        add(program, JUMP(BPF_JEQ, 0, 1, 0));
        break;
    default:
        add(program, JUMP(BPF_JEQ, rule->call, 0, 4));
        add(program, LOAD(low));
        if (rule->test == HAS) add(program, JUMP(BPF_JSET, rule->value, 0, 1));
        if (rule->test == LACKS) add(program, JUMP(BPF_JSET, rule->value, 1, 0));
        if (rule->test == IS) add(program, JUMP(BPF_JEQ, rule->value, 0, 1));
        if (rule->test == IS_NOT) add(program, JUMP(BPF_JEQ, rule->value, 1, 0));
        if (rule->test == IS_SELF) add(program, JUMP(BPF_JEQ, self, 1, 0));
        break;
    }
    add(program, ANSWER(SECCOMP_RET_TRAP));
    add(program, LOAD(AT(nr)));
}

static bool install(void) {
    enum { X32 = 0x40000000 };
    static struct program program;
    program.length = 0;
    add(&program, LOAD(AT(arch)));
    add(&program, JUMP(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0));
    add(&program, ANSWER(SECCOMP_RET_TRAP)); /* 32-bit calls have other numbers */
    add(&program, LOAD(AT(nr)));
    add(&program, JUMP(BPF_JGE, X32, 0, 1));
    add(&program, ANSWER(SECCOMP_RET_TRAP));
    for (int i = 0; i < RULES; i++) add_rule(&program, &rules[i], (unsigned)getpid());
    add(&program, ANSWER(SECCOMP_RET_ALLOW));
    const struct sock_fprog filter = {program.length, program.step};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) ==
                0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

/* ---- a forbidden call -------------------------------------------------------------------------
 */

static struct worker_page *noted;

/* Files that libraries write and nobody else looks at: they get an anonymous one instead. LLVM's
 * OpenMP runtime registers itself (kmp_runtime.cpp, __kmp_register_library_startup) and gives up
 * when it cannot; libxsmm locks a file to count its processes. */
static const char *const harmless[] = {"/dev/null", "/dev/shm/__KMP_REGISTERED_LIB_",
                                       "/tmp/.libxsmm."};

static bool allow(ucontext_t *machine, int call) {
    greg_t *registers = machine->uc_mcontext.gregs;
    if (call == SYS_rt_sigaction && !registers[REG_RSI]) { /* it only asks, as libomp does */
        if (registers[REG_RDX]) memset((void *)registers[REG_RDX], 0, 4 * sizeof(long));
        registers[REG_RAX] = 0;
        return true;
    }
    const bool at = call == SYS_openat || call == SYS_unlinkat;
    const bool opens = call == SYS_open || call == SYS_openat;
    if (!opens && call != SYS_unlink && call != SYS_unlinkat) return false;
    const char *path = (const char *)registers[at ? REG_RSI : REG_RDI];
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        if (strncmp(path, harmless[i], strlen(harmless[i])) != 0) continue;
        registers[REG_RAX] = opens ? syscall(SYS_memfd_create, "harmless", 0) : 0;
        return true;
    }
    return false;
}

static void on_forbidden(int number, siginfo_t *info, void *context) {
    const int error = errno;
    if (allow(context, info->si_syscall)) {
        errno = error;
        return;
    }
    mprotect(noted, sizeof *noted, PROT_READ | PROT_WRITE); /* closed while a kernel runs */
    noted->answer.fault = (struct worker_fault){
        .signal = number, .code = info->si_code, .address = (uintptr_t)info->si_syscall};
    for (;;) kill(getpid(), SIGKILL);
}

void sandbox_explain(const struct worker_fault *fault, char *buffer, size_t bytes) {
    for (int i = 0; i < RULES; i++) {
        if (rules[i].call != (int)fault->address) continue;
        snprintf(buffer, bytes, "%s (%s)", rules[i].did, rules[i].name);
        return;
    }
    snprintf(buffer, bytes, "made a forbidden system call (number %d)", (int)fault->address);
}

static void enter_filter(struct worker_page *page) {
    struct sigaction action = {.sa_sigaction = on_forbidden,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    noted = page;
    if (!SANITIZED && wanted() && sigaction(SIGSYS, &action, NULL) == 0) install();
}

/* Tried, in a child: containers may forbid what the system has. */
static bool works(void) {
    const pid_t child = fork();
    if (child == 0) _exit(install() ? 0 : 1);
    int status = 1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return status == 0;
}

#else

static void enter_filter(struct worker_page *page) { (void)page; }
static bool works(void) { return false; }

void sandbox_explain(const struct worker_fault *fault, char *buffer, size_t bytes) {
    snprintf(buffer, bytes, "made a forbidden system call (number %d)", (int)fault->address);
}

#endif

void sandbox_enter(struct worker_page *page) {
    signal(SIGXFSZ, SIG_DFL); /* the verifier ignores it */
    limit_all();
    close_others();
    replace_input();
    enter_filter(page);
}

const char *sandbox_describe(void) {
    if (!FILTERED) return "resource limits; the seccomp filter is for Linux on x86-64";
    if (SANITIZED) return "resource limits; no seccomp filter in builds with a sanitizer";
    if (!wanted()) return "resource limits; no seccomp filter (ASSAY_SANDBOX=off)";
    return works() ? "seccomp filter and resource limits"
                   : "resource limits; this system allows no seccomp filter";
}
