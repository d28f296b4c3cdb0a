/* The sandbox of the worker: kernels may compute, and not much else.
 *
 * On Linux/x86-64 a seccomp filter (kernel documentation, userspace-api/seccomp_filter) stands
 * between the worker and the system before a plugin is loaded. What it stops is one named verdict:
 * "CRASH: tried to open a network socket (socket)". It stops: the network; other programs and
 * processes (exec, fork; threads are fine); signals to others, ptrace; opening files for writing,
 * deleting, renaming, changing them; mounts, namespaces, kernel modules, the clock; io_uring, which
 * would go round it; and raising its own limits. Resource limits bound memory, open files, what is
 * written, and core files. Descriptors that the verifier's caller left open are closed.
 *
 * It is no virtual machine. It does not stop: reading whatever files you can read, and printing
 * them; using processors and memory up to the limits; a fault of the operating system's kernel. And
 * it is around the worker alone: constructors of a plugin run in the verifier, too, which must know
 * what the plugin brings, and compiling a file runs the compiler on it. Give it mistakes, not
 * malice: code from somebody who wants to harm you belongs into a machine of its own. */
#ifndef TESTS_VERIFIER_VERIFY_SANDBOX_H
#define TESTS_VERIFIER_VERIFY_SANDBOX_H

#include "tests/verifier/verify_protocol.h"

/* The same for people: assay verify --sandbox. */
extern const char sandbox_help[];

/* In the worker, once: limits, descriptors, filter. What cannot be had here is left out. A
 * forbidden call leaves a note in page->answer.fault (signal SIGSYS, address: the call's number)
 * and ends the process. */
void sandbox_enter(struct worker_page *page);

/* In the verifier: "seccomp filter and resource limits", or what is missing and why. */
const char *sandbox_describe(void);

/* The note in words: "tried to open a network socket (socket)". */
void sandbox_explain(const struct worker_fault *fault, char *buffer, size_t bytes);

#endif
