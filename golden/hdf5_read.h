/* HDF5 objects read without trusting them. Internal to golden/.
 *
 * Only hard links are followed (no soft or external link, hence no cycle and no other file); types,
 * extents, filters and layout are checked before anything is allocated or read. Errors name the
 * object: "in/x: ...". */
#ifndef GOLDEN_HDF5_READ_H
#define GOLDEN_HDF5_READ_H

#include <hdf5.h>

#include "kernels/core/status.h"
#include "kernels/core/tensor.h"

/* No more elements than this in one dataset: golden cases are small, and a declared extent costs a
 * hostile file nothing. */
#define GOLDEN_MAX_ELEMENTS ((int64_t)1 << 27)

/* HDF5 prints its error stack unless told not to; what is of use in it goes into our one line. */
void hdf5_silence(void);
/* The innermost entry of the current error stack: "truncated file: eof = ...". Returns buffer. */
char *hdf5_reason(char *buffer, size_t buffer_bytes);
/* Close an identifier of any kind; a negative one is ignored. */
void hdf5_drop(hid_t id);

/* The group or dataset (`kind`) behind the hard link `name` of `parent`; `place` names it in
 * errors. */
enum status hdf5_open_member(hid_t parent, const char *name, H5I_type_t kind, const char *place,
                             hid_t *object, struct error *error);

/* One scalar attribute. `text` must hold `bytes`, terminating 0 included. */
enum status hdf5_read_text(hid_t object, const char *name, char *text, size_t bytes,
                           struct error *error);
enum status hdf5_read_integer(hid_t object, const char *name, int64_t *value, struct error *error);
enum status hdf5_read_real(hid_t object, const char *name, double *value, struct error *error);

/* All of dataset `name`, which must have exactly this shape and element type, into *data
 * (memory_allocate; NULL on failure). */
enum status hdf5_read_tensor(hid_t group, const char *name, const char *place, enum dtype dtype,
                             const struct shape *shape, void **data, struct error *error);

#endif
