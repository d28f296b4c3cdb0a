/* Reads and writes where nothing may be read or written, and elements that nobody wrote, for every
 * primitive. */
#include <stdio.h>
#include <unistd.h>

#include "kernels/host/protocol.h"
#include "tests/mutants/generic.h"

#define RUN(name_)                                                                                 \
    static void name_(const struct implementation *self, const struct problem *problem,            \
                      const struct invocation *invocation)

/* The first operand of a role, there but perhaps without elements. */
static bool first_of(const struct problem *problem, const struct invocation *invocation,
                     bool (*wanted)(const struct operand *), struct part *p) {
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        part_at(problem, invocation, i, p);
        if (wanted(p->what) && shape_present(&p->shape)) return true;
    }
    return false;
}

/* The byte `bytes` after the operand's start, untouched by the compiler's knowledge of arrays. */
static volatile char *byte_at(const struct part *p, int64_t bytes) {
    return (volatile char *)((uintptr_t)p->tensor.data + (uintptr_t)bytes);
}

static int64_t bytes_of(const struct part *p) { return p->count * (int64_t)p->unit; }

/* ---- beyond the operands ----------------------------------------------------------------------
 */

RUN(write_past) {
    struct part p;
    (void)self;
    run_right(problem, invocation);
    if (first_of(problem, invocation, operand_is_output, &p)) *byte_at(&p, bytes_of(&p)) = 0;
}

RUN(write_before) {
    struct part p;
    (void)self;
    run_right(problem, invocation);
    if (first_of(problem, invocation, operand_is_output, &p)) *byte_at(&p, -(int64_t)p.unit) = 0;
}

RUN(read_past) {
    struct part p;
    (void)self;
    run_right(problem, invocation);
    if (first_of(problem, invocation, operand_is_input, &p)) (void)*byte_at(&p, bytes_of(&p));
}

RUN(read_before) {
    struct part p;
    (void)self;
    run_right(problem, invocation);
    if (first_of(problem, invocation, operand_is_input, &p)) (void)*byte_at(&p, -(int64_t)p.unit);
}

/* A vector load of 16 bytes that begins inside. */
RUN(read_a_vector_past) {
    struct part p;
    (void)self;
    run_right(problem, invocation);
    if (!first_of(problem, invocation, operand_is_input, &p) || !p.count) return;
    for (int64_t at = bytes_of(&p) / 16 * 16, end = at + 16; at < end; at++) (void)*byte_at(&p, at);
}

RUN(mutated_input) {
    struct part p;
    int first = 0;
    (void)self;
    run_right(problem, invocation);
    if (next_part(problem, invocation, is_pure_input, &first, &p)) part_spoil(&p, p.count / 2);
}

/* Around the page protection: through the descriptor that the operand was mapped from. */
RUN(mutated_input_file) {
    struct part p;
    int first = 0;
    (void)self;
    run_right(problem, invocation);
    if (!next_part(problem, invocation, is_pure_input, &first, &p)) return;
    const char byte = (char)(*byte_at(&p, 0) ^ 1);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (pwrite(WORKER_OPERAND + p.index, &byte, 1, (off_t)((uintptr_t)p.tensor.data % page)) != 1)
        perror("mutated_input_file");
}

#if defined __x86_64__
RUN(aligned_load) {
    (void)self;
    run_right(problem, invocation);
    struct part p;
    if (first_of(problem, invocation, operand_is_input, &p) && p.count * p.unit >= 16)
        __asm__ volatile("movaps (%0), %%xmm0" : : "r"(p.tensor.data) : "xmm0", "memory");
}
#endif

static size_t some_workspace(const void *problem) {
    (void)problem;
    return 1000;
}

RUN(workspace_overrun) {
    (void)self;
    run_right(problem, invocation);
    ((volatile char *)invocation->workspace)[some_workspace(problem->value)] = 0;
}

/* ---- memory that nobody wrote -----------------------------------------------------------------
 */

/* Whether the float there is a NaN (one poison is, the other is not) decides about the results. */
static void spoil_if_nan(const void *memory, const struct problem *problem,
                         const struct invocation *invocation) {
    float before;
    memcpy(&before, memory, sizeof before);
    run_right(problem, invocation);
    if (isnan(before)) spoil_last(problem, invocation);
}

RUN(reads_output) {
    struct part p;
    int first = 0;
    (void)self;
    if (next_part(problem, invocation, is_pure_output, &first, &p) && p.what->dtype == DTYPE_F32)
        spoil_if_nan(p.tensor.data, problem, invocation);
    else
        run_right(problem, invocation);
}

RUN(reads_workspace) {
    (void)self;
    spoil_if_nan(invocation->workspace, problem, invocation);
}

/* ---- elements that are not written ------------------------------------------------------------
 */

/* Everything but the last `left(part)` elements of every `row` of them. */
static void write_but(const struct problem *problem, const struct invocation *invocation,
                      int64_t left(int64_t row), bool whole) {
    struct apart result;
    struct part p;
    apart_open(&result, problem, invocation, operand_is_output);
    run_right_on(problem, result.operand);
    for (int i = 0; next_part(problem, invocation, operand_is_output, &i, &p);) {
        const int64_t row = whole || !p.shape.rank ? p.count : p.shape.dim[p.shape.rank - 1];
        for (int64_t first = 0; first < p.count; first += row)
            apart_deliver(&result, &p, first, row - left(row));
    }
    apart_close(&result);
}

static int64_t one(int64_t row) { return row > 0; }
static int64_t rest_of_8(int64_t row) { return row % 8; }
static int64_t all(int64_t row) { return row; }

RUN(last_unwritten) {
    (void)self;
    write_but(problem, invocation, one, true);
}

RUN(tail_unwritten) {
    (void)self;
    write_but(problem, invocation, rest_of_8, true);
}

RUN(row_tails_unwritten) {
    (void)self;
    write_but(problem, invocation, rest_of_8, false);
}

RUN(nothing_written) {
    (void)self;
    write_but(problem, invocation, all, true);
}

static bool has_rows(const struct primitive *primitive) {
    struct problem initial;
    problem_init(&initial, primitive);
    for (int i = 0; i < primitive->operand_count; i++)
        if (operand_is_output(&primitive->operands[i]) && problem_shape(&initial, i).rank > 1)
            return true;
    return false;
}

/* An in-out operand keeps its old value, which is a wrong value. */
#define UNWRITTEN "FAIL: was not written|FAIL: expected"

static const struct sabotage sabotages[] = {
    SABOTAGE(write_past, "writes one element past the end of an output",
             "CRASH: wrote 1 element past the end of|FAIL: wrote 1 element past the end of"),
    SABOTAGE(
        write_before, "writes one element before the start of an output",
        "FAIL: wrote 1 element before the start of|CRASH: wrote 1 element before the start of"),
    SABOTAGE(read_past, "reads one element past the end of an input",
             "CRASH: read 1 element past the end of"),
    SABOTAGE(read_before, "reads one element before the start of an input",
             "CRASH: read 1 element before the start of"),
    SABOTAGE(read_a_vector_past, "the last vector load reads past the end of an input",
             "CRASH: read 1 element past the end of"),
    SABOTAGE(mutated_input, "changes an input", "CRASH: wrote to the read-only input",
             .applies = has_pure_input),
    SABOTAGE(mutated_input_file, "changes an input behind the page protection",
             "FAIL: wrote to the read-only input", .applies = has_pure_input),
#if defined __x86_64__
    SABOTAGE(aligned_load, "loads with an instruction that wants aligned addresses",
             "CRASH: aligned vector load"),
#endif
    SABOTAGE(workspace_overrun, "writes one byte past the end of the workspace",
             "FAIL: wrote 1 byte past the end of the workspace", .workspace_bytes = some_workspace),
    SABOTAGE(reads_output, "the result depends on what the output held before",
             "FAIL: depends on what the outputs, workspace or prepared held before",
             .applies = has_pure_output),
    SABOTAGE(reads_workspace, "the result depends on what the workspace held before",
             "FAIL: depends on what the outputs, workspace or prepared held before",
             .workspace_bytes = some_workspace),
    SABOTAGE(last_unwritten, "the last element is not written", UNWRITTEN),
    SABOTAGE(tail_unwritten, "the last n % 8 elements are not written", UNWRITTEN),
    SABOTAGE(row_tails_unwritten, "the last n % 8 elements of every row are not written", UNWRITTEN,
             .applies = has_rows),
    SABOTAGE(nothing_written, "nothing is written", UNWRITTEN),
};

GENERIC_PLUGIN("mutants_generic_memory");
