#define _GNU_SOURCE
#include "kernels/host/sandbox_filter.h"

#if SANDBOX_FILTERED
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- what is forbidden ------------------------------------------------------------------------
 */

enum test {
    ALWAYS,
    HAS,     /* argument & value */
    LACKS,   /* !(argument & value) */
    IS,      /* argument == value (32 bits) */
    IS_NULL, /* the pointer is NULL: fine; anything else is not */
    IS_SELF, /* the process is this one: fine */
    KEEPS,   /* argument is SIGSYS or one of the caller's signals, and the pointer behind it is not
                NULL */
    ABSENT, /* the call does not exist here (ENOSYS): there is an older one that can be looked at */
    KEYED,  /* argument == the key (64 bits): fine */
    PAGES,  /* KEYED, where changes of mappings are looked at */
    FIXED,  /* argument & value, where they are */
    FINE,   /* looked at first: threads wait through it, and often */
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

static const char network[] = "tried to open a network socket", runs[] = "tried to run a program",
                  forks[] = "tried to start another process",
                  sends[] = "tried to send a signal to another process",
                  spies[] = "tried to look into another process",
                  writes[] = "tried to open a file for writing",
                  removes[] = "tried to delete or rename a file",
                  makes[] = "tried to make a file, folder or link",
                  changes[] = "tried to change a file",
                  administers[] = "tried to do what an administrator does",
                  catches[] = "tried to catch a signal that says what went wrong",
                  remaps[] =
                      "tried to change how its operands, or the pages around them, are mapped",
                  evades[] = "tried to go round the sandbox";

/* clang-format off: a table */
static const struct rule rules[] = {
    RULE(futex, FINE, 0, 0, NULL),
    RULE(mprotect, PAGES, 5, 0, remaps),
    RULE(pkey_mprotect, PAGES, 5, 0, remaps),
    RULE(munmap, PAGES, 5, 0, remaps),
    RULE(mremap, PAGES, 5, 0, remaps),
    RULE(mmap, FIXED, 3, MAP_FIXED, remaps),
    NEVER(socket, network),
    NEVER(socketpair, network),
    NEVER(execve, runs),
    NEVER(execveat, runs),
    NEVER(fork, forks),
    NEVER(vfork, forks),
    RULE(clone, LACKS, 0, CLONE_THREAD, forks),
    RULE(clone3, ABSENT, 0, 0, forks),
    RULE(kill, IS_SELF, 0, 0, sends),
    RULE(tgkill, IS_SELF, 0, 0, sends),
    NEVER(tkill, sends),
    RULE(rt_sigqueueinfo, IS_SELF, 0, 0, sends),
    RULE(rt_tgsigqueueinfo, IS_SELF, 0, 0, sends),
    NEVER(pidfd_send_signal, sends),
    NEVER(ptrace, spies),
    NEVER(process_vm_readv, spies),
    NEVER(process_vm_writev, spies),
    NEVER(pidfd_open, spies),
    NEVER(pidfd_getfd, spies),
    NEVER(kcmp, spies),
    NEVER(open, writes),
    RULE(openat, KEYED, 5, 0, writes),
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
    NEVER(setrlimit, evades),
    RULE(prlimit64, IS_NULL, 2, 0, evades),
    RULE(prctl, IS, 0, PR_SET_PDEATHSIG, evades),
    RULE(rt_sigaction, KEEPS, 0, 0, catches),
    RULE(rt_sigprocmask, IS_NULL, 1, 0, catches),
    RULE(ioctl, IS, 1, TIOCSTI, evades),
};
/* clang-format on */
enum { RULES = sizeof rules / sizeof *rules, STEPS = 8, KEPT_MOST = 16, KEEP_STEPS = 9 };

/* ---- the filter -------------------------------------------------------------------------------
 */

struct program {
    struct sock_filter step[RULES * STEPS + KEPT_MOST * KEEP_STEPS + 16];
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
static void add_keeper(struct program *program, const struct rule *rule, int signal) {
    const unsigned low = (unsigned)(AT(args) + 8 * (size_t)rule->argument);
    add(program, JUMP(BPF_JEQ, rule->call, 0, 8));
    add(program, LOAD(low));
    add(program, JUMP(BPF_JEQ, signal, 0, 5));
    add(program, LOAD(low + 8));
    add(program, JUMP(BPF_JEQ, 0, 0, 2));
    add(program, LOAD(low + 12));
    add(program, JUMP(BPF_JEQ, 0, 1, 0));
    add(program, ANSWER(SECCOMP_RET_TRAP));
    add(program, LOAD(AT(nr)));
}

static void add_rule(struct program *program, const struct rule *rule, const int *signals,
                     unsigned self, uint64_t key) {
    const unsigned low = (unsigned)(AT(args) + 8 * (size_t)rule->argument);
    switch (rule->test) {
    case ALWAYS:
        add(program, JUMP(BPF_JEQ, rule->call, 0, 1));
        add(program, ANSWER(SECCOMP_RET_TRAP));
        return;
    case FINE:
        add(program, JUMP(BPF_JEQ, rule->call, 0, 1));
        add(program, ANSWER(SECCOMP_RET_ALLOW));
        return;
    case KEEPS:
        add_keeper(program, rule, SIGSYS);
        for (int i = 0; i < KEPT_MOST && signals && signals[i]; i++)
            add_keeper(program, rule, signals[i]);
        return;
    case ABSENT:
        add(program, JUMP(BPF_JEQ, rule->call, 0, 1));
        add(program, ANSWER(SECCOMP_RET_ERRNO | ENOSYS));
        return;
    case IS_NULL:
    case KEYED: /* both halves */
    case PAGES:
        if (rule->test == IS_NULL) key = 0;
        add(program, JUMP(BPF_JEQ, rule->call, 0, 6));
        add(program, LOAD(low));
        add(program, JUMP(BPF_JEQ, (uint32_t)key, 0, 2));
        add(program, LOAD(low + 4));
        add(program, JUMP(BPF_JEQ, key >> 32, 1, 0));
        break;
    default:
        add(program, JUMP(BPF_JEQ, rule->call, 0, 4));
        add(program, LOAD(low));
        if (rule->test == HAS || rule->test == FIXED)
            add(program, JUMP(BPF_JSET, rule->value, 0, 1));
        if (rule->test == LACKS) add(program, JUMP(BPF_JSET, rule->value, 1, 0));
        if (rule->test == IS) add(program, JUMP(BPF_JEQ, rule->value, 0, 1));
        if (rule->test == IS_SELF) add(program, JUMP(BPF_JEQ, self, 1, 0));
        break;
    }
    add(program, ANSWER(SECCOMP_RET_TRAP));
    add(program, LOAD(AT(nr)));
}

/* By seccomp(2) alone: valgrind, which makes forbidden calls of its own, does not know it, but lets
 * prctl through. A filter also switches on what slows speculation down against spies in the same
 * process; there is nobody to spy on, and what is timed shall run as it would without. */
static bool take(const struct sock_fprog *filter) {
    static const unsigned flags[] = {SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
                                     SECCOMP_FILTER_FLAG_TSYNC};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags[i], filter) == 0) return true;
    return false;
}

bool sandbox_filter_install(const int *signals, uint64_t key, bool pages) {
    enum { X32 = 0x40000000 };
    static struct program program;
    program.length = 0;
    add(&program, LOAD(AT(arch)));
    add(&program, JUMP(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0));
    add(&program, ANSWER(SECCOMP_RET_TRAP)); /* 32-bit calls have other numbers */
    add(&program, LOAD(AT(nr)));
    add(&program, JUMP(BPF_JGE, X32, 0, 1));
    add(&program, ANSWER(SECCOMP_RET_TRAP));
    for (int i = 0; i < RULES; i++)
        if (pages || (rules[i].test != PAGES && rules[i].test != FIXED))
            add_rule(&program, &rules[i], signals, (unsigned)getpid(), key);
    add(&program, ANSWER(SECCOMP_RET_ALLOW));
    const struct sock_fprog filter = {program.length, program.step};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && take(&filter);
}

bool sandbox_filter_find(int call, const char **did, const char **name) {
    for (int i = 0; i < RULES; i++) {
        if (rules[i].call != call || !rules[i].did) continue;
        *did = rules[i].did;
        *name = rules[i].name;
        return true;
    }
    return false;
}
#endif
