#include "bench/workload.h"

#include <math.h>
#include <string.h>

#include "kernels/core/memory.h"
#include "reference/inspect.h"

/* A fraction of a second of oracle. */
static const double affordable_flops = 6e7;
/* Of more, to fill every input anew would take longer than all the rest. */
static const size_t trusted_bytes = (size_t)1 << 20;
enum {
    LINE = 64,
    STAGGER = 17 * LINE, /* large blocks all start at the same offset in a page: without it the
                            streams of one kernel would share cache sets and alias at 4 KiB */
};

static const struct operand *operand_at(const struct workload *w, int i) {
    return &w->item.problem.primitive->operands[i];
}

static int operand_count(const struct workload *w) {
    return w->item.problem.primitive->operand_count;
}

/* Four independent chains of multiply and rotate: about as fast as memory. */
static uint64_t checksum(const void *data, size_t bytes) {
    const unsigned char *at = data;
    const uint64_t prime = UINT64_C(0x9E3779B185EBCA87);
    uint64_t lane[4] = {1, 2, 3, 4}, word[4];
    for (; bytes >= sizeof word; at += sizeof word, bytes -= sizeof word) {
        memcpy(word, at, sizeof word);
        for (int i = 0; i < 4; i++) {
            lane[i] = (lane[i] ^ word[i]) * prime;
            lane[i] ^= lane[i] >> 29;
        }
    }
    memset(word, 0, sizeof word);
    memcpy(word, at, bytes);
    uint64_t sum = prime + bytes;
    for (int i = 0; i < 4; i++) {
        sum = (sum ^ lane[i]) * prime;
        sum = ((sum ^ sum >> 29) + word[i]) * prime;
    }
    return sum ^ sum >> 31;
}

/* LINE more before and behind the data: for the canaries. */
static size_t arena_bytes(const struct workload *w, int i) {
    return LINE + w->stride[i] * (size_t)w->sets + (size_t)i * STAGGER + LINE;
}

static enum status allocate(struct workload *w, size_t cold_bytes, struct error *error) {
    size_t per_set = 0;
    for (int i = 0; i < operand_count(w); i++) per_set += w->stride[i];
    w->sets = cold_bytes && per_set ? (int64_t)(cold_bytes / per_set + 2) : 1;
    for (int i = 0; i < operand_count(w); i++) {
        if (!shape_present(&w->subject.trial.shape[i])) continue;
        w->arena[i] = memory_allocate(arena_bytes(w, i));
        if (!w->arena[i])
            return fail(error, STATUS_NO_MEMORY, "no memory for operand %s",
                        operand_at(w, i)->name);
    }
    return STATUS_OK;
}

static unsigned char *operand_data(const struct workload *w, int64_t set, int i) {
    return w->arena[i] ? w->arena[i] + LINE + (size_t)i * STAGGER + (size_t)set * w->stride[i]
                       : NULL;
}

static void copy_in(const struct workload *w, int i, int64_t set) {
    memcpy(operand_data(w, set, i), w->subject.trial.input[i], w->operand_bytes[i]);
}

/* Everything of an arena that is no operand's data, as pieces: visit(user, piece, bytes) until it
 * says false. */
static bool each_gap(const struct workload *w, int i,
                     bool (*visit)(unsigned char *piece, size_t bytes)) {
    unsigned char *at = w->arena[i], *const end = at + arena_bytes(w, i);
    for (int64_t set = 0; set < w->sets; set++) {
        unsigned char *data = operand_data(w, set, i);
        if (!visit(at, (size_t)(data - at))) return false;
        at = data + w->operand_bytes[i];
    }
    return visit(at, (size_t)(end - at));
}

static bool make_canaries(unsigned char *piece, size_t bytes) {
    memset(piece, MEMORY_CANARY, bytes);
    return true;
}

static bool are_canaries(unsigned char *piece, size_t bytes) {
    for (size_t at = 0; at < bytes; at++)
        if (piece[at] != MEMORY_CANARY) return false;
    return true;
}

static void place_canaries(const struct workload *w, int i) { each_gap(w, i, make_canaries); }

int workload_overrun(const struct workload *w) {
    int found = -1;
    for (int i = 0; i < operand_count(w); i++) {
        if (!w->arena[i] || each_gap(w, i, are_canaries)) continue;
        found = i;
        place_canaries(w, i);
    }
    return found;
}

void workload_init(struct workload *w, const struct problem_case *item, uint64_t seed) {
    *w = (struct workload){.item = *item,
                           .flops = problem_flops(&item->problem),
                           .bytes = problem_bytes(&item->problem)};
    w->item.seed = seed;
    for (int i = 0; i < operand_count(w); i++) {
        const struct shape shape = problem_shape(&item->problem, i);
        w->operand_bytes[i] = (size_t)shape_elements(&shape) * dtype_bytes(operand_at(w, i)->dtype);
        w->stride[i] = (w->operand_bytes[i] + LINE - 1) / LINE * LINE;
        w->footprint += w->operand_bytes[i];
    }
}

enum status workload_fill(struct workload *w, struct error *error) {
    if (w->filled) return STATUS_OK;
    const enum status status = subject_open(&w->subject, KIND_ORACLE, &w->item, NULL, NULL, error);
    w->filled = !status;
    w->subject.affordable = affordable_flops;
    w->subject.trusted = w->footprint > trusted_bytes;
    return status;
}

enum status workload_place(struct workload *w, size_t cold_bytes, struct error *error) {
    enum status status = workload_fill(w, error);
    if (!status) status = allocate(w, cold_bytes, error);
    if (status) {
        workload_close(w);
        return status;
    }
    for (int i = 0; i < operand_count(w); i++) {
        const void *input = w->subject.trial.input[i];
        if (!w->arena[i]) continue;
        place_canaries(w, i);
        if (!input) continue;
        w->input_sum[i] = checksum(input, w->operand_bytes[i]);
        for (int64_t set = 0; set < w->sets; set++) copy_in(w, i, set);
    }
    workload_poison(w, POISON_FINITE);
    return STATUS_OK;
}

void workload_close(struct workload *w) {
    if (w->filled) subject_close(&w->subject);
    w->filled = false;
    for (int i = 0; i < OPERANDS_MAX; i++) {
        memory_free(w->arena[i]);
        w->arena[i] = NULL;
    }
}

void workload_operands(const struct workload *w, int64_t set, void *operand[OPERANDS_MAX]) {
    for (int i = 0; i < operand_count(w); i++) operand[i] = operand_data(w, set, i);
}

bool workload_drifts(const struct workload *w) {
    for (int i = 0; i < operand_count(w); i++)
        if (operand_at(w, i)->role == ROLE_INOUT && w->arena[i]) return true;
    return false;
}

void workload_restore(const struct workload *w, int64_t first, int64_t count) {
    for (int i = 0; i < operand_count(w); i++)
        if (operand_at(w, i)->role == ROLE_INOUT && w->arena[i])
            for (int64_t set = first; set < first + count; set++) copy_in(w, i, set);
}

void workload_poison(const struct workload *w, enum poison poison) {
    for (int i = 0; i < operand_count(w); i++)
        for (int64_t set = 0; set < w->sets; set++)
            if (operand_at(w, i)->role == ROLE_OUT && w->arena[i])
                poison_fill(operand_data(w, set, i), w->operand_bytes[i], poison);
    workload_restore(w, 0, w->sets);
}

static int64_t elements_of(const struct workload *w, int i) {
    return (int64_t)(w->operand_bytes[i] / dtype_bytes(operand_at(w, i)->dtype));
}

/* Bytes may hold the poison by right, so uint8 outputs are left out. */
int workload_unwritten(const struct workload *w, int64_t set) {
    int64_t first;
    for (int i = 0; i < operand_count(w); i++)
        if (operand_at(w, i)->role == ROLE_OUT && operand_at(w, i)->dtype != DTYPE_U8 &&
            w->arena[i] &&
            inspect_unwritten(NULL, operand_data(w, set, i), elements_of(w, i),
                              dtype_bytes(operand_at(w, i)->dtype), &first))
            return i;
    return -1;
}

int workload_damaged(struct workload *w) {
    int damaged = -1;
    for (int i = 0; i < operand_count(w); i++) {
        if (operand_at(w, i)->role != ROLE_IN || !w->arena[i]) continue;
        for (int64_t set = 0; set < w->sets; set++) {
            if (checksum(operand_data(w, set, i), w->operand_bytes[i]) == w->input_sum[i]) continue;
            damaged = i;
            copy_in(w, i, set);
        }
    }
    return damaged;
}

static bool has_output(const struct workload *w, int i) {
    return operand_is_output(operand_at(w, i)) && w->operand_bytes[i];
}

struct capture workload_outputs(const struct workload *w, int64_t set) {
    struct capture outputs = {{NULL}};
    for (int i = 0; i < operand_count(w); i++)
        if (has_output(w, i)) outputs.output[i] = operand_data(w, set, i);
    return outputs;
}

static uint64_t add_output(const struct workload *w, int i, const void *data, uint64_t sum) {
    return sum * 31 + checksum(data, w->operand_bytes[i]);
}

uint64_t workload_output_sum(const struct workload *w, int64_t set) {
    uint64_t sum = 0;
    for (int i = 0; i < operand_count(w); i++)
        if (has_output(w, i)) sum = add_output(w, i, operand_data(w, set, i), sum);
    return sum;
}

uint64_t workload_worker_sum(const struct workload *w, const struct host *host) {
    uint64_t sum = 0;
    for (int i = 0; i < operand_count(w); i++)
        if (has_output(w, i)) sum = add_output(w, i, trial_left(host, i), sum);
    return sum;
}

static int64_t count_abnormal(const float *value, size_t bytes) {
    int64_t count = 0;
    for (size_t i = 0; i < bytes / sizeof *value; i++)
        count += !isnormal(value[i]) && value[i] != 0;
    return count;
}

bool workload_degenerate(const struct workload *w, int64_t set) {
    for (int i = 0; i < operand_count(w); i++) {
        const struct operand *operand = operand_at(w, i);
        if (operand->role != ROLE_INOUT || operand->dtype != DTYPE_F32 || !w->arena[i]) continue;
        const void *now = operand_data(w, set, i);
        if (count_abnormal(now, w->operand_bytes[i]) >
            count_abnormal(w->subject.trial.input[i], w->operand_bytes[i]))
            return true;
    }
    return false;
}
