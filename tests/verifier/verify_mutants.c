#define _GNU_SOURCE
#include "tests/verifier/verify_mutants.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"
#include "reference/oracle.h"

enum { PATH_BYTES = 4096 };

static int implementations_so_far(void) {
    int count = 0;
    while (registry_implementation(count)) count++;
    return count;
}

static enum status load(struct mutants *mutants, const char *path, struct error *error) {
    char **paths = realloc(mutants->path, ((size_t)mutants->count + 1) * sizeof *paths);
    if (paths) mutants->path = paths;
    int *first = realloc(mutants->first, ((size_t)mutants->count + 1) * sizeof *first);
    if (first) mutants->first = first;
    char *copy = strdup(path);
    if (!paths || !first || !copy) {
        free(copy);
        return fail(error, STATUS_NO_MEMORY, "out of memory");
    }
    paths[mutants->count] = copy;
    first[mutants->count++] = implementations_so_far();
    return plugin_load(copy, oracle_add, error);
}

static int is_shared_object(const struct dirent *entry) {
    const size_t length = strlen(entry->d_name);
    return length > 3 && strcmp(entry->d_name + length - 3, ".so") == 0;
}

/* In alphabetic order, so that the same things always happen in the same order. */
static enum status load_folder(struct mutants *mutants, const char *folder, struct error *error) {
    struct dirent **entry;
    const int count = scandir(folder, &entry, is_shared_object, alphasort);
    if (count < 0) return fail(error, STATUS_BAD_INPUT, "%.400s: %s", folder, strerror(errno));
    enum status status = STATUS_OK;
    for (int i = 0; i < count; i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        if (!status) status = load(mutants, path, error);
        free(entry[i]);
    }
    free(entry);
    return status;
}

static enum status load_place(struct mutants *mutants, const char *place, struct error *error) {
    struct stat what;
    if (stat(place, &what))
        return fail(error, STATUS_BAD_INPUT, "mutants: %.400s: %s", place, strerror(errno));
    return S_ISDIR(what.st_mode) ? load_folder(mutants, place, error) : load(mutants, place, error);
}

static enum status load_named(struct mutants *mutants, const char *places, struct error *error) {
    enum status status = STATUS_OK;
    while (*places && !status) {
        char place[PATH_BYTES];
        const size_t length = strcspn(places, ":");
        snprintf(place, sizeof place, "%.*s", (int)length, places);
        if (length) status = load_place(mutants, place, error);
        places += length + (places[length] == ':');
    }
    return status;
}

/* Folders beside the one that holds this program; those that are not there have no mutants. */
static enum status load_beside(struct mutants *mutants, bool exploits, struct error *error) {
    static const char *const all[] = {"mutants", "wild", "exploits"};
    const char *const *folders = exploits ? all + 2 : all;
    const size_t folder_count = exploits ? 1 : 2;
    char program[PATH_BYTES], place[PATH_BYTES + 32];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return fail(error, STATUS_UNAVAILABLE,
                    "cannot tell where the mutants are: ASSAY_MUTANTS "
                    "must name them");
    program[length] = 0;
    for (int up = 0; up < 2; up++) { /* the file's name, then bin/ */
        char *slash = strrchr(program, '/');
        if (slash) *slash = 0;
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < folder_count && !status; i++) {
        snprintf(place, sizeof place, "%s/%s", program, folders[i]);
        if (access(place, F_OK) == 0) status = load_place(mutants, place, error);
    }
    if (!status && !mutants->count)
        return fail(error, STATUS_BAD_INPUT,
                    "there are no mutants in %.400s/%s: build them "
                    "(target mutants), or ASSAY_MUTANTS must name them",
                    program, folders[0]);
    return status;
}

enum status mutants_load(struct mutants *mutants, bool exploits, struct error *error) {
    *mutants = (struct mutants){0};
    const char *places = getenv("ASSAY_MUTANTS");
    return places && *places ? load_named(mutants, places, error)
                             : load_beside(mutants, exploits, error);
}

void mutants_free(struct mutants *mutants) {
    for (int i = 0; i < mutants->count; i++) free(mutants->path[i]);
    free(mutants->path);
    free(mutants->first);
    *mutants = (struct mutants){0};
}

const char *mutants_path(const struct mutants *mutants, int index) {
    const char *path = NULL;
    for (int i = 0; i < mutants->count && mutants->first[i] <= index; i++) path = mutants->path[i];
    return path;
}

/* One alternative, `length` characters: "FAIL", or "FAIL: part of the message". */
static bool agrees(const char *wanted, size_t length, const char *verdict, const char *message) {
    const size_t name = strlen(verdict);
    if (length < name || strncmp(wanted, verdict, name)) return false;
    if (length == name) return true;
    if (length < name + 3 || strncmp(wanted + name, ": ", 2)) return false;
    return memmem(message, strlen(message), wanted + name + 2, length - name - 2) != NULL;
}

bool mutants_caught_as(const char *caught, const char *verdict, const char *message) {
    while (caught && *caught) {
        const size_t length = strcspn(caught, "|");
        if (agrees(caught, length, verdict, message)) return true;
        caught += length + (caught[length] == '|');
    }
    return false;
}

/* Does one alternative speak of values? */
static bool of_values(const char *text, size_t length) {
    static const char *const words[] = {"expected", "got ", "elements wrong", "was not written"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        if (memmem(text, length, words[w], strlen(words[w]))) return true;
    return false;
}

bool mutants_told_by_values(const char *caught) {
    bool values = false;
    while (caught && *caught) {
        const size_t length = strcspn(caught, "|");
        const bool tells = of_values(caught, length);
        if (!tells && strncmp(caught, "CRASH", 5)) return false;
        values |= tells;
        caught += length + (caught[length] == '|');
    }
    return values;
}
