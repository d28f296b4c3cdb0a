/* replay TARGET-FOLDER|FILE...: every input once, in the order of the names. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

static int inputs;

static int run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return EXIT_BAD_INPUT;
    }
    struct stat about;
    const size_t room = fstat(fileno(file), &about) == 0 ? (size_t)about.st_size : 0;
    uint8_t *data = malloc(room ? room : 1); /* exactly: a sanitizer sees the end */
    const size_t bytes = data ? fread(data, 1, room, file) : 0;
    fclose(file);
    if (data) LLVMFuzzerTestOneInput(data, bytes);
    free(data);
    inputs++;
    return EXIT_PASSED;
}

static int run_folder(const char *folder) {
    struct dirent **entry;
    const int count = scandir(folder, &entry, NULL, alphasort);
    int code = EXIT_PASSED;
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        if (*entry[i]->d_name != '.' && !code) code = run_file(path);
        free(entry[i]);
    }
    if (count >= 0) free(entry);
    return code;
}

int main(int count, char **argument) {
    int code = EXIT_PASSED;
    for (int i = 1; i < count && !code; i++) {
        struct stat about;
        const int folder = stat(argument[i], &about) == 0 && S_ISDIR(about.st_mode);
        code = folder ? run_folder(argument[i]) : run_file(argument[i]);
    }
    if (code) return code;
    printf("%d inputs\n", inputs);
    return inputs ? EXIT_PASSED : EXIT_NOTHING_RAN;
}
