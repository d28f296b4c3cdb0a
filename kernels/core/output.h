/* Files that programs leave behind: there whole, or not at all.
 *
 * A file is written under a temporary name beside its own and renamed at the end. Whatever ends the
 * program before that (an error, Ctrl-C, a full disk) takes the temporary file away and leaves an
 * older file of that name as it was. Devices and pipes are written directly. Not thread-safe. */
#ifndef KERNELS_CORE_OUTPUT_H
#define KERNELS_CORE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "kernels/core/status.h"

/* The first thing of main(): SIGINT, SIGTERM, SIGHUP and SIGPIPE take temporary files away, say one
 * line as `program` and end the process as they would have (130 in a shell, for SIGINT). A write
 * beyond a limit on file sizes fails instead of killing. */
void output_guard(const char *program);

/* For programs that call what plugins brought: a crash takes temporary files away, too, says one
 * line that ends in `where`, and ends the process with EXIT_FAILED. */
void output_guard_crashes(const char *where);

/* From any thread: the same line and end for another reason, "program: text". */
void output_abandon(const char *text) __attribute__((noreturn));

/* Opens `path` for writing; "-" is standard output. STATUS_IO: "path: why". */
enum status output_open(FILE **file, const char *path, struct error *error);
/* Ends it: renamed when `good` and everything could be written; taken away otherwise. */
enum status output_close(FILE *file, bool good, struct error *error);

/* The same for those who open files themselves: where to write, instead of `path`; then the end. */
enum status output_begin(const char *path, const char **place, struct error *error);
enum status output_end(const char *place, bool good, struct error *error);

/* The last thing of main(): temporary files that are left go; standard output that cannot be
 * written is one line and EXIT_BAD_INPUT in place of a code that says all is well. */
int output_leave(int code);

#endif
