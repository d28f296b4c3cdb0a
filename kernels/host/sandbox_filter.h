/* The table of forbidden system calls, and the seccomp filter made of it. For sandbox.c. */
#ifndef KERNELS_HOST_SANDBOX_FILTER_H
#define KERNELS_HOST_SANDBOX_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#if defined __linux__ && defined __x86_64__
#define SANDBOX_FILTERED 1
#else
#define SANDBOX_FILTERED 0
#endif

#if SANDBOX_FILTERED
/* From now on a forbidden call of any thread is a SIGSYS; so is every change of the signal mask,
 * which the handler makes in its place, and of what happens on SIGSYS or one of `signals` (ended by
 * 0; NULL: none), and every opening of a file but an openat whose sixth argument is `key`. False:
 * the system refuses. `pages`: so is every change of a mapping, but those whose sixth argument is
 * `key`. */
bool sandbox_filter_install(const int *signals, uint64_t key, bool pages);

/* What it does and its name: "tried to open a network socket", "socket". False: not in the table.
 */
bool sandbox_filter_find(int call, const char **did, const char **name);
#endif

#endif
