#include "reference/cases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool known_kind(const char *name) {
    for (int i = 0; case_sections[i]; i++)
        if (strcmp(case_sections[i], name) == 0) return true;
    return false;
}

/* "[a b c]": does it name `kind`? Unknown names are errors. */
static enum status read_header(char *line, const char *kind, bool *wanted, struct error *error) {
    char *end = strchr(line, ']');
    if (!end) return fail(error, STATUS_BAD_INPUT, "'[' without ']'");
    *end = 0;
    *wanted = false;
    char *rest = NULL;
    for (char *name = strtok_r(line + 1, " \t", &rest); name; name = strtok_r(NULL, " \t", &rest)) {
        if (!known_kind(name))
            return fail(error, STATUS_BAD_INPUT, "there is no kind of case '%s'", name);
        if (strcmp(name, kind) == 0) *wanted = true;
    }
    return STATUS_OK;
}

static enum status read_option(struct problem_case *item, const char *word, struct error *error) {
    if (strcmp(word, "constant") == 0) {
        item->constant = true;
    } else if (strncmp(word, "fill=", 5) == 0) {
        const int fill = fill_parse(word + 5);
        if (fill < 0) return fail(error, STATUS_BAD_INPUT, "there is no fill '%s'", word + 5);
        item->fill = (enum fill)fill;
    } else if (strncmp(word, "seed=", 5) == 0) {
        char *end;
        errno = 0;
        item->seed = strtoull(word + 5, &end, 10);
        if (errno || *end || end == word + 5 || word[5] == '-')
            return fail(error, STATUS_BAD_INPUT, "'%s' is not a seed", word);
    } else {
        return fail(error, STATUS_BAD_INPUT, "cannot read '%s' (fill=, seed= or constant)", word);
    }
    return STATUS_OK;
}

static enum status read_case(struct problem_case *item, const struct primitive *primitive,
                             char *line, const char *kind, struct error *error) {
    char *rest = NULL, *problem = strtok_r(line, " \t", &rest);
    const int checked = kind_parse(kind);
    item->fill = checked < 0 ? FILL_NORMAL : kind_rules[checked].fill;
    item->seed = 1;
    if (strcmp(problem, "-") == 0) problem = "";
    enum status status = problem_parse(&item->problem, primitive, problem, error);
    for (char *word; !status && (word = strtok_r(NULL, " \t", &rest));)
        status = read_option(item, word, error);
    return status;
}

static enum status append(struct case_list *list, const struct problem_case *item,
                          struct error *error) {
    struct problem_case *grown = realloc(list->item, ((size_t)list->count + 1) * sizeof *grown);
    if (!grown) return fail(error, STATUS_NO_MEMORY, "out of memory");
    list->item = grown;
    list->item[list->count++] = *item;
    return STATUS_OK;
}

/* The next line, without comment; `more` is false at the end of the file. */
static enum status read_line(FILE *file, char *line, size_t bytes, bool *more,
                             struct error *error) {
    size_t length = 0;
    int c;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (!c) return fail(error, STATUS_BAD_INPUT, "holds a zero byte: this is no text");
        if (length + 1 == bytes)
            return fail(error, STATUS_BAD_INPUT, "is longer than %zu characters", bytes - 1);
        line[length++] = (char)c;
    }
    line[length] = 0;
    line[strcspn(line, "#\r")] = 0;
    *more = c != EOF || length;
    return ferror(file) ? fail(error, STATUS_IO, "%s", strerror(errno)) : STATUS_OK;
}

static enum status read_lines(struct case_list *list, const struct primitive *primitive, FILE *file,
                              const char *kind, int *number, struct error *error) {
    bool wanted = false, more = true;
    char line[PROBLEM_MAX_TEXT + 256];
    for (*number = 1; more; ++*number) {
        enum status status = read_line(file, line, sizeof line, &more, error);
        if (status) return status;
        char *start = line + strspn(line, " \t");
        if (*start == '[') {
            status = read_header(start, kind, &wanted, error);
        } else if (*start && wanted) {
            struct problem_case item = {.line = *number};
            status = read_case(&item, primitive, start, kind, error);
            if (!status) status = append(list, &item, error);
        }
        if (status) return status;
    }
    return STATUS_OK;
}

/* Adds them to the list. */
static enum status read_file(struct case_list *list, const struct primitive *primitive,
                             const char *path, const char *kind, struct error *error) {
    FILE *file = fopen(path, "r");
    if (!file) return fail(error, STATUS_IO, "%s: %s", path, strerror(errno));
    int number;
    struct error inner;
    const enum status status = read_lines(list, primitive, file, kind, &number, &inner);
    fclose(file);
    if (!status) return STATUS_OK;
    cases_free(list);
    return fail(error, status, "%.160s:%d: %.330s", path, number, inner.text);
}

enum status cases_read(struct case_list *list, const struct primitive *primitive, const char *path,
                       const char *kind, struct error *error) {
    *list = (struct case_list){0};
    return read_file(list, primitive, path, kind, error);
}

/* ---- a primitive's files ----------------------------------------------------------------------
 */

char *cases_path(const char *name, char *buffer, size_t buffer_bytes) {
    const char *folder = getenv("ASSAY_CASES");
    snprintf(buffer, buffer_bytes, "%s/%s.cases", folder && *folder ? folder : ASSAY_CASES_FOLDER,
             name);
    return buffer;
}

/* The path of the file of that name, or NULL when there is none. */
static const char *existing(const char *name, char *buffer, size_t bytes) {
    return name && access(cases_path(name, buffer, bytes), F_OK) == 0 ? buffer : NULL;
}

/* NULL too where the family's file is the primitive's own. */
static const char *family_file(const struct primitive *primitive, char *buffer, size_t bytes) {
    const char *family = primitive->family;
    return family && strcmp(family, primitive->name) ? existing(family, buffer, bytes) : NULL;
}

/* Or, where a gradient has none, that of what it is the gradient of. */
static const char *own_file(const struct primitive *primitive, char *buffer, size_t bytes) {
    const char *own = existing(primitive->name, buffer, bytes);
    return own ? own : existing(primitive->gradient_of, buffer, bytes);
}

bool cases_exist(const struct primitive *primitive) {
    char path[4096];
    return family_file(primitive, path, sizeof path) || own_file(primitive, path, sizeof path);
}

enum status cases_of(struct case_list *list, const struct primitive *primitive, const char *kind,
                     struct error *error) {
    char path[4096];
    enum status status = STATUS_OK;
    *list = (struct case_list){0};
    if (family_file(primitive, path, sizeof path))
        status = read_file(list, primitive, path, kind, error);
    for (int i = 0; i < list->count; i++) list->item[i].shared = true;
    if (!status && own_file(primitive, path, sizeof path))
        status = read_file(list, primitive, path, kind, error);
    return status;
}

void cases_free(struct case_list *list) {
    free(list->item);
    *list = (struct case_list){0};
}
