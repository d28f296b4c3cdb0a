/* What a misbehaving child of the golden reader may send: the stream of a right file, defaced and
 * cut as the input says. Input: primitive, where to cut, then (place, length, bytes) again and
 * again. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "golden/golden_io.h"
#include "golden/golden_pipe.h"
#include "kernels/core/registry.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/golden_forge.h"

enum { PRIMITIVES_MAX = 256, STREAM_MOST = 1 << 20 };

static struct stream {
    unsigned char *data;
    size_t bytes;
} right[PRIMITIVES_MAX];

/* What golden_send sends of a right file; made once. */
static const struct stream *right_stream(int index) {
    struct stream *stream = &right[index];
    if (stream->data) return stream;
    char path[FORGE_PATH];
    MUST(forge_path(forge_open(registry_primitive(index)), path));
    const int pipe = memfd_create("stream", MFD_CLOEXEC);
    MUST(pipe >= 0);
    golden_send(pipe, path);
    unlink(path);
    const off_t end = lseek(pipe, 0, SEEK_END);
    MUST(end > 0 && end <= STREAM_MOST);
    stream->bytes = (size_t)end;
    MUST((stream->data = malloc(stream->bytes)));
    MUST(pread(pipe, stream->data, stream->bytes, 0) == end);
    close(pipe);
    int status; /* comes first: it is a right file */
    memcpy(&status, stream->data, sizeof status);
    MUST(status == STATUS_OK);
    return stream;
}

static void deface(struct supply *in, unsigned char *data, size_t bytes) {
    while (in->left > 3) {
        const size_t place = (size_t)supply_number(in, 3) % bytes;
        const size_t length = supply_below(in, 2) ? 1 : supply_byte(in);
        for (size_t i = 0; i < length && place + i < bytes; i++)
            data[place + i] = (unsigned char)supply_byte(in);
    }
}

/* Everything that was received can be read to its end. */
static void touch(const struct golden_file *file) {
    MUST(file->count >= 1 && strlen(file->oracle) < sizeof file->oracle);
    for (int c = 0; c < file->count; c++) {
        struct golden_case item;
        struct error error;
        MUST(golden_read(file, c, &item, &error) == STATUS_OK);
        MUST(item.problem.primitive == golden_primitive(file));
        MUST(problem_check(&item.problem, &error) == STATUS_OK);
        MUST(strlen(item.name) < sizeof item.name && item.fill < FILL_STYLES);
        for (int i = 0; i < item.problem.primitive->operand_count; i++) {
            const struct shape shape = problem_shape(&item.problem, i);
            const struct operand *operand = &item.problem.primitive->operands[i];
            MUST((item.in[i] != NULL) == (shape_present(&shape) && operand_is_input(operand)));
            MUST((item.out[i] != NULL) == (shape_present(&shape) && operand_is_output(operand)));
        }
        golden_release(&item);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    struct supply in = {data, bytes};
    int primitives = 0;
    while (registry_primitive(primitives)) primitives++;
    const struct stream *stream = right_stream(supply_below(&in, primitives));
    const size_t cut = (size_t)supply_number(&in, 3);
    const size_t kept = cut && cut < stream->bytes ? cut : stream->bytes;
    unsigned char *defaced = malloc(stream->bytes);
    MUST(defaced);
    memcpy(defaced, stream->data, stream->bytes);
    deface(&in, defaced, stream->bytes);
    const int pipe = memfd_create("stream", MFD_CLOEXEC);
    MUST(pipe >= 0 && write(pipe, defaced, kept) == (ssize_t)kept);
    free(defaced);
    lseek(pipe, 0, SEEK_SET);
    struct golden_file *file = calloc(1, sizeof *file);
    struct error error = {""};
    MUST(file);
    if (golden_receive(pipe, file, &error))
        must_be_one_line(&error);
    else
        touch(file);
    golden_close(file);
    close(pipe);
    return 0;
}
