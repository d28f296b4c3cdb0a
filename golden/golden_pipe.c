#include "golden/golden_pipe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden/golden_source.h"
#include "kernels/core/memory.h"
#include "kernels/core/registry.h"

struct opening {
    int status; /* not STATUS_OK: only `error` counts, and nothing follows */
    struct error error;
    char primitive[64], oracle[160];
    int count;
};

struct record {
    int status; /* as above */
    struct error error;
    char name[160];
    union field_value value[PROBLEM_MAX_FIELDS];
    int fill, constant;
    uint32_t idle;
    uint64_t seed;
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

/* ---- which tensors a case has: the same on both sides ------------------------------------- */

static bool present(const struct problem *problem, int operand) {
    const struct shape shape = problem_shape(problem, operand);
    return shape_present(&shape);
}

static bool has_in(const struct problem *problem, int operand) {
    return operand_is_input(&problem->primitive->operands[operand]) && present(problem, operand);
}

static bool has_out(const struct problem *problem, int operand) {
    return operand_is_output(&problem->primitive->operands[operand]) && present(problem, operand);
}

/* ---- the child ---------------------------------------------------------------------------- */

static bool send_tensors(int pipe, const struct golden_case *item) {
    bool sent = true;
    for (int i = 0; sent && i < item->problem.primitive->operand_count; i++)
        sent = write_all(pipe, item->in[i], golden_in_bytes(item, i)) &&
               write_all(pipe, item->out[i], golden_out_bytes(item, i));
    return sent;
}

static bool send_case(int pipe, const struct golden_source *source, int index, size_t *total) {
    struct record record;
    memset(&record, 0, sizeof record);
    struct golden_case item;
    record.status = golden_source_read(source, index, &item, &record.error);
    for (int i = 0; i < OPERANDS_MAX; i++)
        *total += golden_in_bytes(&item, i) + golden_out_bytes(&item, i);
    if (!record.status && *total > GOLDEN_MAX_BYTES)
        record.status =
            fail(&record.error, STATUS_BAD_INPUT, "%.160s: holds more than %zu bytes of data",
                 source->path, GOLDEN_MAX_BYTES);
    memcpy(record.name, item.name, sizeof record.name);
    memcpy(record.value, item.problem.value, sizeof record.value);
    record.fill = (int)item.fill;
    record.constant = item.constant;
    record.idle = item.idle;
    record.seed = item.seed;
    const bool sent =
        write_all(pipe, &record, sizeof record) && !record.status && send_tensors(pipe, &item);
    golden_release(&item);
    return sent;
}

void golden_send(int pipe, const char *path) {
    struct golden_source source;
    struct opening opening;
    memset(&opening, 0, sizeof opening);
    opening.status = golden_source_open(&source, path, &opening.error);
    if (!opening.status) {
        strncpy(opening.primitive, source.primitive->name, sizeof opening.primitive - 1);
        opening.count = source.count;
        memcpy(opening.oracle, source.oracle, sizeof opening.oracle);
    }
    bool sent = write_all(pipe, &opening, sizeof opening) && !opening.status;
    size_t total = 0;
    for (int i = 0; sent && i < source.count; i++) sent = send_case(pipe, &source, i, &total);
    if (!opening.status) golden_source_close(&source);
}

/* ---- the parent --------------------------------------------------------------------------- */

#define ENDED(text) (memchr((text), 0, sizeof(text)) != NULL)

static enum status nonsense(struct error *error) {
    return fail(error, STATUS_UNAVAILABLE, "the process that reads it talks nonsense");
}

/* An error that the child reports: one line, and no status that this side does not know. */
static enum status reported(int status, const struct error *text, struct error *error) {
    if (status < STATUS_BAD_INPUT || status > STATUS_IO || !ENDED(text->text) || !*text->text)
        return nonsense(error);
    /* that of a child that fell silent is taken */
    if (status == STATUS_UNAVAILABLE) status = STATUS_BAD_INPUT;
    return fail(error, (enum status)status, "%s", text->text);
}

static enum status receive_tensor(int pipe, size_t bytes, size_t *left, void **tensor,
                                  struct error *error) {
    if (bytes > *left) return nonsense(error);
    *left -= bytes;
    *tensor = memory_allocate(bytes);
    if (!*tensor) return fail(error, STATUS_NO_MEMORY, "no memory for golden data");
    return read_all(pipe, *tensor, bytes) ? STATUS_OK : nonsense(error);
}

static enum status receive_record(int pipe, const struct primitive *primitive,
                                  struct golden_case *into, struct error *error) {
    struct record record;
    struct error ignored;
    if (!read_all(pipe, &record, sizeof record)) return nonsense(error);
    if (record.status) return reported(record.status, &record.error, error);
    problem_init(&into->problem, primitive);
    memcpy(into->problem.value, record.value,
           (size_t)primitive->field_count * sizeof *record.value);
    if (!ENDED(record.name) || record.fill < 0 || record.fill >= FILL_STYLES ||
        problem_check(&into->problem, &ignored))
        return nonsense(error);
    memcpy(into->name, record.name, sizeof into->name);
    into->fill = (enum fill)record.fill;
    into->constant = record.constant != 0;
    into->idle = record.idle;
    into->seed = record.seed;
    return STATUS_OK;
}

static enum status receive_case(int pipe, const struct primitive *primitive,
                                struct golden_case *into, size_t *left, struct error *error) {
    enum status status = receive_record(pipe, primitive, into, error);
    for (int i = 0; !status && i < primitive->operand_count; i++) {
        const struct shape shape = problem_shape(&into->problem, i);
        const size_t elements = (size_t)shape_elements(&shape);
        void *out = NULL;
        if (has_in(&into->problem, i))
            status = receive_tensor(pipe, elements * dtype_bytes(primitive->operands[i].dtype),
                                    left, &into->in[i], error);
        if (!status && has_out(&into->problem, i))
            status = receive_tensor(pipe, elements * sizeof(double), left, &out, error);
        into->out[i] = out;
    }
    return status;
}

/* Room for one more case; as many as the child says there are would be its choice of our memory. */
static bool grow(struct golden_file *file) {
    if (file->count & (file->count - 1)) return true; /* grown at powers of two */
    const size_t room = file->count ? 2 * (size_t)file->count : 1;
    struct golden_case *grown = realloc(file->item, room * sizeof *grown);
    if (grown) file->item = grown;
    return grown != NULL;
}

enum status golden_receive(int pipe, struct golden_file *file, struct error *error) {
    struct opening opening;
    if (!read_all(pipe, &opening, sizeof opening)) return nonsense(error);
    if (opening.status) return reported(opening.status, &opening.error, error);
    if (!ENDED(opening.primitive) || !ENDED(opening.oracle) || opening.count < 1)
        return nonsense(error);
    file->primitive = registry_find_primitive(opening.primitive);
    if (!file->primitive) return nonsense(error);
    memcpy(file->oracle, opening.oracle, sizeof file->oracle);
    size_t left = GOLDEN_MAX_BYTES;
    enum status status = STATUS_OK;
    while (!status && file->count < opening.count) {
        if (!grow(file)) return fail(error, STATUS_NO_MEMORY, "out of memory");
        struct golden_case *item = &file->item[file->count++];
        memset(item, 0, sizeof *item);
        status = receive_case(pipe, file->primitive, item, &left, error);
    }
    return status;
}
