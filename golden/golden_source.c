#include "golden/golden_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "golden/golden_parse.h"
#include "golden/hdf5_read.h"
#include "kernels/core/registry.h"

enum { SCHEMA_VERSION = 1 };

/* "path: case 'name': what". */
static enum status locate(const struct golden_source *source, const char *name, enum status status,
                          const struct error *inner, struct error *error) {
    if (!status || !error) return status;
    /* the end of a long path tells more than its start */
    const size_t length = strlen(source->path), cut = length > 160 ? length - 160 : 0;
    if (name)
        fail(error, status, "%s: case '%.100s': %.220s", source->path + cut, name, inner->text);
    else
        fail(error, status, "%s: %.330s", source->path + cut, inner->text);
    return status;
}

struct listing {
    struct golden_source *source;
    enum status status;
    struct error *error;
};

static herr_t keep_name(hid_t group, const char *name, const H5L_info_t *info, void *data) {
    struct listing *listing = data;
    struct golden_source *source = listing->source;
    (void)group, (void)info;
    if (strlen(name) >= sizeof source->name[0]) {
        listing->status = fail(listing->error, STATUS_BAD_INPUT,
                               "the name '%.60s...' is longer than %zu characters", name,
                               sizeof source->name[0] - 1);
        return 1;
    }
    /* grown at powers of two */
    if ((source->count & (source->count - 1)) == 0) {
        const size_t room = source->count ? 2 * (size_t)source->count : 1;
        golden_name *grown = realloc(source->name, room * sizeof *grown);
        if (!grown) {
            listing->status = fail(listing->error, STATUS_NO_MEMORY, "out of memory");
            return 1;
        }
        source->name = grown;
    }
    memset(source->name[source->count], 0, sizeof source->name[0]);
    strcpy(source->name[source->count++], name);
    return 0;
}

static enum status read_root(struct golden_source *source, struct error *error) {
    char schema[40], primitive[80], created[80];
    int64_t version = 0;
    enum status status = hdf5_read_text(source->id, "schema", schema, sizeof schema, error);
    if (!status && strcmp(schema, "assay-golden") != 0)
        return fail(error, STATUS_BAD_INPUT, "attribute 'schema' is '%s', not 'assay-golden'",
                    schema);
    if (!status) status = hdf5_read_integer(source->id, "version", &version, error);
    if (!status && (version < 1 || version > SCHEMA_VERSION))
        return fail(error, STATUS_BAD_INPUT,
                    "is of schema version %lld; this program reads version %d", (long long)version,
                    SCHEMA_VERSION);
    if (!status)
        status = hdf5_read_text(source->id, "primitive", primitive, sizeof primitive, error);
    if (!status)
        status = hdf5_read_text(source->id, "oracle", source->oracle, sizeof source->oracle, error);
    if (!status) status = hdf5_read_text(source->id, "created", created, sizeof created, error);
    if (status) return status;
    source->primitive = registry_find_primitive(primitive);
    if (!source->primitive)
        return fail(error, STATUS_BAD_INPUT, "there is no primitive '%s'", primitive);
    return STATUS_OK;
}

static enum status list_cases(struct golden_source *source, struct error *error) {
    struct listing listing = {.source = source, .error = error};
    const herr_t result =
        H5Literate(source->id, H5_INDEX_NAME, H5_ITER_INC, NULL, keep_name, &listing);
    if (listing.status) return listing.status;
    char reason[200];
    if (result < 0)
        return fail(error, STATUS_BAD_INPUT, "its cases cannot be listed: %s",
                    hdf5_reason(reason, sizeof reason));
    if (source->count == 0) return fail(error, STATUS_BAD_INPUT, "holds no case");
    return STATUS_OK;
}

/* HDF5's signature stands at the beginning, or behind a user block of 512 bytes, 1024, 2048 ... */
static bool is_hdf5(FILE *bytes) {
    unsigned char start[8];
    for (long at = 0; fseek(bytes, at, SEEK_SET) == 0; at = at ? 2 * at : 512) {
        if (fread(start, 1, sizeof start, bytes) != sizeof start) return false;
        if (memcmp(start, "\211HDF\r\n\032\n", sizeof start) == 0) return true;
    }
    return false;
}

/* Why it cannot be opened; a file that somebody writes is no damaged one. */
static enum status not_opened(const char *reason, struct error *error) {
    const bool written = strstr(reason, "lock file") || strstr(reason, "already open for write");
    if (written)
        return fail(error, STATUS_BAD_INPUT,
                    "is open for writing in another program: it can be read when that has closed "
                    "it (HDF5: %s)",
                    reason);
    return fail(error, STATUS_BAD_INPUT, "is damaged: %s", reason);
}

static enum status open_hdf5(struct golden_source *source, struct error *error) {
    struct stat about;
    if (stat(source->path, &about) != 0) return fail(error, STATUS_IO, "%s", strerror(errno));
    if (!S_ISREG(about.st_mode)) return fail(error, STATUS_BAD_INPUT, "is not a file");
    FILE *bytes = fopen(source->path, "rb");
    if (!bytes) return fail(error, STATUS_IO, "%s", strerror(errno));
    const bool hdf5 = is_hdf5(bytes);
    fclose(bytes);
    if (!hdf5) return fail(error, STATUS_BAD_INPUT, "is not an HDF5 file");
    /* strong: closing the file closes whatever is still open in it */
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    source->id = H5Fopen(source->path, H5F_ACC_RDONLY, access);
    char reason[200];
    hdf5_reason(reason, sizeof reason); /* before the next call forgets it */
    hdf5_drop(access);
    return source->id < 0 ? not_opened(reason, error) : STATUS_OK;
}

enum status golden_source_open(struct golden_source *source, const char *path,
                               struct error *error) {
    *source = (struct golden_source){.id = -1, .path = path};
    hdf5_silence();
    struct error inner;
    enum status status = open_hdf5(source, &inner);
    if (!status) status = read_root(source, &inner);
    if (!status) status = list_cases(source, &inner);
    if (status) golden_source_close(source);
    return locate(source, NULL, status, &inner, error);
}

void golden_source_close(struct golden_source *source) {
    if (source->id >= 0) H5Fclose(source->id);
    free(source->name);
    source->id = -1;
    source->name = NULL;
}

enum status golden_source_read(const struct golden_source *source, int index,
                               struct golden_case *into, struct error *error) {
    *into = (struct golden_case){.fill = FILL_NORMAL};
    memcpy(into->name, source->name[index], sizeof into->name);
    hdf5_silence();
    struct error inner;
    hid_t group;
    enum status status =
        hdf5_open_member(source->id, into->name, H5I_GROUP, "the case", &group, &inner);
    if (!status) status = golden_case_parse(group, source->primitive, into, &inner);
    hdf5_drop(group);
    if (status) golden_release(into);
    return locate(source, source->name[index], status, &inner, error);
}
