/* Status codes and the one-line error text every fallible function fills. */
#ifndef KERNELS_CORE_STATUS_H
#define KERNELS_CORE_STATUS_H

/* 0 is success; every other value has one line of explanation in `struct error`. */
enum status {
    STATUS_OK = 0,
    STATUS_BAD_INPUT,   /* the caller's text, file or combination of values is wrong */
    STATUS_UNAVAILABLE, /* right, but cannot be had here (ISA, library, file) */
    STATUS_NO_MEMORY,
    STATUS_IO, /* the system refused a read or write */
};

/* Process exit codes of every assay command. */
enum exit_code {
    EXIT_PASSED = 0,      /* all that was asked passed */
    EXIT_FAILED = 1,      /* something failed, crashed, timed out or could not be trusted */
    EXIT_BAD_INPUT = 2,   /* bad usage or bad input */
    EXIT_NOTHING_RAN = 3, /* an empty selection, or nothing that can run here */
};

struct error {
    char text[512]; /* one line, no newline at the end; names the key, file or place */
};

/* Format `text` and return `status`, so that a failure is one statement:
 *     return fail(error, STATUS_BAD_INPUT, "%s: no such field", key);
 * `error` may be NULL. */
enum status fail(struct error *error, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
