#include "golden/hdf5_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/memory.h"

void hdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

void hdf5_drop(hid_t id) {
    if (id >= 0) H5Idec_ref(id);
}

/* ---- HDF5's own explanation -------------------------------------------------------------- */

struct reason {
    char *text;
    size_t bytes;
};

static herr_t keep_innermost(unsigned depth, const H5E_error2_t *entry, void *data) {
    struct reason *reason = data;
    if (depth == 0 && entry->desc) snprintf(reason->text, reason->bytes, "%s", entry->desc);
    return 0;
}

char *hdf5_reason(char *buffer, size_t buffer_bytes) {
    struct reason reason = {buffer, buffer_bytes};
    snprintf(buffer, buffer_bytes, "HDF5 does not say why");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
    return buffer;
}

static enum status refused(const char *place, const char *what, struct error *error) {
    char reason[200];
    return fail(error, STATUS_BAD_INPUT, "%s %s: %s", place, what,
                hdf5_reason(reason, sizeof reason));
}

/* ---- links ------------------------------------------------------------------------------- */

enum status hdf5_open_member(hid_t parent, const char *name, H5I_type_t kind, const char *place,
                             hid_t *object, struct error *error) {
    const char *const noun = kind == H5I_GROUP ? "group" : "dataset";
    *object = -1;
    const htri_t exists = H5Lexists(parent, name, H5P_DEFAULT);
    if (exists < 0) return refused(place, "cannot be looked up", error);
    if (!exists) return fail(error, STATUS_BAD_INPUT, "%s is missing", place);
    H5L_info_t link;
    if (H5Lget_info(parent, name, &link, H5P_DEFAULT) < 0)
        return refused(place, "cannot be looked up", error);
    if (link.type != H5L_TYPE_HARD)
        return fail(error, STATUS_BAD_INPUT,
                    "%s is a soft or external link; a golden file holds its data itself", place);
    *object = H5Oopen(parent, name, H5P_DEFAULT);
    if (*object < 0) return refused(place, "cannot be opened", error);
    if (H5Iget_type(*object) == kind) return STATUS_OK;
    hdf5_drop(*object);
    *object = -1;
    return fail(error, STATUS_BAD_INPUT, "%s is not a %s", place, noun);
}

/* ---- attributes -------------------------------------------------------------------------- */

/* An attribute that is opened and known to hold one value. */
struct attribute {
    hid_t id, type;
    H5T_class_t class;
};

static void close_attribute(struct attribute *attribute) {
    hdf5_drop(attribute->type);
    hdf5_drop(attribute->id);
}

static enum status check_single(struct attribute *attribute, const char *name,
                                struct error *error) {
    const hid_t space = H5Aget_space(attribute->id);
    const hssize_t points = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    hdf5_drop(space);
    if (points != 1)
        return fail(error, STATUS_BAD_INPUT, "attribute '%.60s' is not a single value", name);
    attribute->type = H5Aget_type(attribute->id);
    attribute->class = attribute->type < 0 ? H5T_NO_CLASS : H5Tget_class(attribute->type);
    return STATUS_OK;
}

static enum status open_attribute(hid_t object, const char *name, struct attribute *attribute,
                                  struct error *error) {
    *attribute = (struct attribute){-1, -1, H5T_NO_CLASS};
    if (H5Aexists(object, name) == 0)
        return fail(error, STATUS_BAD_INPUT, "attribute '%.60s' is missing", name);
    attribute->id = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute->id < 0) {
        char place[80];
        snprintf(place, sizeof place, "attribute '%.60s'", name);
        return refused(place, "cannot be opened", error);
    }
    const enum status status = check_single(attribute, name, error);
    if (status) close_attribute(attribute);
    return status;
}

static enum status unreadable(const char *name, const char *wanted, struct error *error) {
    return fail(error, STATUS_BAD_INPUT, "attribute '%.60s' is not %s", name, wanted);
}

/* Variable-length text lies elsewhere in the file; HDF5 allocates it. */
static bool read_variable_text(hid_t attribute, hid_t memory, char *text, size_t bytes) {
    char *found = NULL;
    if (H5Tset_size(memory, H5T_VARIABLE) < 0 || H5Aread(attribute, memory, &found) < 0 || !found)
        return false;
    const bool fits = strlen(found) < bytes;
    if (fits) strcpy(text, found);
    H5free_memory(found);
    return fits;
}

static bool read_fixed_text(hid_t attribute, hid_t type, hid_t memory, char *text, size_t bytes) {
    const size_t length = H5Tget_size(type);
    if (length == 0 || length >= bytes || H5Tset_size(memory, length + 1) < 0 ||
        H5Aread(attribute, memory, text) < 0)
        return false;
    text[length] = 0;
    if (H5Tget_strpad(type) == H5T_STR_SPACEPAD)
        for (size_t end = strlen(text); end && text[end - 1] == ' '; end--) text[end - 1] = 0;
    return true;
}

enum status hdf5_read_text(hid_t object, const char *name, char *text, size_t bytes,
                           struct error *error) {
    struct attribute attribute;
    const enum status status = open_attribute(object, name, &attribute, error);
    if (status) return status;
    bool read = false;
    if (attribute.class == H5T_STRING) {
        const hid_t memory = H5Tcopy(H5T_C_S1);
        H5Tset_cset(memory, H5Tget_cset(attribute.type));
        read = H5Tis_variable_str(attribute.type) > 0
                   ? read_variable_text(attribute.id, memory, text, bytes)
                   : read_fixed_text(attribute.id, attribute.type, memory, text, bytes);
        hdf5_drop(memory);
    }
    close_attribute(&attribute);
    return read ? STATUS_OK : unreadable(name, "a (short) string", error);
}

/* Integers of any width; h5py's bool, an enumeration over int8. */
static bool read_integer(const struct attribute *attribute, int64_t *value) {
    if (attribute->class != H5T_INTEGER && attribute->class != H5T_ENUM) return false;
    const hid_t base =
        attribute->class == H5T_ENUM ? H5Tget_super(attribute->type) : H5Tcopy(attribute->type);
    const size_t size = base < 0 ? 0 : H5Tget_size(base);
    const bool is_unsigned = H5Tget_sign(base) == H5T_SGN_NONE;
    hdf5_drop(base);
    if (size == 0 || size > sizeof *value) return false;
    if (attribute->class == H5T_ENUM) {
        unsigned char raw[sizeof *value] = {0};
        if (size != 1 || H5Aread(attribute->id, attribute->type, raw) < 0) return false;
        *value = raw[0];
        return true;
    }
    if (H5Aread(attribute->id, H5T_NATIVE_INT64, value) < 0) return false;
    return !(is_unsigned && *value == INT64_MAX); /* HDF5 clips what is larger */
}

enum status hdf5_read_integer(hid_t object, const char *name, int64_t *value, struct error *error) {
    struct attribute attribute;
    const enum status status = open_attribute(object, name, &attribute, error);
    if (status) return status;
    const bool read = read_integer(&attribute, value);
    close_attribute(&attribute);
    return read ? STATUS_OK : unreadable(name, "an integer", error);
}

enum status hdf5_read_real(hid_t object, const char *name, double *value, struct error *error) {
    struct attribute attribute;
    const enum status status = open_attribute(object, name, &attribute, error);
    if (status) return status;
    const bool numeric = attribute.class == H5T_FLOAT || attribute.class == H5T_INTEGER;
    const bool read = numeric && H5Tget_size(attribute.type) <= sizeof *value &&
                      H5Aread(attribute.id, H5T_NATIVE_DOUBLE, value) >= 0;
    close_attribute(&attribute);
    return read ? STATUS_OK : unreadable(name, "a number", error);
}

/* ---- datasets ---------------------------------------------------------------------------- */

static hid_t memory_type(enum dtype dtype) {
    switch (dtype) {
    case DTYPE_F32: return H5T_NATIVE_FLOAT;
    case DTYPE_F64: return H5T_NATIVE_DOUBLE;
    case DTYPE_I64: return H5T_NATIVE_INT64;
    default: return H5T_NATIVE_UINT8;
    }
}

/* Exactly that type, in either byte order. */
static enum status check_type(hid_t dataset, enum dtype dtype, const char *place,
                              struct error *error) {
    const hid_t type = H5Dget_type(dataset);
    bool equal = false;
    switch (dtype) {
    case DTYPE_F32:
        equal = H5Tequal(type, H5T_IEEE_F32LE) > 0 || H5Tequal(type, H5T_IEEE_F32BE) > 0;
        break;
    case DTYPE_F64:
        equal = H5Tequal(type, H5T_IEEE_F64LE) > 0 || H5Tequal(type, H5T_IEEE_F64BE) > 0;
        break;
    case DTYPE_I64:
        equal = H5Tequal(type, H5T_STD_I64LE) > 0 || H5Tequal(type, H5T_STD_I64BE) > 0;
        break;
    case DTYPE_U8:
        equal = H5Tequal(type, H5T_STD_U8LE) > 0 || H5Tequal(type, H5T_STD_U8BE) > 0;
        break;
    }
    hdf5_drop(type);
    return equal ? STATUS_OK
                 : fail(error, STATUS_BAD_INPUT, "%s is not %s", place, dtype_name(dtype));
}

static void print_extents(const hsize_t *extent, int rank, char *buffer, size_t bytes) {
    size_t used = (size_t)snprintf(buffer, bytes, "[");
    for (int i = 0; i < rank && used < bytes; i++)
        used += (size_t)snprintf(buffer + used, bytes - used, "%s%llu", i ? "," : "",
                                 (unsigned long long)extent[i]);
    if (used < bytes) snprintf(buffer + used, bytes - used, "]");
}

static enum status check_shape(hid_t dataset, const struct shape *shape, const char *place,
                               struct error *error) {
    const hid_t space = H5Dget_space(dataset);
    hsize_t extent[H5S_MAX_RANK] = {0};
    const H5S_class_t class = space < 0 ? H5S_NO_CLASS : H5Sget_simple_extent_type(space);
    const int rank = class == H5S_SIMPLE || class == H5S_SCALAR
                         ? H5Sget_simple_extent_dims(space, extent, NULL)
                         : -1;
    hdf5_drop(space);
    if (rank < 0) return fail(error, STATUS_BAD_INPUT, "%s has no extent", place);
    bool equal = rank == shape->rank;
    for (int i = 0; equal && i < rank; i++) equal = extent[i] == (hsize_t)shape->dim[i];
    char found[120], wanted[120];
    if (!equal) {
        print_extents(extent, rank, found, sizeof found);
        return fail(error, STATUS_BAD_INPUT, "%s has shape %s; the problem asks for %s", place,
                    found, shape_print(shape, wanted, sizeof wanted));
    }
    if (shape_elements(shape) > GOLDEN_MAX_ELEMENTS)
        return fail(error, STATUS_BAD_INPUT, "%s has shape %s: more than %lld elements", place,
                    shape_print(shape, wanted, sizeof wanted), (long long)GOLDEN_MAX_ELEMENTS);
    return STATUS_OK;
}

/* Filters built into every HDF5 and free of loss. Any other could load code or change values. */
static bool known_filters(hid_t plan) {
    const int count = H5Pget_nfilters(plan);
    for (int i = 0; i < count; i++) {
        unsigned flags, settings;
        size_t setting_count = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(plan, (unsigned)i, &flags, &setting_count, NULL, 0, NULL, &settings);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
            filter != H5Z_FILTER_FLETCHER32)
            return false;
    }
    return count >= 0;
}

/* HDF5 allocates whole chunks, whatever the extent of the dataset. */
static bool sane_chunks(hid_t plan, int rank) {
    hsize_t extent[H5S_MAX_RANK];
    if (H5Pget_chunk(plan, H5S_MAX_RANK, extent) != rank) return false;
    double elements = 1;
    for (int i = 0; i < rank; i++) elements *= (double)extent[i];
    return elements <= (double)GOLDEN_MAX_ELEMENTS;
}

static enum status check_storage(hid_t dataset, const struct shape *shape, const char *place,
                                 struct error *error) {
    const hid_t plan = H5Dget_create_plist(dataset);
    const char *wrong = NULL;
    const H5D_layout_t layout = H5Pget_layout(plan);
    if (layout != H5D_CHUNKED && layout != H5D_CONTIGUOUS && layout != H5D_COMPACT)
        wrong = "is a view of other datasets; a golden file holds its data itself";
    else if (H5Pget_external_count(plan) != 0)
        wrong = "keeps its values in another file; a golden file holds its data itself";
    else if (!known_filters(plan))
        wrong = "uses a filter other than deflate, shuffle and Fletcher32";
    else if (layout == H5D_CHUNKED && !sane_chunks(plan, shape->rank))
        wrong = "has chunks of an unreasonable size";
    hdf5_drop(plan);
    H5D_space_status_t written = H5D_SPACE_STATUS_ERROR;
    H5Dget_space_status(dataset, &written);
    if (!wrong && written == H5D_SPACE_STATUS_NOT_ALLOCATED && shape_elements(shape) > 0)
        wrong = "was declared but never written";
    return wrong ? fail(error, STATUS_BAD_INPUT, "%s %s", place, wrong) : STATUS_OK;
}

static enum status read_values(hid_t dataset, const char *place, const struct tensor *tensor,
                               void **data, struct error *error) {
    *data = memory_allocate(tensor_bytes(tensor));
    if (!*data) return fail(error, STATUS_NO_MEMORY, "%s: no memory for it", place);
    if (tensor_bytes(tensor) == 0 ||
        H5Dread(dataset, memory_type(tensor->dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, *data) >= 0)
        return STATUS_OK;
    memory_free(*data);
    *data = NULL;
    return refused(place, "cannot be read", error);
}

enum status hdf5_read_tensor(hid_t group, const char *name, const char *place, enum dtype dtype,
                             const struct shape *shape, void **data, struct error *error) {
    hid_t dataset;
    *data = NULL;
    enum status status = hdf5_open_member(group, name, H5I_DATASET, place, &dataset, error);
    if (status) return status;
    const struct tensor tensor = {dtype, *shape, NULL};
    status = check_type(dataset, dtype, place, error);
    if (!status) status = check_shape(dataset, shape, place, error);
    if (!status) status = check_storage(dataset, shape, place, error);
    if (!status) status = read_values(dataset, place, &tensor, data, error);
    hdf5_drop(dataset);
    return status;
}
