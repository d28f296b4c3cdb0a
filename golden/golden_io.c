/* HDF5 was not made for hostile input: a few flipped bytes make version 1.10 crash, spin or
 * allocate without end. So a child process reads the file (golden_source.c) and passes what it
 * found through a pipe (golden_pipe.c); should it die, that is one more kind of damaged file. */
#include "golden/golden_io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "golden/golden_pipe.h"
#include "kernels/core/memory.h"

/* What the child may take to read GOLDEN_MAX_BYTES. */
#define MAX_CHILD_BYTES ((size_t)3 << 30)
enum { PATIENCE_SECONDS = 10, BYTES_PER_SECOND = 4 << 20 };

/* Sanitizers reserve more address space than any limit allows. gcc and clang say so differently. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

/* ---- the child --------------------------------------------------------------------------- */

/* Limits that turn a library gone wild into a dead child. */
static void limit_child(const char *path) {
    struct stat about = {0};
    stat(path, &about);
    const struct rlimit no_core = {0, 0}, memory = {MAX_CHILD_BYTES, MAX_CHILD_BYTES};
    setrlimit(RLIMIT_CORE, &no_core);
#ifndef SANITIZED
    setrlimit(RLIMIT_DATA, &memory);
#else
    (void)memory;
#endif
    /* processor time, not time: a busy machine is no reason to refuse a file */
    const rlim_t seconds = PATIENCE_SECONDS + (rlim_t)about.st_size / BYTES_PER_SECOND;
    const struct rlimit patience = {seconds, seconds + 1};
    setrlimit(RLIMIT_CPU, &patience);
    static const int numbers[] = {SIGXCPU, SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) signal(numbers[i], SIG_DFL);
    /* whatever it says when it dies is not for the user */
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
}

/* ---- the parent -------------------------------------------------------------------------- */

static enum status child_died(pid_t child, const char *path, struct error *error) {
    int how = 0;
    while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(how) && WTERMSIG(how) == SIGXCPU)
        return fail(error, STATUS_BAD_INPUT, "%.300s: is damaged: HDF5 does not get to its end",
                    path);
    if (WIFSIGNALED(how))
        return fail(error, STATUS_BAD_INPUT, "%.300s: is damaged: HDF5 crashes on it (signal %d)",
                    path, WTERMSIG(how));
    return fail(error, STATUS_BAD_INPUT, "%.300s: is damaged: HDF5 gives up on it", path);
}

static enum status read_apart(struct golden_file *file, const char *path, struct error *error) {
    int ends[2];
    if (pipe(ends) != 0) return fail(error, STATUS_IO, "no pipe: %s", strerror(errno));
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        limit_child(path);
        golden_send(ends[1], path);
        _exit(0);
    }
    close(ends[1]);
    enum status status = child < 0 ? fail(error, STATUS_IO, "no process: %s", strerror(errno))
                                   : golden_receive(ends[0], file, error);
    close(ends[0]);
    if (child < 0) return status;
    if (status == STATUS_UNAVAILABLE) return child_died(child, path, error);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    return status;
}

enum status golden_open(struct golden_file **opened, const char *path, struct error *error) {
    struct golden_file *file = calloc(1, sizeof *file);
    *opened = NULL;
    if (!file) return fail(error, STATUS_NO_MEMORY, "out of memory");
    const enum status status = read_apart(file, path, error);
    if (status)
        golden_close(file);
    else
        *opened = file;
    return status;
}

void golden_close(struct golden_file *file) {
    if (!file) return;
    for (int i = 0; i < file->count; i++) golden_release(&file->item[i]);
    free(file->item);
    free(file);
}

const struct primitive *golden_primitive(const struct golden_file *file) { return file->primitive; }
const char *golden_oracle(const struct golden_file *file) { return file->oracle; }
int golden_count(const struct golden_file *file) { return file->count; }

/* ---- handing out ------------------------------------------------------------------------- */

static void *copy_of(const void *data, size_t bytes) {
    void *copy = memory_allocate(bytes);
    if (copy && bytes) memcpy(copy, data, bytes);
    return copy;
}

enum status golden_read(const struct golden_file *file, int index, struct golden_case *into,
                        struct error *error) {
    const struct golden_case *item = &file->item[index];
    *into = *item;
    bool copied = true;
    for (int i = 0; i < OPERANDS_MAX; i++) {
        if (item->in[i])
            copied &= (into->in[i] = copy_of(item->in[i], golden_in_bytes(item, i))) != NULL;
        if (item->out[i])
            copied &= (into->out[i] = copy_of(item->out[i], golden_out_bytes(item, i))) != NULL;
    }
    if (copied) return STATUS_OK;
    golden_release(into);
    return fail(error, STATUS_NO_MEMORY, "no memory for golden data");
}

char *golden_path(const char *primitive, char *buffer, size_t buffer_bytes) {
    const char *folder = getenv("ASSAY_GOLDEN");
    snprintf(buffer, buffer_bytes, "%s/%s.h5", folder && *folder ? folder : ASSAY_GOLDEN_FOLDER,
             primitive);
    return buffer;
}
