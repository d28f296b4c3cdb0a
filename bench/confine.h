/* --sandbox: the process that times, in the sandbox of kernels/host/sandbox.h. A forbidden call
 * ends it with one line, "assay-bench: relu/mine/n=9: tried to open a network socket (socket)", and
 * EXIT_FAILED. */
#ifndef BENCH_CONFINE_H
#define BENCH_CONFINE_H

/* Once, before a kernel runs in this process; what cannot be had here is said on stderr. */
void confine(void);

/* Whose code runs from now on, for that line; the text is not copied. NULL: it is not known. */
void confine_running(const char *name);

#endif
