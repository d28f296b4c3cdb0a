/* What passes from the child that reads a golden file to its parent: an opening, then per case a
 * record and its tensors. Internal to golden/.
 *
 * The child has run HDF5 over bytes from anywhere, so the parent believes it no more than the file:
 * numbers are checked against their ranges, no pointer is passed, and what a case holds follows
 * from its problem. */
#ifndef GOLDEN_GOLDEN_PIPE_H
#define GOLDEN_GOLDEN_PIPE_H

#include "golden/golden_case.h"

struct golden_file {
    const struct primitive *primitive;
    char oracle[160];
    int count;
    struct golden_case *item;
};

/* The child's end: reads the file at `path` and sends what is in it, or what is wrong with it. */
void golden_send(int pipe, const char *path);
/* The parent's end. STATUS_UNAVAILABLE: the child fell silent before its end, or talks nonsense.
 * After an error a part of the file may be there: golden_close. */
enum status golden_receive(int pipe, struct golden_file *file, struct error *error);

#endif
