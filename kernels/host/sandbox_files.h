/* The files that may be opened in the sandbox: seccomp sees no paths, so that every opening is
 * trapped, looked at and made by the handler in the caller's place. For sandbox.c. */
#ifndef KERNELS_HOST_SANDBOX_FILES_H
#define KERNELS_HOST_SANDBOX_FILES_H

#include <limits.h>
#include <stdint.h>

struct opening {
    int folder; /* as openat has it */
    const char *path;
    int flags;
};

/* Beyond any -errno. */
enum { FILES_FORBIDDEN = INT_MIN };

/* For reading alone, in a signal handler. `allowed`: more files, by the very path, ended by NULL;
 * NULL: none. `key`: the sixth argument with which the filter lets openat pass. Returns what
 * openat returns, or -errno, or FILES_FORBIDDEN; a file that is not there is nobody's secret. */
long files_open(const struct opening *opening, const char *const *allowed, uint64_t key);

#endif
