#include "reference/trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/memory.h"
#include "kernels/core/random.h"
#include "reference/inspect.h"

void finding_set(struct finding *finding, enum verdict verdict, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    finding->verdict = verdict;
    vsnprintf(finding->message, sizeof finding->message, format, arguments);
    va_end(arguments);
}

const char *layout_name(enum layout layout) {
    static const char *const names[LAYOUTS] = {
        "operands flush against their end", "operands flush against their start",
        "operands some elements past a page start, each its own number of them"};
    return names[layout];
}

static const struct operand *operand_at(const struct trial *trial, int index) {
    return &trial->problem.primitive->operands[index];
}

static int operand_count(const struct trial *trial) {
    return trial->problem.primitive->operand_count;
}

static size_t unit_of(const struct trial *trial, int index) {
    return dtype_bytes(operand_at(trial, index)->dtype);
}

size_t trial_bytes(const struct trial *trial, int index) {
    return (size_t)shape_elements(&trial->shape[index]) * unit_of(trial, index);
}

bool trial_has_output(const struct trial *trial) {
    for (int i = 0; i < trial->problem.primitive->operand_count; i++)
        if (operand_is_output(&trial->problem.primitive->operands[i]) &&
            shape_elements(&trial->shape[i]) > 0)
            return true;
    return false;
}

enum status trial_open(struct trial *trial, const struct problem *problem, struct error *error) {
    *trial = (struct trial){.problem = *problem, .places = problem_hash(problem)};
    for (int i = 0; i < operand_count(trial); i++) {
        trial->shape[i] = problem_shape(problem, i);
        if (!shape_present(&trial->shape[i]) || !operand_is_input(operand_at(trial, i))) continue;
        trial->input[i] = memory_allocate(trial_bytes(trial, i));
        if (!trial->input[i]) {
            trial_close(trial);
            return fail(error, STATUS_NO_MEMORY, "no memory for %s", operand_at(trial, i)->name);
        }
    }
    return STATUS_OK;
}

void trial_fill(struct trial *trial, enum fill fill, uint64_t seed) {
    trial->places = problem_hash(&trial->problem) + seed;
    for (int i = 0; i < operand_count(trial); i++)
        if (trial->input[i]) fill_operand(&trial->problem, i, fill, seed, trial->input[i]);
}

void trial_close(struct trial *trial) {
    for (int i = 0; i < OPERANDS_MAX; i++) {
        memory_free(trial->input[i]);
        trial->input[i] = NULL;
    }
}

void capture_free(struct capture *capture) {
    for (int i = 0; i < OPERANDS_MAX; i++) free(capture->output[i]);
    *capture = (struct capture){{NULL}};
}

/* ---- one run ----------------------------------------------------------------------------------
 */

enum { LAYOUT_MOST_ELEMENTS = 15 };

/* Elements before the data, as trial.h has it: each operand its own, as who aligns one must not take
 * the others for aligned. */
static int64_t odd_place(const struct trial *trial, int i) {
    const uint64_t start = trial->places % ALIGNMENTS;
    const uint64_t step = 1 + trial->places / ALIGNMENTS % (ALIGNMENTS - 1);
    const int class = (int)((start + (uint64_t)trial->turn + step * (uint64_t)i) % ALIGNMENTS);
    if (class == ALIGNMENTS - 1) return 0;
    const int64_t unit = INT64_C(1) << class, odd = (LAYOUT_MOST_ELEMENTS / unit - 1) / 2;
    return unit * (1 + 2 * random_integer(trial->places, (uint32_t)i, 0, 0, odd));
}

/* Bytes before the data in its file. */
static size_t layout_offset(const struct trial *trial, int i, enum layout layout) {
    if (layout == LAYOUT_END) return guarded_end_offset(trial_bytes(trial, i));
    if (layout == LAYOUT_START) return 0;
    return unit_of(trial, i) * (size_t)odd_place(trial, i);
}

/* Fill an operand's file: canaries around the input, or around poison. */
static bool place_operand(struct host *host, const struct trial *trial, int i,
                          struct run_plan plan) {
    const size_t bytes = trial_bytes(trial, i), offset = layout_offset(trial, i, plan.layout);
    const size_t room = guarded_file_bytes(offset + bytes);
    unsigned char *file = host_operand(host, i, room);
    if (!file) return false;
    memset(file, MEMORY_CANARY, offset);
    memset(file + offset + bytes, MEMORY_CANARY, room - offset - bytes);
    if (trial->input[i] && bytes)
        memcpy(file + offset, trial->input[i], bytes);
    else if (trial->held && trial->held->output[i] && bytes)
        memcpy(file + offset, trial->held->output[i], bytes);
    else
        poison_fill(file + offset, bytes, plan.poison);
    host->page->request.slot[i] =
        (struct worker_slot){.present = true,
                             .sealed = operand_at(trial, i)->role == ROLE_IN,
                             .bytes = bytes,
                             .offset = offset};
    return true;
}

static bool place(struct host *host, const struct trial *trial,
                  const struct implementation *implementation, struct run_plan plan) {
    struct worker_request *request = &host->page->request;
    memset(request, 0, sizeof *request); /* compared byte by byte afterwards */
    snprintf(request->primitive, sizeof request->primitive, "%s", implementation->primitive);
    snprintf(request->variant, sizeof request->variant, "%s", implementation->variant);
    memcpy(request->value, trial->problem.value, sizeof request->value);
    request->threads = plan.threads;
    request->layout = plan.layout;
    request->poison = plan.poison;
    request->calls = trial->calls;
    request->beside = trial->beside;
    for (int i = 0; i < operand_count(trial); i++)
        if (shape_present(&trial->shape[i]) && !place_operand(host, trial, i, plan)) return false;
    return true;
}

/* Offset relative to the data of the first byte around operand i that is no canary any more. */
static bool slack_intact(const struct host *host, int i, ptrdiff_t *at) {
    const struct worker_slot *slot = &host->page->request.slot[i];
    const unsigned char *file = host->operand[i];
    const size_t room = guarded_file_bytes(slot->offset + slot->bytes);
    for (size_t byte = 0; byte < room; byte++) {
        if (byte == slot->offset) byte += slot->bytes;
        if (byte < room && file[byte] != MEMORY_CANARY) {
            *at = (ptrdiff_t)byte - (ptrdiff_t)slot->offset;
            return false;
        }
    }
    return true;
}

unsigned char *trial_left(const struct host *host, int operand) {
    return host->operand[operand] + host->page->request.slot[operand].offset;
}

static bool input_intact(const struct host *host, const struct trial *trial, int i, ptrdiff_t *at) {
    const unsigned char *now = trial_left(host, i);
    const unsigned char *before = trial->input[i];
    const size_t bytes = trial_bytes(trial, i);
    if (operand_at(trial, i)->role != ROLE_IN || !bytes || memcmp(now, before, bytes) == 0)
        return true;
    *at = 0;
    while (now[*at] == before[*at]) ++*at;
    return false;
}

static bool surroundings_intact(const struct host *host, const struct trial *trial,
                                struct run_plan plan, struct finding *finding) {
    const struct worker_page *page = host->page;
    const struct primitive *primitive = trial->problem.primitive;
    char where[256];
    ptrdiff_t at = page->answer.damage;
    int damaged = page->answer.damaged_slot;
    for (int i = 0; damaged < 0 && i < operand_count(trial); i++)
        if (page->request.slot[i].present &&
            (!slack_intact(host, i, &at) || !input_intact(host, trial, i, &at)))
            damaged = i;
    if (damaged >= 0) {
        fault_place(page, primitive, damaged, at, where, sizeof where);
        const bool input =
            damaged < OPERANDS_MAX && at >= 0 && (size_t)at < trial_bytes(trial, damaged);
        finding_set(finding, VERDICT_FAIL, "wrote %s%s (%s)",
                    input ? "to the read-only input " : "", where, layout_name(plan.layout));
        return false;
    }
    return true;
}

static bool take_outputs(const struct host *host, const struct trial *trial,
                         struct capture *capture, struct finding *finding) {
    *capture = (struct capture){{NULL}};
    for (int i = 0; i < operand_count(trial); i++) {
        const size_t bytes = trial_bytes(trial, i);
        if (!operand_is_output(operand_at(trial, i)) || !bytes) continue;
        capture->output[i] = malloc(bytes);
        if (!capture->output[i]) {
            finding_set(finding, VERDICT_MISTRUSTED, "no memory for the results");
            return false;
        }
        memcpy(capture->output[i], trial_left(host, i), bytes);
    }
    return true;
}

/* As trial_run, but the outputs stay where they are. */
static bool run_once(struct host *host, const struct trial *trial,
                     const struct implementation *implementation, struct run_plan plan,
                     struct finding *finding) {
    finding->threads = implementation->uses_threads ? plan.threads : 1;
    finding->layout = plan.layout;
    if (!place(host, trial, implementation, plan)) {
        finding_set(finding, VERDICT_MISTRUSTED, "no memory for the operands");
        return false;
    }
    const struct outcome outcome = host_call(host, trial->problem.primitive);
    if (outcome.verdict != VERDICT_PASS) {
        finding_set(finding, outcome.verdict, "%s", outcome.reason);
        return false;
    }
    return surroundings_intact(host, trial, plan, finding);
}

bool trial_run(struct host *host, const struct trial *trial,
               const struct implementation *implementation, struct run_plan plan,
               struct capture *capture, struct finding *finding) {
    *capture = (struct capture){{NULL}};
    return run_once(host, trial, implementation, plan, finding) &&
           take_outputs(host, trial, capture, finding);
}

/* ---- two runs ---------------------------------------------------------------------------------
 */

int64_t capture_difference(const struct trial *trial, const struct capture *a,
                           const struct capture *b, int *operand) {
    for (*operand = 0; *operand < operand_count(trial); ++*operand) {
        if (!a->output[*operand]) continue;
        const int64_t element =
            inspect_difference(a->output[*operand], b->output[*operand],
                               shape_elements(&trial->shape[*operand]), unit_of(trial, *operand));
        if (element >= 0) return element;
    }
    return -1;
}

static bool all_written(const struct trial *trial, const struct capture *a, const struct capture *b,
                        struct finding *finding) {
    for (int i = 0; i < operand_count(trial); i++) {
        if (!a->output[i] || operand_at(trial, i)->role != ROLE_OUT) continue;
        int64_t first = -1;
        const int64_t missing =
            inspect_unwritten(a->output[i], b->output[i], shape_elements(&trial->shape[i]),
                              unit_of(trial, i), &first);
        if (!missing) continue;
        finding->operand = operand_at(trial, i)->name;
        shape_print_index(&trial->shape[i], first, finding->index, sizeof finding->index);
        finding->wrong = missing;
        finding->judged = shape_elements(&trial->shape[i]);
        finding_set(finding, VERDICT_FAIL, "%s%s was not written (%lld of %lld elements were not)",
                    finding->operand, finding->index, (long long)missing,
                    (long long)finding->judged);
        return false;
    }
    return true;
}

/* The runs differ: because of the poison, or because no two runs agree? Four more tell, in an
 * order that no short cycle follows. 1: each agrees with the one of its poison; 0: not; -1: they
 * could not be had, see finding. */
static int repeats_under_poison(struct host *host, const struct trial *trial,
                                const struct implementation *implementation, struct run_plan plan,
                                const struct capture *nan, const struct capture *finite,
                                struct finding *finding) {
    static const enum poison poisons[] = {POISON_NAN, POISON_NAN, POISON_FINITE, POISON_FINITE};
    int agrees = 1;
    for (int run = 0; run < 4 && agrees > 0; run++) {
        struct capture again;
        int operand;
        plan.poison = poisons[run];
        if (!trial_run(host, trial, implementation, plan, &again, finding))
            agrees = -1;
        else if (capture_difference(trial, plan.poison == POISON_NAN ? nan : finite, &again,
                                    &operand) >= 0)
            agrees = 0;
        capture_free(&again);
    }
    return agrees;
}

static void explain_difference(struct host *host, const struct trial *trial,
                               const struct implementation *implementation, struct run_plan plan,
                               const struct capture *nan, const struct capture *finite, int operand,
                               int64_t element, struct finding *finding) {
    const int repeats =
        repeats_under_poison(host, trial, implementation, plan, nan, finite, finding);
    if (repeats < 0) return;
    finding->operand = operand_at(trial, operand)->name;
    shape_print_index(&trial->shape[operand], element, finding->index, sizeof finding->index);
    finding_set(finding, VERDICT_FAIL,
                repeats ? "%s%s depends on what the outputs, workspace or prepared held before: "
                          "memory is read that nobody wrote"
                        : "%s%s differs between two runs on the same inputs: not repeatable",
                finding->operand, finding->index);
}

bool trial_run_pair(struct host *host, const struct trial *trial,
                    const struct implementation *implementation, struct run_plan plan,
                    struct capture *capture, struct finding *finding) {
    struct capture second, left = {{NULL}};
    plan.poison = POISON_NAN;
    if (!trial_run(host, trial, implementation, plan, capture, finding)) return false;
    plan.poison = POISON_FINITE;
    if (!run_once(host, trial, implementation, plan, finding)) return false;
    for (int i = 0; i < operand_count(trial); i++) /* not copied: they may be large */
        if (capture->output[i]) left.output[i] = trial_left(host, i);
    if (!all_written(trial, capture, &left, finding)) return false;
    int operand;
    const int64_t element = capture_difference(trial, capture, &left, &operand);
    if (element < 0) return true;
    if (take_outputs(host, trial, &second, finding))
        explain_difference(host, trial, implementation, plan, capture, &second, operand, element,
                           finding);
    capture_free(&second);
    return false;
}
