/* The worst inputs known of each univariate function: tests/cases/worst.ulp, which `assay verify
 * --ulp --record` writes and every --ulp run replays first.
 *
 *     # comment
 *     exp 0x1.62e42ep+6 0.8961       function, input, the error in ulp when it was recorded
 */
#ifndef REFERENCE_WORST_H
#define REFERENCE_WORST_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/core/status.h"

struct worst_input {
    char function[64];
    float x;
    double error; /* may be INFINITY */
};

struct worst_list {
    struct worst_input *item;
    int count;
};

/* A file that is not there is an empty list. STATUS_BAD_INPUT: "path:line: what is wrong". */
enum status worst_read(struct worst_list *list, const char *path, struct error *error);
/* Adds it, or gives the one that is there the new error. */
enum status worst_add(struct worst_list *list, const char *function, float x, double ulp,
                      struct error *error);
/* Sorts, and replaces the file in one step. */
enum status worst_write(struct worst_list *list, const char *path, struct error *error);
void worst_free(struct worst_list *list);

/* $ASSAY_CASES/worst.ulp, or the one of the source tree. Returns buffer. */
char *worst_path(char *buffer, size_t buffer_bytes);

#endif
