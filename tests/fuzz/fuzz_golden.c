/* Golden files that HDF5 itself wrote, and that say what they should not: the input is a list of
 * changes to a right file. So the decoding runs in this process under a sanitizer, and HDF5 is not
 * what breaks; files whose bytes are broken are fuzz_golden_bytes.c. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "golden/golden_io.h"
#include "golden/golden_pipe.h"
#include "golden/hdf5_read.h"
#include "kernels/core/memory.h"
#include "kernels/core/registry.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/golden_forge.h"

struct forge {
    hid_t file;
    const struct primitive *primitive;
    struct supply in;
    char made[64]; /* a name that is not from a table */
};

/* ---- what the input chooses from --------------------------------------------------------------
 */

static const char *name_of(struct forge *f) {
    static const char *const known[] = {"schema", "version",  "primitive", "oracle", "created",
                                        "fill",   "constant", "seed",      "a",      "in"};
    enum { KNOWN = sizeof known / sizeof known[0] };
    const int fields = f->primitive->field_count, operands = f->primitive->operand_count;
    int kind = supply_below(&f->in, KNOWN + fields + operands + 2);
    if (kind < KNOWN) return known[kind];
    if ((kind -= KNOWN) < fields) return f->primitive->fields[kind].name;
    if ((kind -= fields) < operands) return f->primitive->operands[kind].name;
    const int length = supply_below(&f->in, sizeof f->made - 1);
    for (int i = 0; i < length; i++) f->made[i] = (char)supply_byte(&f->in);
    f->made[length] = 0;
    return f->made;
}

/* "/", "a", "a/in", "a/in/x" and their like. */
static void path_of(struct forge *f, char *path, size_t bytes) {
    static const char *const sides[] = {"in", "out"};
    const int kind = supply_byte(&f->in);
    const char *top = kind & 1 ? "a" : "b", *side = sides[kind >> 1 & 1];
    const char *name =
        f->primitive->operands[supply_below(&f->in, f->primitive->operand_count)].name;
    switch (kind >> 2 & 3) {
    case 0: snprintf(path, bytes, "%s/%s/%s", top, side, name); break;
    case 1: snprintf(path, bytes, "%s/%s", top, side); break;
    case 2: snprintf(path, bytes, "%s", top); break;
    default: snprintf(path, bytes, "%s/%s/%s", top, side, name_of(f)); break;
    }
}

static hid_t integer_type(struct supply *in) {
    const hid_t type = H5Tcopy(H5T_STD_I64LE);
    const int odd = supply_byte(in);
    H5Tset_size(type, odd & 1 ? 1 + (size_t)supply_below(in, 16) : 8);
    if (odd & 2) H5Tset_sign(type, H5T_SGN_NONE);
    if (odd & 4) H5Tset_order(type, H5T_ORDER_BE);
    if (odd & 8) H5Tset_precision(type, 1 + (size_t)supply_below(in, 64));
    if (odd & 16) H5Tset_offset(type, (size_t)supply_below(in, 64));
    return type;
}

static hid_t text_type(struct supply *in) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    const int odd = supply_byte(in);
    H5Tset_size(type,
                odd & 1 ? 1 + (size_t)supply_number(in, 2) : 1 + (size_t)supply_below(in, 40));
    if (odd & 2) H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, odd & 4 ? H5T_STR_SPACEPAD : odd & 8 ? H5T_STR_NULLPAD : H5T_STR_NULLTERM);
    return type;
}

static hid_t enumeration(struct supply *in) {
    const hid_t base = integer_type(in), type = H5Tenum_create(base);
    unsigned char value[32] = {0};
    H5Tenum_insert(type, "FALSE", value);
    value[0] = supply_byte(in);
    H5Tenum_insert(type, "TRUE", value);
    hdf5_drop(base);
    return type;
}

static hid_t record_type(struct supply *in) {
    const hid_t type = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "r", 0, supply_byte(in) & 1 ? H5T_IEEE_F32LE : H5T_STD_I32LE);
    H5Tinsert(type, "i", 8, H5T_STD_I64LE);
    return type;
}

static hid_t array_type(struct supply *in) {
    const hsize_t extent[2] = {1 + (hsize_t)supply_below(in, 4), 1};
    return H5Tarray_create2(supply_byte(in) & 1 ? H5T_IEEE_F32LE : H5T_STD_I64LE, 2, extent);
}

/* A new type; < 0 when HDF5 would not have it. */
static hid_t type_of(struct forge *f) {
    struct supply *in = &f->in;
    switch (supply_below(in, 16)) {
    case 0: return H5Tcopy(H5T_IEEE_F32LE);
    case 1: return H5Tcopy(H5T_IEEE_F32BE);
    case 2: return H5Tcopy(H5T_IEEE_F64LE);
    case 3: return H5Tcopy(H5T_IEEE_F64BE);
    case 4: return H5Tcopy(H5T_NATIVE_LDOUBLE);
    case 5: return H5Tcopy(H5T_STD_I64LE);
    case 6: return H5Tcopy(H5T_STD_U8LE);
    case 7: return integer_type(in);
    case 8: return text_type(in);
    case 9: return enumeration(in);
    case 10: return record_type(in);
    case 11: return array_type(in);
    case 12: return H5Tcreate(H5T_OPAQUE, 1 + (size_t)supply_below(in, 32));
    case 13: return H5Tcopy(H5T_STD_B32LE);
    case 14: return H5Tvlen_create(H5T_STD_I32LE);
    default: {
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, H5T_VARIABLE);
        return type;
    }
    }
}

/* Extents: those the problem asks for, or others. At most `most` elements are ever written. */
static hid_t space_of(struct forge *f) {
    struct supply *in = &f->in;
    const int kind = supply_byte(in);
    if (kind % 8 == 0) return H5Screate(H5S_SCALAR);
    if (kind % 8 == 1) return H5Screate(H5S_NULL);
    hsize_t extent[H5S_MAX_RANK] = {0}, most[H5S_MAX_RANK];
    int rank;
    if (kind % 8 < 5) {
        const struct problem problem = forge_problem(f->primitive);
        const struct shape shape =
            problem_shape(&problem, supply_below(in, f->primitive->operand_count));
        for (rank = 0; rank < shape.rank; rank++) extent[rank] = (hsize_t)shape.dim[rank];
    } else {
        rank = supply_below(in, kind & 64 ? H5S_MAX_RANK + 1 : 4);
        for (int i = 0; i < rank; i++) extent[i] = supply_number(in, kind & 128 ? 6 : 1);
    }
    for (int i = 0; i < rank; i++) most[i] = H5S_UNLIMITED;
    return H5Screate_simple(rank, extent, kind & 32 ? most : NULL);
}

/* ---- changes ----------------------------------------------------------------------------------
 */

static bool small(hid_t space, hid_t type, size_t *bytes) {
    const hssize_t points = H5Sget_simple_extent_npoints(space);
    const size_t size = H5Tget_size(type);
    if (points < 0 || points > 4096 || !size) return false;
    *bytes = (size_t)points * size;
    return *bytes <= (size_t)1 << 17;
}

/* Values as HDF5 wants them in memory: bytes, but pointers for what is of variable length. */
static void *values_of(struct forge *f, hid_t type, size_t bytes) {
    static char word[] = "assay-golden";
    void *values = calloc(bytes + 16, 1);
    MUST(values);
    if (H5Tis_variable_str(type) > 0) {
        for (size_t i = 0; i + sizeof(char *) <= bytes; i += sizeof(char *))
            memcpy((char *)values + i, &(char *){supply_byte(&f->in) & 1 ? word : NULL},
                   sizeof(char *));
    } else if (H5Tget_class(type) == H5T_STRING && supply_byte(&f->in) & 1) {
        memcpy(values, word, bytes < sizeof word ? bytes : sizeof word);
    } else if (H5Tget_class(type) != H5T_VLEN) {
        for (size_t i = 0; i < bytes && f->in.left; i++)
            ((unsigned char *)values)[i] = supply_byte(&f->in);
    }
    return values;
}

static void put_attribute(struct forge *f) {
    char path[256] = "/";
    if (supply_byte(&f->in) & 1) path_of(f, path, sizeof path);
    const char *name = name_of(f);
    const hid_t object = H5Oopen(f->file, path, H5P_DEFAULT);
    if (object < 0) return;
    H5Adelete(object, name);
    if (supply_below(&f->in, 8)) {
        const hid_t type = type_of(f);
        const hid_t space = supply_byte(&f->in) & 3 ? H5Screate(H5S_SCALAR) : space_of(f);
        size_t bytes;
        if (type >= 0 && space >= 0 && small(space, type, &bytes)) {
            const hid_t made = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
            void *values = values_of(f, type, bytes);
            if (made >= 0) H5Awrite(made, type, values);
            free(values);
            hdf5_drop(made);
        }
        hdf5_drop(space);
        hdf5_drop(type);
    }
    hdf5_drop(object);
}

/* A field of the right type with any value: other problems, and what is out of range. */
static void put_field(struct forge *f) {
    if (!f->primitive->field_count) return;
    const struct field *field =
        &f->primitive->fields[supply_below(&f->in, f->primitive->field_count)];
    const hid_t group = H5Oopen(f->file, supply_byte(&f->in) & 1 ? "a" : "b", H5P_DEFAULT);
    if (group < 0) return;
    const uint64_t value = supply_number(&f->in, supply_byte(&f->in) & 1 ? 1 : 8);
    const hid_t type = field->kind == FIELD_REAL ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
    const hid_t space = H5Screate(H5S_SCALAR);
    H5Adelete(group, field->name);
    const hid_t made = H5Acreate2(group, field->name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (made >= 0) H5Awrite(made, type, &value);
    hdf5_drop(made);
    hdf5_drop(space);
    hdf5_drop(group);
}

/* Large chunks are declared and never written: HDF5 would fill and filter all of them. */
static hid_t storage_of(struct forge *f, hid_t space, bool *unwritten) {
    struct supply *in = &f->in;
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    const int kind = supply_byte(in), rank = H5Sget_simple_extent_ndims(space);
    hsize_t extent[H5S_MAX_RANK] = {0};
    *unwritten = kind & 128;
    if (kind % 4 == 1) H5Pset_layout(plan, H5D_COMPACT);
    if (kind % 4 >= 2 && rank > 0) {
        for (int i = 0; i < rank; i++)
            extent[i] = kind & 128 ? supply_number(in, 3) : 1 + (hsize_t)supply_below(in, 8);
        H5Pset_chunk(plan, kind & 32 ? 1 : rank, extent);
        if (kind & 4) H5Pset_shuffle(plan);
        if (kind & 8) H5Pset_deflate(plan, 1);
        if (kind & 16) H5Pset_fletcher32(plan);
        const int more = supply_below(in, 4); /* writing through these breaks HDF5 1.10's heap */
        if (more & 1) H5Pset_nbit(plan);
        if (more & 2) H5Pset_scaleoffset(plan, H5Z_SO_FLOAT_DSCALE, 2);
        *unwritten = *unwritten || more;
    }
    if (kind % 4 == 0 && kind & 4) H5Pset_external(plan, "/dev/zero", 0, H5F_UNLIMITED);
    return plan;
}

static void put_dataset(struct forge *f) {
    char path[256];
    path_of(f, path, sizeof path);
    H5Ldelete(f->file, path, H5P_DEFAULT);
    const bool plain = supply_byte(&f->in) & 1;
    const int operand = supply_below(&f->in, f->primitive->operand_count);
    const hid_t type =
        plain ? H5Tcopy(forge_type(f->primitive, operand, supply_byte(&f->in) & 1)) : type_of(f);
    const hid_t space = space_of(f);
    bool unwritten = false;
    const hid_t plan = space < 0 ? H5P_DEFAULT : storage_of(f, space, &unwritten);
    const hid_t made = type < 0 || space < 0
                           ? -1
                           : H5Dcreate2(f->file, path, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    size_t bytes;
    if (made >= 0 && !unwritten && small(space, type, &bytes) && supply_below(&f->in, 4)) {
        void *values = values_of(f, type, bytes);
        H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        free(values);
    }
    hdf5_drop(made);
    if (space >= 0) hdf5_drop(plan);
    hdf5_drop(space);
    hdf5_drop(type);
}

static void put_link(struct forge *f) {
    char from[256], to[256];
    path_of(f, from, sizeof from);
    path_of(f, to, sizeof to);
    const int kind = supply_below(&f->in, 6);
    if (kind & 1) H5Ldelete(f->file, to, H5P_DEFAULT);
    if (kind < 2)
        H5Lcreate_hard(f->file, kind ? from : "/", f->file, to, H5P_DEFAULT, H5P_DEFAULT);
    else if (kind < 4)
        H5Lcreate_soft(from, f->file, to, H5P_DEFAULT, H5P_DEFAULT);
    else
        H5Lcreate_external("/dev/zero", from, f->file, to, H5P_DEFAULT, H5P_DEFAULT);
}

static void put_object(struct forge *f) {
    char path[256];
    path_of(f, path, sizeof path);
    if (supply_byte(&f->in) & 1) H5Ldelete(f->file, path, H5P_DEFAULT);
    if (supply_byte(&f->in) & 1) {
        const hid_t type = type_of(f);
        H5Tcommit2(f->file, path, type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        hdf5_drop(type);
    } else {
        hdf5_drop(H5Gcreate2(f->file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    }
}

static void put_case_name(struct forge *f) {
    char long_name[256];
    memset(long_name, 'c', sizeof long_name);
    long_name[100 + supply_byte(&f->in) % 156] = 0;
    const char *name = supply_byte(&f->in) & 1 ? long_name : name_of(f);
    H5Lmove(f->file, "b", f->file, name, H5P_DEFAULT, H5P_DEFAULT);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* 0: the whole file is refused, in one line. */
static int read_here(const char *path) {
    struct golden_source source;
    struct error error = {""};
    if (golden_source_open(&source, path, &error)) {
        must_be_one_line(&error);
        return 0;
    }
    int good = source.count;
    for (int i = 0; i < source.count; i++) {
        struct golden_case item;
        if (golden_source_read(&source, i, &item, &error)) {
            must_be_one_line(&error);
            good = 0;
        } else {
            MUST(problem_check(&item.problem, &error) == STATUS_OK);
            MUST(item.fill < FILL_STYLES && strlen(item.name) < sizeof item.name);
        }
        golden_release(&item);
    }
    golden_source_close(&source);
    return good;
}

/* Through both ends of the pipe: what was right here comes out there. */
static void read_there(const char *path, int good) {
    const int pipe = memfd_create("stream", MFD_CLOEXEC);
    struct golden_file *file = calloc(1, sizeof *file);
    struct error error = {""};
    MUST(pipe >= 0 && file);
    golden_send(pipe, path);
    lseek(pipe, 0, SEEK_SET);
    const enum status status = golden_receive(pipe, file, &error);
    MUST((status == STATUS_OK) == (good > 0));
    MUST(status || file->count == good);
    if (status) must_be_one_line(&error);
    MUST(status != STATUS_UNAVAILABLE);
    golden_close(file);
    close(pipe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static void (*const changes[])(struct forge *) = {put_attribute, put_field,  put_dataset,
                                                      put_link,      put_object, put_case_name};
    int primitives = 0, made = 0;
    while (registry_primitive(primitives)) primitives++;
    struct forge f = {.in = {data, bytes}};
    f.primitive = registry_primitive(supply_below(&f.in, primitives));
    f.file = forge_open(f.primitive);
    MUST(f.file >= 0);
    for (; f.in.left && made < 12; made++) changes[supply_below(&f.in, 6)](&f);
    char path[FORGE_PATH];
    if (!forge_path(f.file, path)) return 0;
    const int good = read_here(path);
    MUST(good || made); /* a file without changes is right */
    read_there(path, good);
    unlink(path);
    return 0;
}
