/* HDF5 was not made for hostile input: a few flipped bytes make version 1.10 crash, spin or
 * allocate without end. So a child process reads the file (golden_source.c) and passes what it
 * found through a pipe; should it die, that is one more kind of damaged file. The child is a fork,
 * hence pointers to descriptors keep their meaning. */
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

#include "golden/golden_source.h"
#include "kernels/core/memory.h"

/* Golden files are small: all the tensors of one together, and what the child may take to read
 * them. */
#define MAX_FILE_BYTES ((size_t)1 << 30)
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

struct golden_file {
    const struct primitive *primitive;
    char oracle[160];
    int count;
    struct golden_case *item;
};

/* ---- what passes through the pipe: an opening, then per case a record and its tensors ---- */

struct opening {
    enum status status; /* not STATUS_OK: only `error` counts, and nothing follows */
    struct error error;
    const struct primitive *primitive;
    char oracle[160];
    int count;
};

struct record {
    enum status status; /* as above */
    struct error error;
    struct golden_case
        item; /* its pointers only say which tensors follow, in[0] out[0] in[1] ... */
};

static bool write_all(int pipe, const void *data, size_t bytes) {
    for (const char *at = data; bytes;) {
        const ssize_t done = write(pipe, at, bytes);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        at += done;
        bytes -= (size_t)done;
    }
    return true;
}

static bool read_all(int pipe, void *data, size_t bytes) {
    for (char *at = data; bytes;) {
        const ssize_t done = read(pipe, at, bytes);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        at += done;
        bytes -= (size_t)done;
    }
    return true;
}

static size_t elements_of(const struct golden_case *item, int operand) {
    const struct shape shape = problem_shape(&item->problem, operand);
    return (size_t)shape_elements(&shape);
}

static size_t in_bytes(const struct golden_case *item, int operand) {
    if (!item->in[operand]) return 0;
    const enum dtype dtype = item->problem.primitive->operands[operand].dtype;
    return elements_of(item, operand) * dtype_bytes(dtype);
}

static size_t out_bytes(const struct golden_case *item, int operand) {
    return item->out[operand] ? elements_of(item, operand) * sizeof(double) : 0;
}

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
    signal(SIGXCPU, SIG_DFL);
    /* whatever it says when it dies is not for the user */
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
}

static bool send_case(int pipe, const struct golden_source *source, int index, size_t *total) {
    struct record record;
    memset(&record, 0, sizeof record);
    struct golden_case *item = &record.item;
    record.status = golden_source_read(source, index, item, &record.error);
    for (int i = 0; i < OPERANDS_MAX; i++) *total += in_bytes(item, i) + out_bytes(item, i);
    if (!record.status && *total > MAX_FILE_BYTES)
        record.status =
            fail(&record.error, STATUS_BAD_INPUT, "%.160s: holds more than %zu bytes of data",
                 source->path, MAX_FILE_BYTES);
    bool sent = write_all(pipe, &record, sizeof record) && !record.status;
    for (int i = 0; sent && i < OPERANDS_MAX; i++)
        sent = write_all(pipe, item->in[i], in_bytes(item, i)) &&
               write_all(pipe, item->out[i], out_bytes(item, i));
    golden_release(item);
    return sent;
}

static void send_file(int pipe, const char *path) {
    struct golden_source source;
    struct opening opening;
    memset(&opening, 0, sizeof opening);
    opening.status = golden_source_open(&source, path, &opening.error);
    if (!opening.status) {
        opening.primitive = source.primitive;
        opening.count = source.count;
        memcpy(opening.oracle, source.oracle, sizeof opening.oracle);
    }
    bool sent = write_all(pipe, &opening, sizeof opening) && !opening.status;
    size_t total = 0;
    for (int i = 0; sent && i < source.count; i++) sent = send_case(pipe, &source, i, &total);
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

/* STATUS_UNAVAILABLE: the child fell silent. */
static enum status receive_tensor(int pipe, void *tensor, size_t bytes, struct error *error) {
    if (!tensor) return fail(error, STATUS_NO_MEMORY, "no memory for golden data");
    return read_all(pipe, tensor, bytes) ? STATUS_OK : STATUS_UNAVAILABLE;
}

static enum status receive_case(int pipe, struct golden_case *into, struct error *error) {
    struct record record;
    if (!read_all(pipe, &record, sizeof record)) return STATUS_UNAVAILABLE;
    if (record.status) return fail(error, record.status, "%s", record.error.text);
    *into = record.item;
    memset(into->in, 0, sizeof into->in);
    memset(into->out, 0, sizeof into->out);
    enum status status = STATUS_OK;
    for (int i = 0; !status && i < OPERANDS_MAX; i++) {
        const size_t in = in_bytes(&record.item, i), out = out_bytes(&record.item, i);
        if (record.item.in[i]) {
            into->in[i] = memory_allocate(in);
            status = receive_tensor(pipe, into->in[i], in, error);
        }
        if (!status && record.item.out[i]) {
            into->out[i] = memory_allocate(out);
            status = receive_tensor(pipe, into->out[i], out, error);
        }
    }
    return status;
}

static enum status receive_file(int pipe, struct golden_file *file, struct error *error) {
    struct opening opening;
    if (!read_all(pipe, &opening, sizeof opening)) return STATUS_UNAVAILABLE;
    if (opening.status) return fail(error, opening.status, "%s", opening.error.text);
    file->primitive = opening.primitive;
    memcpy(file->oracle, opening.oracle, sizeof file->oracle);
    file->item = calloc((size_t)opening.count, sizeof *file->item);
    if (!file->item) return fail(error, STATUS_NO_MEMORY, "out of memory");
    enum status status = STATUS_OK;
    for (file->count = 0; !status && file->count < opening.count; file->count++)
        status = receive_case(pipe, &file->item[file->count], error);
    return status;
}

static enum status read_apart(struct golden_file *file, const char *path, struct error *error) {
    int ends[2];
    if (pipe(ends) != 0) return fail(error, STATUS_IO, "no pipe: %s", strerror(errno));
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        limit_child(path);
        send_file(ends[1], path);
        _exit(0);
    }
    close(ends[1]);
    enum status status = child < 0 ? fail(error, STATUS_IO, "no process: %s", strerror(errno))
                                   : receive_file(ends[0], file, error);
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
        if (item->in[i]) copied &= (into->in[i] = copy_of(item->in[i], in_bytes(item, i))) != NULL;
        if (item->out[i])
            copied &= (into->out[i] = copy_of(item->out[i], out_bytes(item, i))) != NULL;
    }
    if (copied) return STATUS_OK;
    golden_release(into);
    return fail(error, STATUS_NO_MEMORY, "no memory for golden data");
}

void golden_release(struct golden_case *item) {
    for (int i = 0; i < OPERANDS_MAX; i++) {
        memory_free(item->in[i]);
        memory_free(item->out[i]);
        item->in[i] = NULL;
        item->out[i] = NULL;
    }
}

char *golden_path(const char *primitive, char *buffer, size_t buffer_bytes) {
    const char *folder = getenv("ASSAY_GOLDEN");
    snprintf(buffer, buffer_bytes, "%s/%s.h5", folder && *folder ? folder : ASSAY_GOLDEN_FOLDER,
             primitive);
    return buffer;
}
