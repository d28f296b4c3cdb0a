/* What the verifier and its worker share: one page of requests and answers, and a file per operand.
 *
 * The verifier writes a request, sends one byte over the socket, and waits for one byte back, for
 * the end of the worker, or for its patience to end. The worker never sees an expected value. */
#ifndef TESTS_VERIFIER_VERIFY_PROTOCOL_H
#define TESTS_VERIFIER_VERIFY_PROTOCOL_H

#include <signal.h>
#include <stdint.h>

#include "kernels/core/primitive.h"

/* Descriptors that a worker starts with. */
enum {
    WORKER_SOCKET = 3,
    WORKER_PAGE,
    WORKER_OPERAND, /* the first of OPERANDS_MAX */
};

/* The hidden first argument; then the ISA cap, then plugins. */
#define WORKER_ARGUMENT "--assay-worker"

/* Workspace and prepared are slots behind the operands, in the worker's private memory. */
enum { SLOT_WORKSPACE = OPERANDS_MAX, SLOT_PREPARED, SLOTS };

enum worker_stage {
    STAGE_ASKED,       /* the verifier's: nothing done yet */
    STAGE_SUPPORTS,    /* in start, supports, workspace_bytes, prepared_bytes */
    STAGE_PREPARES,    /* in prepare */
    STAGE_RUNS,        /* in the kernel */
    STAGE_DONE,        /* the verifier may look at the results */
    STAGE_UNSUPPORTED, /* `reason` says why */
    STAGE_REFUSED,     /* the worker itself could not; `reason` says why */
};

enum access { ACCESS_UNKNOWN, ACCESS_READ, ACCESS_WRITE };

/* Where the usable bytes of every operand lie between its guards. */
enum layout {
    LAYOUT_END,   /* flush against the guard at the end */
    LAYOUT_START, /* flush against the guard at the start: page aligned */
    LAYOUT_ODD,   /* one element after the guard at the start: aligned to nothing else */
    LAYOUTS,
};

/* What outputs, workspace and prepared hold before the run. */
enum poison {
    POISON_NAN,    /* a signalling NaN of float32, and of float64 */
    POISON_FINITE, /* finite garbage */
    POISONS,
};
static inline unsigned char poison_byte(enum poison poison, size_t at) {
    /* little-endian float32 0x7fa5b5a5, float64 0x7fa5b5a57fa5b5a5; 0x4b3c2d1e */
    static const unsigned char bytes[POISONS][4] = {{0xa5, 0xb5, 0xa5, 0x7f},
                                                    {0x1e, 0x2d, 0x3c, 0x4b}};
    return bytes[poison][at % 4];
}

struct worker_slot {
    bool present, sealed;
    size_t bytes, offset;
    uintptr_t base, data; /* the worker's addresses, for reading crash reports */
    size_t base_bytes;
};

struct worker_fault {
    int signal; /* 0: none */
    int code;   /* si_code */
    uintptr_t address;
    enum access access;
};

struct worker_page {
    /* the request */
    char primitive[64], variant[64];
    union field_value value[PROBLEM_MAX_FIELDS];
    int threads;
    enum layout layout;
    enum poison poison;
    struct worker_slot slot[SLOTS]; /* operands: present, sealed, bytes, offset are asked for */

    /* the answer */
    volatile sig_atomic_t stage;
    char reason[256];
    int damaged_slot;     /* workspace or prepared written outside its bounds; else -1 */
    ptrdiff_t damage;     /* offset from its data */
    bool control_changed; /* rounding mode, flush-to-zero or trap masks differ after the run */
    struct worker_fault fault;
};

/* main() of the worker. */
int worker_main(int argument_count, char **arguments);

#endif
