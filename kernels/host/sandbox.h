/* The sandbox: what runs in it may compute, and not much else.
 *
 * On Linux/x86-64 a seccomp filter (kernel documentation, userspace-api/seccomp_filter) stands
 * between the process and the system. It stops: the network; other programs and processes (exec,
 * fork; threads are fine); signals to others, ptrace; opening files for writing, deleting,
 * renaming, changing them; opening other files than libraries and what those look at; mounts, namespaces, kernel modules, the clock; io_uring, which would go
 * round it; raising its own limits; and handlers for the signals that say what went wrong, which
 * cannot be blocked either. Resource limits bound open files, what is written, and core files.
 * Descriptors that the caller left open are closed, and standard input is empty.
 *
 * It is no virtual machine. It does not stop: printing; using processors and memory up to the limits; a kernel that rewrites the program it runs
 * in; a fault of the operating system's kernel. Give it mistakes, not malice: code from somebody
 * who wants to harm you belongs into a machine of its own. */
#ifndef KERNELS_HOST_SANDBOX_H
#define KERNELS_HOST_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox {
    int descriptors;    /* the first that is somebody else's: closed, and those after it */
    const int *signals; /* their handlers stay as they are, and they unblocked; ended by 0 */
    const char *const
        *files; /* to be opened beside those of sandbox_files.c; NULL, or ended by it */
    /* Of a forbidden call; in a signal handler. The process is killed when it returns. `file`: what
     * it would open, and nobody needs; else NULL. */
    void (*forbidden)(int call, const char *file);
    /* Memory whose mapping nobody may change but memory_protect and its like; asked in a signal
     * handler. NULL: there is none, and no such call is looked at. */
    bool (*keeps)(uintptr_t address, size_t bytes);
};

/* Once. What cannot be had here is left out. */
void sandbox_enter(const struct sandbox *sandbox);

/* What is missing here and why; NULL: nothing. Not in the sandbox. */
const char *sandbox_missing(void);
/* "seccomp filter and resource limits", or that. */
const char *sandbox_describe(void);

/* For a thread that starts processes: they have no capabilities (root has them all) from their first
 * instruction on, and nobody without may look into this process. */
void sandbox_keep_out(void);
/* For one that was started so, and now needs no more files. */
void sandbox_drop_capabilities(void);

/* A forbidden call in words: "tried to open a network socket (socket)"; `file` as above. */
void sandbox_explain(int call, const char *file, char *buffer, size_t bytes);

#endif
