#include "reference/worst.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/output.h"

static const char head[] =
    "# Worst inputs of the univariate functions, as `assay verify --ulp --record` found them:\n"
    "# function, input, error in units in the last place. Every --ulp run replays them.\n";

enum status worst_add(struct worst_list *list, const char *function, float x, double ulp,
                      struct error *error) {
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->item[i].function, function) == 0 &&
            memcmp(&list->item[i].x, &x, sizeof x) == 0) {
            list->item[i].error = ulp;
            return STATUS_OK;
        }
    struct worst_input *grown = realloc(list->item, ((size_t)list->count + 1) * sizeof *grown);
    if (!grown) return fail(error, STATUS_NO_MEMORY, "out of memory");
    list->item = grown;
    struct worst_input *item = &list->item[list->count++];
    *item = (struct worst_input){.x = x, .error = ulp};
    snprintf(item->function, sizeof item->function, "%s", function);
    return STATUS_OK;
}

static enum status read_line(struct worst_list *list, char *line, struct error *error) {
    line[strcspn(line, "#\r\n")] = 0;
    char function[64], input[64], size[64], extra;
    const int words = sscanf(line, "%63s %63s %63s %c", function, input, size, &extra);
    if (words <= 0) return STATUS_OK;
    if (words != 3)
        return fail(error, STATUS_BAD_INPUT, "a line is a function, an input and an error in ulp");
    char *end, *last;
    const float x = strtof(input, &end);
    const double ulp = strtod(size, &last);
    if (*end || *last || !(ulp >= 0))
        return fail(error, STATUS_BAD_INPUT, "'%s' is not a number", *end ? input : size);
    return worst_add(list, function, x, ulp, error);
}

enum status worst_read(struct worst_list *list, const char *path, struct error *error) {
    *list = (struct worst_list){0};
    FILE *file = fopen(path, "r");
    if (!file && errno == ENOENT) return STATUS_OK;
    if (!file) return fail(error, STATUS_IO, "%.300s: %s", path, strerror(errno));
    char line[256];
    struct error inner;
    enum status status = STATUS_OK;
    int number = 0;
    while (!status && fgets(line, sizeof line, file)) {
        number++;
        status = read_line(list, line, &inner);
    }
    if (!status && ferror(file)) status = fail(&inner, STATUS_IO, "cannot be read");
    fclose(file);
    if (!status) return STATUS_OK;
    worst_free(list);
    return fail(error, status, "%.160s:%d: %.300s", path, number, inner.text);
}

/* By function, then the worst first, then by input. */
static int order(const void *left, const void *right) {
    const struct worst_input *a = left, *b = right;
    const int name = strcmp(a->function, b->function);
    if (name) return name;
    if (a->error != b->error) return a->error < b->error ? 1 : -1;
    return (a->x > b->x) - (a->x < b->x);
}

enum status worst_write(struct worst_list *list, const char *path, struct error *error) {
    FILE *file;
    enum status status = output_open(&file, path, error);
    if (status) return status;
    if (list->count) qsort(list->item, (size_t)list->count, sizeof *list->item, order);
    bool good = fputs(head, file) >= 0;
    for (int i = 0; i < list->count && good; i++)
        good = fprintf(file, "%s %a %.4f\n", list->item[i].function, (double)list->item[i].x,
                       list->item[i].error) > 0;
    return output_close(file, good, error);
}

void worst_free(struct worst_list *list) {
    free(list->item);
    *list = (struct worst_list){0};
}

char *worst_path(char *buffer, size_t buffer_bytes) {
    const char *folder = getenv("ASSAY_CASES");
    snprintf(buffer, buffer_bytes, "%s/worst.ulp", folder && *folder ? folder : ASSAY_CASES_FOLDER);
    return buffer;
}
