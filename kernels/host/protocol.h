/* What the verifier and its worker share: one page of requests and answers, and a file per operand.
 *
 * The verifier writes a request, sends one byte over the socket, and waits for the same byte back,
 * for the end of the worker, or for its patience to end. The worker never sees an expected value.
 * Once in between, before operands are mapped, the worker sends the byte to have its memory limited
 * (answer.room) and gets it back: the verifier does that, since what the worker could do a kernel
 * in it could undo.
 *
 * A kernel lives in the worker and could write to all of this. The verifier keeps its own copy of
 * the request, believes no number in the answer that it has not checked, and counts the bytes; so
 * what a kernel forges can make its own verdict worse, or hide what only the worker could have
 * seen, but never make a wrong result right. */
#ifndef KERNELS_HOST_PROTOCOL_H
#define KERNELS_HOST_PROTOCOL_H

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "kernels/core/primitive.h"

/* Descriptors that a worker starts with. */
enum {
    WORKER_SOCKET = 3,
    WORKER_PAGE,
    WORKER_OPERAND, /* the first of OPERANDS_MAX */
    /* its own: how much memory it has */
    WORKER_STATM = WORKER_OPERAND + OPERANDS_MAX,
};

/* The hidden first argument; then the ISA cap, then plugins. */
#define WORKER_ARGUMENT "--assay-worker"

/* Workspace and prepared are slots behind the operands, in the worker's private memory. */
enum { SLOT_WORKSPACE = OPERANDS_MAX, SLOT_PREPARED, SLOTS };

enum worker_stage {
    STAGE_ASKED,       /* the verifier's: nothing done yet */
    STAGE_SUPPORTS,    /* in start, supports, workspace_bytes, prepared_bytes */
    STAGE_SIZED,       /* asks for its limit of memory */
    STAGE_PREPARES,    /* in prepare */
    STAGE_RUNS,        /* in the kernel */
    STAGE_RETURNED,    /* it has returned; nothing may change any more */
    STAGE_DONE,        /* the verifier may look at the results */
    STAGE_UNSUPPORTED, /* `reason` says why */
    STAGE_REFUSED,     /* the worker itself could not; `reason` says why */
};

enum access { ACCESS_UNKNOWN, ACCESS_READ, ACCESS_WRITE };

/* Where the usable bytes of every operand lie between its guards. */
enum layout {
    LAYOUT_END,   /* flush against the guard at the end */
    LAYOUT_START, /* flush against the guard at the start: page aligned */
    LAYOUT_ODD,   /* some elements after the guard at the start, each operand as many as it draws */
    LAYOUTS,
};

/* What outputs, workspace and prepared hold before the run. Each problem is run twice, with another
 * poison each time: what is still poison in both was not written, and what differs depends on it. */
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
/* The pattern of four bytes, doubled until it fills. */
static inline void poison_fill(unsigned char *data, size_t bytes, enum poison poison) {
    size_t done = 0;
    for (; done < bytes && done < 4; done++) data[done] = poison_byte(poison, done);
    while (done < bytes) {
        const size_t more = bytes - done < done ? bytes - done : done;
        memcpy(data + done, data, more);
        done += more;
    }
}

struct worker_slot {
    bool present, sealed;
    size_t bytes, offset;
};

/* Where the worker mapped a slot: its own addresses, for reading crash reports. */
struct worker_mapping {
    uintptr_t base, data;
    size_t base_bytes, bytes;
};

struct worker_fault {
    int signal; /* 0: none */
    int code;   /* si_code */
    uintptr_t address, stack;
    enum access access;
    bool stray;     /* in another thread while no kernel was running: one that outlived its call */
    size_t taken;   /* address space taken since the kernel was called, in bytes */
    char file[256]; /* what it would open (SIGSYS); else empty */
};

/* What a kernel left changed behind itself, though it must not. */
enum left {
    LEFT_NOTHING,
    LEFT_CONTROL,      /* rounding mode, flush-to-zero or trap masks */
    LEFT_X87,          /* the x87 control word, or its registers in use (MMX without emms) */
    LEFT_HANDLER,      /* count: the signal */
    LEFT_MASK,         /* the signal mask */
    LEFT_TIMER,        /* a timer that will send a signal */
    LEFT_DESCRIPTORS,  /* closed some of the worker's */
    LEFT_THREADS,      /* count: how many more are running */
    LEFT_MEMORY,       /* count: MiB that were not given back */
    LEFT_GROWTH,       /* count: bytes that each of many calls keeps */
    LEFT_REGISTERS,    /* count: a bit for each, see use.h */
    LEFT_OTHER_THREAD, /* not changed, but not right either: another thread got other results */
    LEFT_LOCALE,
    LEFT_ENVIRONMENT,
    LEFTS,
};

struct worker_request {
    char primitive[64], variant[64];
    union field_value value[PROBLEM_MAX_FIELDS];
    int threads;
    enum layout layout;
    enum poison poison;
    int calls;   /* 0: one; else up to so many more, see use.h */
    bool beside; /* ... beside those of another thread */
    struct worker_slot slot[OPERANDS_MAX];
};

struct worker_answer {
    volatile sig_atomic_t stage;
    char reason[256];
    struct worker_mapping mapping[SLOTS];
    int damaged_slot; /* workspace or prepared written outside its bounds; else -1 */
    ptrdiff_t damage; /* offset from its data */
    enum left left;
    int left_count;
    int calls;             /* how many more there were */
    bool for_good;         /* the last of them was beside no other thread's any more */
    size_t kept;           /* bytes allocated during the first call and not given back */
    size_t room;           /* address space that operands, workspace and prepared take */
    size_t memory_allowed; /* what the kernel may take beyond; 0: as much as there is */
    uintptr_t stack_top, page;
    struct worker_fault fault; /* last: see ask() of the verifier */
};

struct worker_page {
    struct worker_request request;
    struct worker_answer answer;
};

/* main() of the worker. */
int worker_main(int argument_count, char **arguments);

#endif
