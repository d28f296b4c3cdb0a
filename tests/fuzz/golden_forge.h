/* Golden files for the fuzz targets: small, right, and in memory. */
#ifndef TESTS_FUZZ_GOLDEN_FORGE_H
#define TESTS_FUZZ_GOLDEN_FORGE_H

#include "golden/golden_source.h"

/* The HDF5 file that a target may still change; closed by forge_path. */
hid_t forge_open(const struct primitive *primitive);
/* A problem with few elements. */
struct problem forge_problem(const struct primitive *primitive);
/* Type in the file and in memory of operand i as input or as expected output. */
hid_t forge_type(const struct primitive *primitive, int operand, bool input);

enum { FORGE_PATH = 64 };

/* Puts the bytes, or closes the file and puts its bytes, where HDF5 can open them; false: HDF5
 * would not write it. The caller unlinks the path. HDF5 wants a path with a name in a folder, hence
 * no memfd. */
void forge_bytes(const void *data, size_t bytes, char path[FORGE_PATH]);
bool forge_path(hid_t file, char path[FORGE_PATH]);

#endif
