#include "bench/workload.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/clock.h"
#include "kernels/core/memory.h"

enum {
    LINE = 64,
    STAGGER = 17 * LINE, /* large blocks all start at the same offset in a page: without it the
                            streams of one kernel would share cache sets and alias at 4 KiB */
};
static const double judge_seconds = 0.15;

static const struct operand *operand_at(const struct workload *w, int i) {
    return &w->problem.primitive->operands[i];
}

static int operand_count(const struct workload *w) { return w->problem.primitive->operand_count; }

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
    for (int i = 0; i < operand_count(w); i++) {
        const struct shape shape = problem_shape(&w->problem, i);
        w->operand_bytes[i] = (size_t)shape_elements(&shape) * dtype_bytes(operand_at(w, i)->dtype);
        w->stride[i] = (w->operand_bytes[i] + LINE - 1) / LINE * LINE;
        w->footprint += w->operand_bytes[i];
        per_set += w->stride[i];
    }
    w->sets = cold_bytes && per_set ? (int64_t)(cold_bytes / per_set + 2) : 1;
    for (int i = 0; i < operand_count(w); i++) {
        const struct shape shape = problem_shape(&w->problem, i);
        if (!shape_present(&shape)) continue;
        unsigned char *block = memory_allocate(arena_bytes(w, i));
        w->arena[i] = block;
        if (operand_is_input(operand_at(w, i)))
            w->pristine[i] = memory_allocate(w->operand_bytes[i]);
        if (!block || (operand_is_input(operand_at(w, i)) && !w->pristine[i]))
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
    memcpy(operand_data(w, set, i), w->pristine[i], w->operand_bytes[i]);
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

enum status workload_open(struct workload *w, const struct problem *problem, enum fill fill,
                          uint64_t seed, size_t cold_bytes, struct error *error) {
    *w = (struct workload){.problem = *problem,
                           .fill = fill,
                           .seed = seed,
                           .flops = problem_flops(problem),
                           .bytes = problem_bytes(problem)};
    const enum status status = allocate(w, cold_bytes, error);
    if (status) {
        workload_close(w);
        return status;
    }
    for (int i = 0; i < operand_count(w); i++) {
        if (!w->pristine[i]) continue;
        fill_operand(problem, i, fill, seed, w->pristine[i]);
        w->input_sum[i] = checksum(w->pristine[i], w->operand_bytes[i]);
        for (int64_t set = 0; set < w->sets; set++) copy_in(w, i, set);
    }
    for (int i = 0; i < operand_count(w); i++)
        if (w->arena[i]) place_canaries(w, i);
    workload_poison(w, POISON_FINITE);
    return STATUS_OK;
}

void workload_close(struct workload *w) {
    for (int i = 0; i < w->judges; i++) judge_close(&w->judge[i]);
    for (int i = 0; i < OPERANDS_MAX; i++) {
        memory_free(w->arena[i]);
        memory_free(w->pristine[i]);
        w->arena[i] = NULL;
        w->pristine[i] = NULL;
    }
    w->judges = 0;
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

bool workload_capture(const struct workload *w, unsigned char *output[OPERANDS_MAX]) {
    for (int i = 0; i < operand_count(w); i++) {
        if (!operand_is_output(operand_at(w, i)) || !w->operand_bytes[i]) continue;
        output[i] = memory_allocate(w->operand_bytes[i]);
        if (!output[i]) return false;
        memcpy(output[i], operand_data(w, 0, i), w->operand_bytes[i]);
    }
    return true;
}

bool workload_same(const struct workload *w, unsigned char *const nan[OPERANDS_MAX], char *reason,
                   size_t bytes) {
    for (int i = 0; i < operand_count(w); i++) {
        if (!nan[i]) continue;
        const struct operand *operand = operand_at(w, i);
        const struct shape shape = problem_shape(&w->problem, i);
        const size_t unit = dtype_bytes(operand->dtype);
        const int64_t elements = elements_of(w, i);
        int64_t first = -1;
        char place[128];
        if (operand->role == ROLE_OUT &&
            inspect_unwritten(nan[i], operand_data(w, 0, i), elements, unit, &first)) {
            snprintf(reason, bytes, "%s%s was not written", operand->name,
                     shape_print_index(&shape, first, place, sizeof place));
            return false;
        }
        first = inspect_difference(nan[i], operand_data(w, 0, i), elements, unit);
        if (first < 0) continue;
        snprintf(reason, bytes,
                 "%s%s differs between two runs on the same inputs: not repeatable, or memory is "
                 "read that nobody wrote",
                 operand->name, shape_print_index(&shape, first, place, sizeof place));
        return false;
    }
    return true;
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

uint64_t workload_output_sum(const struct workload *w, int64_t set) {
    uint64_t sum = 0;
    for (int i = 0; i < operand_count(w); i++)
        if (operand_is_output(operand_at(w, i)) && w->arena[i])
            sum = sum * 31 + checksum(operand_data(w, set, i), w->operand_bytes[i]);
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
            count_abnormal(w->pristine[i], w->operand_bytes[i]))
            return true;
    }
    return false;
}

/* ---- truth ------------------------------------------------------------------------------------
 */

static int64_t common_divisor(int64_t a, int64_t b) { return b ? common_divisor(b, a % b) : a; }

/* The last unit, then every other one in golden-ratio strides from the first: evenly spread
 * wherever time runs out, and all of them when it does not. */
static void evaluate(struct judge *judge, int halo) {
    const struct oracle_call call = {judge->problem.value, judge->operand, halo, judge->expected,
                                     NULL};
    const int64_t units = judge->units;
    const double start = seconds_now();
    if (units <= 0) return;
    int64_t step = (int64_t)(0.6180339887 * (double)units) + 1;
    while (common_divisor(step, units) != 1) step++;
    oracle_evaluate(judge->oracle, &judge->problem, &call, units - 1);
    int64_t unit = 0;
    for (int64_t i = 0; i < units; i++) {
        oracle_evaluate(judge->oracle, &judge->problem, &call, unit);
        unit = (unit + step) % units;
        if (seconds_now() - start > judge_seconds) break;
    }
}

static enum status find_judge(struct workload *w, int halo, struct judge **judge,
                              struct error *error) {
    for (int i = 0; i < w->judges; i++)
        if (w->halo[i] == halo) {
            *judge = &w->judge[i];
            return STATUS_OK;
        }
    if (w->judges == WORKLOAD_HALOS)
        return fail(error, STATUS_NO_MEMORY, "more than %d different accumulation reaches",
                    WORKLOAD_HALOS);
    *judge = &w->judge[w->judges];
    const enum status status =
        judge_open(*judge, &w->problem, (const void *const *)w->pristine, halo, 0, w->seed, error);
    if (status) return status;
    evaluate(*judge, halo);
    w->halo[w->judges++] = halo;
    return STATUS_OK;
}

enum status workload_judge(struct workload *w, const struct implementation *implementation,
                           int64_t set, struct opinion *opinion, struct error *error) {
    *opinion = (struct opinion){0};
    struct judge *judge = NULL;
    const enum status status = find_judge(w, implementation->accumulation.halo, &judge, error);
    if (status) return status;
    int64_t judged = 0, elements = 0;
    for (int i = 0; i < operand_count(w); i++) {
        if (!operand_is_output(operand_at(w, i)) || !w->operand_bytes[i]) continue;
        const struct tolerance tolerance = judge_tolerance(judge, implementation, i, false);
        const struct comparison found =
            judge_compare(judge, i, operand_data(w, set, i), &tolerance);
        judged += found.judged;
        elements += (int64_t)(w->operand_bytes[i] / dtype_bytes(operand_at(w, i)->dtype));
        opinion->error_ratio = fmax(opinion->error_ratio, found.worst_ratio);
        if (found.wrong && !opinion->reason[0])
            inspect_describe(judge, i, operand_data(w, set, i), &tolerance, &found, opinion->reason,
                             sizeof opinion->reason);
    }
    opinion->judged = elements ? (double)judged / (double)elements : 1;
    if (elements && !judged)
        snprintf(opinion->reason, sizeof opinion->reason, "no output element could be judged");
    return STATUS_OK;
}
