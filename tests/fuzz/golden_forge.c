#include "tests/fuzz/golden_forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden/hdf5_read.h"

/* ---- a right file -----------------------------------------------------------------------------
 */

static void put(hid_t object, const char *name, hid_t type, const void *value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0) H5Awrite(attribute, type, value);
    hdf5_drop(attribute);
    hdf5_drop(space);
}

static void put_text(hid_t object, const char *name, const char *value) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, strlen(value) + 1);
    put(object, name, type, value);
    hdf5_drop(type);
}

static void put_fields(hid_t group, const struct problem *problem) {
    for (int i = 0; i < problem->primitive->field_count; i++) {
        const struct field *field = &problem->primitive->fields[i];
        char choice[80];
        if (field->kind == FIELD_CHOICE)
            put_text(group, field->name, problem_print_field(problem, i, choice, sizeof choice));
        else
            put(group, field->name,
                field->kind == FIELD_REAL ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64,
                &problem->value[i]);
    }
}

struct problem forge_problem(const struct primitive *primitive) {
    struct problem problem;
    problem_init(&problem, primitive);
    for (int i = 0; i < primitive->field_count; i++) {
        const struct field *field = &primitive->fields[i];
        const union field_value before = problem.value[i];
        if (field->kind != FIELD_INT || before.i <= 2 || field->lowest.i > 2) continue;
        problem.value[i].i = 2;
        if (problem_check(&problem, NULL)) problem.value[i] = before;
    }
    return problem;
}

hid_t forge_type(const struct primitive *primitive, int operand, bool input) {
    const enum dtype dtype = primitive->operands[operand].dtype;
    const bool real = dtype == DTYPE_F32 || dtype == DTYPE_F64;
    if (!input) return real ? H5T_IEEE_F64LE : H5T_STD_I64LE;
    return dtype == DTYPE_F32   ? H5T_IEEE_F32LE
           : dtype == DTYPE_F64 ? H5T_IEEE_F64LE
           : dtype == DTYPE_I64 ? H5T_STD_I64LE
                                : H5T_STD_U8LE;
}

static void put_operand(hid_t group, const struct problem *problem, int operand, bool input) {
    const struct shape shape = problem_shape(problem, operand);
    const hid_t type = forge_type(problem->primitive, operand, input);
    if (!shape_present(&shape)) return;
    hsize_t extent[SHAPE_MAX_RANK];
    for (int i = 0; i < shape.rank; i++) extent[i] = (hsize_t)shape.dim[i];
    const hid_t space = H5Screate_simple(shape.rank, extent, NULL);
    const hid_t dataset = H5Dcreate2(group, problem->primitive->operands[operand].name, type, space,
                                     H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    void *zeros = calloc((size_t)shape_elements(&shape) + 1, 8);
    if (zeros && dataset >= 0) H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros);
    free(zeros);
    hdf5_drop(dataset);
    hdf5_drop(space);
}

static void put_case(hid_t file, const char *name, const struct problem *problem) {
    const hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t in = H5Gcreate2(group, "in", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t out = H5Gcreate2(group, "out", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    put_fields(group, problem);
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct operand *operand = &problem->primitive->operands[i];
        if (operand_is_input(operand)) put_operand(in, problem, i, true);
        if (operand_is_output(operand)) put_operand(out, problem, i, false);
    }
    hdf5_drop(out);
    hdf5_drop(in);
    hdf5_drop(group);
}

hid_t forge_open(const struct primitive *primitive) {
    hdf5_silence();
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, false); /* in memory, never written out */
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    const hid_t file = H5Fcreate("forged", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    hdf5_drop(access);
    const struct problem problem = forge_problem(primitive);
    const int64_t version = 1;
    put_text(file, "schema", "assay-golden");
    put(file, "version", H5T_NATIVE_INT64, &version);
    put_text(file, "primitive", primitive->name);
    put_text(file, "oracle", "somebody float64");
    put_text(file, "created", "2024-01-01");
    put_case(file, "a", &problem);
    put_case(file, "b", &problem);
    return file;
}

/* ---- paths ------------------------------------------------------------------------------------
 */

void forge_bytes(const void *data, size_t bytes, char path[FORGE_PATH]) {
    const char *folder = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    snprintf(path, FORGE_PATH, "%s/assay-fuzz-%ld.h5", folder, (long)getpid());
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file)) abort();
}

bool forge_path(hid_t file, char path[FORGE_PATH]) {
    H5Fflush(file, H5F_SCOPE_LOCAL);
    const ssize_t bytes = H5Fget_file_image(file, NULL, 0);
    void *image = bytes > 0 ? malloc((size_t)bytes) : NULL;
    const bool got = image && H5Fget_file_image(file, image, (size_t)bytes) == bytes;
    if (got) forge_bytes(image, (size_t)bytes, path);
    free(image);
    H5Fclose(file);
    return got;
}
