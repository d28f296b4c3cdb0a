/* One problem's data and its truth, shared by all implementations that are timed on it. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "kernels/core/fill.h"
#include "reference/inspect.h"

enum { WORKLOAD_HALOS = 8 };

/* Operand i of buffer set s starts at arena[i] + s * stride[i]. There is one set; with --cold there
 * are enough of them, all holding the same values, that a set has left the caches when its turn
 * comes again. */
struct workload {
    struct problem problem;
    enum fill fill;
    uint64_t seed;
    double flops, bytes; /* per call */
    size_t footprint;    /* bytes of all operands of one set */
    int64_t sets;
    size_t operand_bytes[OPERANDS_MAX];
    size_t stride[OPERANDS_MAX];
    unsigned char *arena[OPERANDS_MAX];
    void *pristine[OPERANDS_MAX];     /* inputs; in-out operands as before the call */
    uint64_t input_sum[OPERANDS_MAX]; /* checksums of the inputs that are never written */
    struct judge judge[WORKLOAD_HALOS];
    int halo[WORKLOAD_HALOS];
    int judges;
};

/* Allocate and fill. `cold_bytes`: what all sets together must exceed; 0: one set. */
enum status workload_open(struct workload *workload, const struct problem *problem, enum fill fill,
                          uint64_t seed, size_t cold_bytes, struct error *error);
void workload_close(struct workload *workload);

/* Pointers to the operands of one set. */
void workload_operands(const struct workload *workload, int64_t set, void *operand[OPERANDS_MAX]);

/* Has it operands that a call changes? */
bool workload_drifts(const struct workload *workload);
/* In-out operands of sets [first, first + count) back to what they were before any call. */
void workload_restore(const struct workload *workload, int64_t first, int64_t count);
/* Outputs of all sets poisoned; in-out operands restored. */
void workload_poison(const struct workload *workload, enum poison poison);
/* Some output element still holds POISON_FINITE: its operand's index, or -1. */
int workload_unwritten(const struct workload *workload, int64_t set);
/* Outputs of set 0 copied (memory_allocate); false: no memory. After a run on POISON_NAN... */
bool workload_capture(const struct workload *workload, unsigned char *output[OPERANDS_MAX]);
/* ... and another on POISON_FINITE: is everything written, and the same? Else why not. */
bool workload_same(const struct workload *workload, unsigned char *const nan[OPERANDS_MAX],
                   char *reason, size_t reason_bytes);
/* An operand beside whose data something was written: its index, or -1. Repairs it. */
int workload_overrun(const struct workload *workload);
/* An input that is no longer what it was: its operand's index, or -1. Repairs it. */
int workload_damaged(struct workload *workload);

/* Checksum over all outputs of a set. */
uint64_t workload_output_sum(const struct workload *workload, int64_t set);
/* An in-out operand of this set holds Inf, NaN or a denormal where the data began without. */
bool workload_degenerate(const struct workload *workload, int64_t set);

struct opinion {
    double error_ratio; /* worst error in units of its bound */
    double judged;      /* fraction of the output elements that were judged */
    char reason[320];   /* empty: right */
};
/* Outputs of a set after one call on pristine data against the oracle. The oracle is evaluated once
 * per accumulation halo, on as many units as fit in 0.15 s. */
enum status workload_judge(struct workload *workload, const struct implementation *implementation,
                           int64_t set, struct opinion *opinion, struct error *error);

#endif
