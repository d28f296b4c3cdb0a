/* A watchdog over the callbacks of plugins: shapes, costs, laws and oracles run in the program
 * itself, where one that hangs would hang everything. */
#ifndef KERNELS_CORE_CALLBACK_H
#define KERNELS_CORE_CALLBACK_H

#include <stdbool.h>

/* From now on one that takes longer than `seconds`, or CALLBACK_LEAST_SECONDS when that is more,
 * ends the program: one line, "assay-verify: mine.so: hangs when it calls shape of mine (more than
 * 10 s)", and EXIT_FAILED. Once. */
enum { CALLBACK_LEAST_SECONDS = 10 };
void callbacks_limit(double seconds);

/* Around every call. `plugin`: its path; NULL: built in, and not watched. `primitive` NULL: `name`
 * is all that is said ("is loaded"). None of the texts is copied. Returns what callback_end wants:
 * false also for a call out of another callback, which is watched as a whole. */
bool callback_begin(const char *plugin, const char *primitive, const char *name);
void callback_end(bool begun);

#endif
