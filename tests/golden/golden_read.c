/* golden_read [--here] FILE...: exit 0 when every file reads, else one line and exit 2. What the
 * hostile files are thrown at, without the verifier around it. --here: HDF5 runs in this very
 * process, so that a sanitizer sees it. */
#include <stdio.h>
#include <string.h>

#include "golden/golden_io.h"
#include "golden/golden_source.h"

static enum status read_here(const char *path, struct error *error) {
    struct golden_source source;
    enum status status = golden_source_open(&source, path, error);
    if (status) return status;
    for (int i = 0; !status && i < source.count; i++) {
        struct golden_case item;
        status = golden_source_read(&source, i, &item, error);
        golden_release(&item);
    }
    golden_source_close(&source);
    return status;
}

static enum status read_apart(const char *path, struct error *error) {
    struct golden_file *file;
    enum status status = golden_open(&file, path, error);
    if (status) return status;
    printf("%s: %d cases of %s by %s\n", path, golden_count(file), golden_primitive(file)->name,
           golden_oracle(file));
    for (int i = 0; !status && i < golden_count(file); i++) {
        struct golden_case item;
        status = golden_read(file, i, &item, error);
        golden_release(&item);
    }
    golden_close(file);
    return status;
}

int main(int count, char **argument) {
    const int here = count > 1 && strcmp(argument[1], "--here") == 0;
    for (int i = 1 + here; i < count; i++) {
        struct error error;
        if ((here ? read_here : read_apart)(argument[i], &error)) {
            fprintf(stderr, "%s\n", error.text);
            return EXIT_BAD_INPUT;
        }
    }
    return count > 1 + here ? EXIT_PASSED : EXIT_NOTHING_RAN;
}
