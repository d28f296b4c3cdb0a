/* Any bytes as a case file. The first line is "primitive kind". */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernels/core/registry.h"
#include "reference/cases.h"
#include "tests/fuzz/fuzz.h"

/* The file has a path and no place on a disk. */
static int write_file(const uint8_t *data, size_t bytes, char *path, size_t path_bytes) {
    const int file = memfd_create("cases", MFD_CLOEXEC);
    MUST(file >= 0 && write(file, data, bytes) == (ssize_t)bytes);
    snprintf(path, path_bytes, "/proc/self/fd/%d", file);
    return file;
}

static void sound(const struct case_list *list, const struct primitive *primitive, size_t bytes) {
    struct error error;
    MUST(list->count >= 0 && (size_t)list->count <= bytes);
    for (int i = 0; i < list->count; i++) {
        const struct problem_case *item = &list->item[i];
        MUST(item->problem.primitive == primitive);
        MUST(problem_check(&item->problem, &error) == STATUS_OK);
        MUST((int)item->fill >= 0 && item->fill < FILL_STYLES);
        MUST(item->line > (i ? list->item[i - 1].line : 0) && (size_t)item->line <= bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    char header[64] = "", path[64], where[80];
    const uint8_t *end = memchr(data, '\n', bytes);
    const size_t length = end ? (size_t)(end - data) : bytes;
    memcpy(header, data, length < sizeof header ? length : sizeof header - 1);
    char *kind = strchr(header, ' ');
    if (kind) *kind++ = 0;
    const struct primitive *primitive = registry_find_primitive(header);
    if (!primitive) primitive = registry_find_primitive("softmax");
    const size_t skipped = end ? length + 1 : bytes;
    const int file = write_file(data + skipped, bytes - skipped, path, sizeof path);
    struct case_list list;
    struct error error = {""};
    if (cases_read(&list, primitive, path, kind ? kind : "oracle", &error)) {
        must_be_one_line(&error);
        snprintf(where, sizeof where, "%s:", path);
        MUST(strncmp(error.text, where, strlen(where)) == 0);
        MUST(!list.item && !list.count);
    } else {
        sound(&list, primitive, bytes - skipped + 1);
    }
    cases_free(&list);
    close(file);
    return 0;
}
