#include "kernels/core/output.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/check.h"

static char folder[] = "/tmp/assay_output_XXXXXX", path[64];

static void put(const char *text) {
    FILE *file = fopen(path, "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void expect(const char *text) {
    char content[16] = "";
    FILE *file = fopen(path, "r");
    CHECK(file && fgets(content, sizeof content, file));
    if (file) fclose(file);
    CHECK_TEXT(content, text);
}

static void replaces_or_keeps(void) {
    struct error error;
    FILE *file;
    put("old");
    CHECK(output_open(&file, path, &error) == STATUS_OK && fputs("new", file) >= 0);
    expect("old");
    CHECK(output_close(file, false, &error) == STATUS_OK);
    expect("old");
    CHECK(output_open(&file, path, &error) == STATUS_OK && fputs("new", file) >= 0);
    CHECK(output_close(file, true, &error) == STATUS_OK);
    expect("new");
}

/* What a write said long before the file is closed is not what errno says by then. */
static void names_the_reason(void) {
    struct error error = {.text = ""};
    FILE *file;
    if (access("/dev/full", W_OK)) return;
    for (int bytes = 1; bytes <= 100000; bytes *= 10) {
        CHECK(output_open(&file, "/dev/full", &error) == STATUS_OK);
        for (int i = 0; i < bytes; i++) fputc('x', file);
        errno = ENOENT;
        CHECK(output_close(file, true, &error) == STATUS_IO);
        CHECK_TEXT(error.text, "/dev/full: No space left on device");
    }
}

int main(void) {
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/file", folder);
    replaces_or_keeps();
    names_the_reason();
    unlink(path);
    CHECK(rmdir(folder) == 0); /* nothing was left behind */
    return check_done();
}
