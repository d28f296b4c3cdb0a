/* A case out of its group of an HDF5 file. Internal to golden/. */
#ifndef GOLDEN_GOLDEN_PARSE_H
#define GOLDEN_GOLDEN_PARSE_H

#include <hdf5.h>

#include "golden/golden_case.h"

/* The problem and the tensors of one case's group. Errors name the place in the
 * group. After an error the tensors read so far are still there to be released. */
enum status golden_case_parse(hid_t group, const struct primitive *primitive,
                              struct golden_case *into, struct error *error);

#endif
