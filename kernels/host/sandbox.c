#define _GNU_SOURCE
#include "kernels/host/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/core/memory.h"
#include "kernels/host/sandbox_files.h"
#include "kernels/host/sandbox_filter.h"
#include "kernels/host/sanitized.h"

#ifdef __linux__
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#if SANDBOX_FILTERED
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <ucontext.h>
#endif

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

/* Processor time is for the caller to limit. */
static void limit_all(void) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 256);
    limit(RLIMIT_FSIZE, (rlim_t)64 << 20); /* what kernels print may go to a file */
}

static void close_from(int first) {
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

/* ---- capabilities -----------------------------------------------------------------------------
 */

#ifdef __linux__
/* ptrace(2), access mode checking: what is not dumpable only those may look into, also through
 * /proc, who have a capability for it. A plugin may lie where only root reads: that one is kept
 * until plugins are loaded. */
void sandbox_keep_out(void) {
    if (SANITIZED || !wanted()) return;
    prctl(PR_SET_DUMPABLE, 0);
    for (int i = 0; i < 64; i++)
        if (i != CAP_DAC_READ_SEARCH && prctl(PR_CAPBSET_DROP, i)) break;
}

void sandbox_drop_capabilities(void) {
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    const struct __user_cap_data_struct none[2] = {{0}};
    if (!SANITIZED && wanted()) syscall(SYS_capset, &head, none);
}
#else
void sandbox_keep_out(void) {}
void sandbox_drop_capabilities(void) {}
#endif

/* ---- a forbidden call -------------------------------------------------------------------------
 */

#if SANDBOX_FILTERED

static struct {
    const struct sandbox *sandbox;
    unsigned long unblocked; /* the system's signal set, of 64 */
    uint64_t key;            /* with which the handler opens files */
} entered;

/* Files that libraries write and nobody else looks at: they get an anonymous one instead. LLVM's
 * OpenMP runtime registers itself (kmp_runtime.cpp, __kmp_register_library_startup) and gives up
 * when it cannot; libxsmm locks a file to count its processes. */
static const char *const harmless[] = {"/dev/null", "/dev/shm/__KMP_REGISTERED_LIB_",
                                       "/tmp/.libxsmm."};

static bool pretend_file(greg_t *registers, int call) {
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

/* rt_sigprocmask(how, new, old, bytes) on the mask that is valid again after the handler, but for
 * the signals that say what went wrong: a process that blocks those dies without a word. */
static void change_mask(ucontext_t *machine) {
    greg_t *registers = machine->uc_mcontext.gregs;
    const void *new = (const void *)registers[REG_RSI];
    void *old = (void *)registers[REG_RDX];
    unsigned long mask, before, change;
    memcpy(&before, &machine->uc_sigmask, sizeof before);
    memcpy(&change, new, sizeof change);
    switch ((int)registers[REG_RDI]) {
    case SIG_BLOCK: mask = before | change; break;
    case SIG_UNBLOCK: mask = before & ~change; break;
    case SIG_SETMASK: mask = change; break;
    default: registers[REG_RAX] = -EINVAL; return;
    }
    mask &= ~entered.unblocked;
    memcpy(&machine->uc_sigmask, &mask, sizeof mask);
    if (old) memcpy(old, &before, sizeof before);
    registers[REG_RAX] = 0;
}

/* For reading, what libraries need. `file`: what else it was. */
static bool open_file(greg_t *registers, int call, const char **file) {
    const bool at = call == SYS_openat;
    const struct opening opening = {at ? (int)registers[REG_RDI] : AT_FDCWD,
                                    (const char *)registers[at ? REG_RSI : REG_RDI],
                                    (int)registers[at ? REG_RDX : REG_RSI]};
    if (opening.flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) return false;
    const long opened = files_open(&opening, entered.sandbox->files, entered.key);
    if (opened == FILES_FORBIDDEN) *file = opening.path;
    registers[REG_RAX] = opened;
    return opened != FILES_FORBIDDEN;
}

/* mmap with MAP_FIXED has no argument left for a key: mapped elsewhere, then moved. */
static long map_there(const greg_t *registers) {
    void *there = (void *)registers[REG_RDI];
    const size_t bytes = (size_t)registers[REG_RSI];
    const int flags = (int)registers[REG_R10] & ~MAP_FIXED;
    void *made = mmap(NULL, bytes, (int)registers[REG_RDX], flags, (int)registers[REG_R8],
                      (off_t)registers[REG_R9]);
    if (made == MAP_FAILED) return -errno;
    const long moved =
        syscall(SYS_mremap, made, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, there, entered.key);
    if (moved != -1) return moved;
    const long error = -errno;
    syscall(SYS_munmap, made, bytes, 0L, 0L, 0L, entered.key);
    return error;
}

/* A change of a mapping, where it is of nothing that is kept. False: it is. */
static bool change_pages(greg_t *registers, int call) {
    bool (*const keeps)(uintptr_t, size_t) = entered.sandbox->keeps;
    const uintptr_t address = (uintptr_t)registers[REG_RDI];
    const size_t bytes = (size_t)registers[REG_RSI];
    const bool to = call == SYS_mremap && (registers[REG_R10] & MREMAP_FIXED);
    if (keeps(address, bytes)) return false;
    if (to && keeps((uintptr_t)registers[REG_R8], (size_t)registers[REG_RDX])) return false;
    long result = call == SYS_mmap ? map_there(registers)
                                   : syscall(call, address, bytes, registers[REG_RDX],
                                             registers[REG_R10], registers[REG_R8], entered.key);
    if (call != SYS_mmap && result == -1) result = -errno;
    registers[REG_RAX] = result;
    return true;
}

static bool allow(ucontext_t *machine, int call, const char **file) {
    greg_t *registers = machine->uc_mcontext.gregs;
    if (call == SYS_rt_sigprocmask) {
        change_mask(machine);
        return true;
    }
    if (call == SYS_mprotect || call == SYS_pkey_mprotect || call == SYS_munmap ||
        call == SYS_mremap || call == SYS_mmap)
        return entered.sandbox->keeps && change_pages(registers, call);
    if (pretend_file(registers, call)) return true;
    return (call == SYS_open || call == SYS_openat) && open_file(registers, call, file);
}

static void on_forbidden(int number, siginfo_t *info, void *context) {
    const int error = errno;
    const char *file = NULL;
    (void)number;
    if (allow(context, info->si_syscall, &file)) {
        errno = error;
        return;
    }
    entered.sandbox->forbidden(info->si_syscall, file);
    for (;;) kill(getpid(), SIGKILL);
}

static void enter_filter(const struct sandbox *sandbox) {
    struct sigaction action = {.sa_sigaction = on_forbidden,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    entered.sandbox = sandbox;
    entered.unblocked = 1ul << (SIGSYS - 1);
    for (int i = 0; sandbox->signals && sandbox->signals[i]; i++)
        entered.unblocked |= 1ul << (sandbox->signals[i] - 1);
    if (getrandom(&entered.key, sizeof entered.key, 0) < 0) entered.key = (uintptr_t)&action;
    if (!SANITIZED && wanted() && sigaction(SIGSYS, &action, NULL) == 0)
        sandbox_filter_install(sandbox->signals, entered.key, sandbox->keeps != NULL);
    memory_set_key(entered.key);
}

/* Tried, in a child: containers may forbid what the system has. */
static bool works(void) {
    const pid_t child = fork();
    if (child == 0) _exit(sandbox_filter_install(NULL, 0, false) ? 0 : 1);
    int status = 1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return status == 0;
}

void sandbox_explain(int call, const char *file, char *buffer, size_t bytes) {
    const char *did, *name;
    if (file && *file)
        snprintf(buffer, bytes, "opens the file %.300s, which a kernel has no need of", file);
    else if (sandbox_filter_find(call, &did, &name))
        snprintf(buffer, bytes, "%s (%s)", did, name);
    else
        snprintf(buffer, bytes, "made a forbidden system call (number %d)", call);
}

#else

static void enter_filter(const struct sandbox *sandbox) { (void)sandbox; }
static bool works(void) { return false; }

void sandbox_explain(int call, const char *file, char *buffer, size_t bytes) {
    (void)file;
    snprintf(buffer, bytes, "made a forbidden system call (number %d)", call);
}

#endif

void sandbox_enter(const struct sandbox *sandbox) {
    limit_all();
    close_from(sandbox->descriptors);
    replace_input();
    enter_filter(sandbox);
}

const char *sandbox_missing(void) {
    if (!SANDBOX_FILTERED) return "resource limits; the seccomp filter is for Linux on x86-64";
    if (SANITIZED) return "resource limits; no seccomp filter in builds with a sanitizer";
    if (!wanted()) return "resource limits; no seccomp filter (ASSAY_SANDBOX=off)";
    return works() ? NULL : "resource limits; this system allows no seccomp filter";
}

const char *sandbox_describe(void) {
    const char *missing = sandbox_missing();
    return missing ? missing : "seccomp filter and resource limits";
}
