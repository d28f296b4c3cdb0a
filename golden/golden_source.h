/* A golden file read through HDF5, in the process that calls. Internal to golden/: everybody else
 * uses golden_io.h, which does this in a child process. */
#ifndef GOLDEN_GOLDEN_SOURCE_H
#define GOLDEN_GOLDEN_SOURCE_H

#include <hdf5.h>

#include "golden/golden_case.h"

typedef char golden_name[160];

struct golden_source {
    hid_t id;
    const char *path; /* not owned */
    const struct primitive *primitive;
    char oracle[160];
    golden_name *name; /* of the cases, in order */
    int count;
};

/* Root attributes and names. Errors name the file. After an error there is nothing to close. */
enum status golden_source_open(struct golden_source *source, const char *path, struct error *error);
void golden_source_close(struct golden_source *source);
/* One case. Errors name file and case. */
enum status golden_source_read(const struct golden_source *source, int index,
                               struct golden_case *into, struct error *error);

#endif
