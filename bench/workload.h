/* One problem's data and its truth, shared by all implementations that are timed on it. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "reference/checks.h"

/* Operand i of buffer set s starts at arena[i] + s * stride[i]. There is one set; with --cold there
 * are enough of them, all holding the same values, that a set has left the caches when its turn
 * comes again. */
struct workload {
    struct problem_case item;
    double flops, bytes;    /* per call */
    struct subject subject; /* the inputs, in-out operands as before the call, and the truth */
    bool filled;
    size_t footprint; /* bytes of all operands of one set */
    int64_t sets;
    size_t operand_bytes[OPERANDS_MAX];
    size_t stride[OPERANDS_MAX];
    unsigned char *arena[OPERANDS_MAX];
    uint64_t input_sum[OPERANDS_MAX]; /* checksums of the inputs that are never written */
};

/* What is known of it without its data. */
void workload_init(struct workload *workload, const struct problem_case *item, uint64_t seed);
/* The inputs, to be verified with. Filled already: nothing. */
enum status workload_fill(struct workload *workload, struct error *error);
/* The operands, to be timed with, and the inputs. `cold_bytes`: what all sets together must exceed;
 * 0: one set. */
enum status workload_place(struct workload *workload, size_t cold_bytes, struct error *error);
/* Gives all that back; it may be filled again. */
void workload_close(struct workload *workload);

/* Pointers to the operands of one set. */
void workload_operands(const struct workload *workload, int64_t set, void *operand[OPERANDS_MAX]);

/* Has it operands that a call changes? */
bool workload_drifts(const struct workload *workload);
/* In-out operands of sets [first, first + count) back to what they were before any call. */
void workload_restore(const struct workload *workload, int64_t first, int64_t count);
/* Outputs of all sets poisoned; in-out operands restored. */
void workload_poison(const struct workload *workload, enum poison poison);
/* Outputs of a set; not owned. */
struct capture workload_outputs(const struct workload *workload, int64_t set);
/* Some output element still holds POISON_FINITE: its operand's index, or -1. */
int workload_unwritten(const struct workload *workload, int64_t set);
/* An operand beside whose data something was written: its index, or -1. Repairs it. */
int workload_overrun(const struct workload *workload);
/* An input that is no longer what it was: its operand's index, or -1. Repairs it. */
int workload_damaged(struct workload *workload);

/* Checksum over all outputs of a set. */
uint64_t workload_output_sum(const struct workload *workload, int64_t set);
/* The same over what the last run in the worker left. */
uint64_t workload_worker_sum(const struct workload *workload, const struct host *host);
/* An in-out operand of this set holds Inf, NaN or a denormal where the data began without. */
bool workload_degenerate(const struct workload *workload, int64_t set);

#endif
