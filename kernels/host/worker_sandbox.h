/* The sandbox around the worker, kernels/host/sandbox.h, which it enters before a plugin is loaded.
 * What is stopped there is one named verdict: "CRASH: tried to open a network socket (socket)".
 *
 * It is around the worker alone: constructors of a plugin run in the verifier, too, which must know
 * what the plugin brings, and compiling a file runs the compiler on it. */
#ifndef KERNELS_HOST_WORKER_SANDBOX_H
#define KERNELS_HOST_WORKER_SANDBOX_H

#include "kernels/host/protocol.h"

/* The same for people: assay verify --sandbox. */
extern const char sandbox_help[];

/* What the worker catches to say how a kernel crashed, ended by 0; kernels may not. */
extern const int sandbox_faults[];

/* In the worker, once. A forbidden call leaves a note in page->answer.fault (signal SIGSYS,
 * address: the call's number; file) and ends the process; `open` makes the page writable for it,
 * and for good. `plugins`, ended by NULL, may be opened under whatever names. */
void sandbox_worker(struct worker_page *page, void (*open)(void), char *const *plugins);
/* From now on the mapping of these pages is a forbidden thing to change, but for memory_protect and
 * the guarded_ functions; NULL: no longer. */
void sandbox_keep(int slot, const void *base, size_t bytes);

#endif
