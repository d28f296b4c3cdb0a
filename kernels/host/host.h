/* The parent's end of the worker: start it, ask it, notice how it dies. */
#ifndef KERNELS_HOST_HOST_H
#define KERNELS_HOST_HOST_H

#include <sys/types.h>

#include "kernels/core/verdict.h"
#include "kernels/host/protocol.h"

struct host {
    struct worker_page *page; /* this process's own: fill in the request, then host_call */
    struct worker_page *shared;
    char last[128];     /* primitive/variant that the worker ran last */
    bool fresh;         /* the worker was started for this request */
    unsigned char turn; /* the byte that stands for the request */
    pid_t worker;       /* 0: none alive */
    int socket, page_file, operand_file[OPERANDS_MAX];
    unsigned char *operand[OPERANDS_MAX]; /* this process's view of the operand files */
    size_t room[OPERANDS_MAX];
    bool stranger;                 /* the worker is assay-worker: see kernels/host/assay_worker.c */
    bool all_strangers;            /* those with a defect as well */
    double timeout;                /* seconds one request may take */
    double seconds;                /* what the last one took, a new worker's start included */
    struct worker_request kept_by; /* the last one whose call kept memory: problem and kernel */
    bool keeps; /* two calls in a row of one problem kept memory; whoever looks takes it back */
    char **arguments; /* of the worker; not owned */
};

/* `arguments`: {program, WORKER_ARGUMENT, isa cap, plugins ..., NULL}; must outlive the host. */
enum status host_open(struct host *host, char **arguments, double timeout, struct error *error);
void host_close(struct host *host);
/* What a worker that knows these plugins is started with, NULL at its end. To be freed; NULL: no
 * memory. */
char **host_arguments(char *program, const char *const *plugins, int count, char *const *more,
                      int more_count);
/* The next request gets a worker of its own. */
void host_restart(struct host *host);

/* This process's view of an operand's file, at least `bytes` long; NULL: no memory. */
unsigned char *host_operand(struct host *host, int operand, size_t bytes);

struct outcome {
    enum verdict verdict; /* PASS: it ran */
    char reason[512];     /* one line unless PASS */
};

/* Run the request in host->page, where the answer is afterwards; starts a worker when none is
 * alive.
 */
struct outcome host_call(struct host *host, const struct primitive *primitive);

/* stranger.c. Is its kernel nothing that we wrote or spoiled, so that it shall not find what we wrote? */
bool stranger_is(const struct host *host, const struct implementation *implementation);
/* The path of assay-worker, which lies beside this program. */
void stranger_program(char *buffer, size_t bytes);

/* A host for our own kernels and one for strangers, so that going from one to the other costs no new
 * worker. all_strangers as above, before the first call. */
struct hosts {
    struct host ours, strangers;
};
enum status hosts_open(struct hosts *hosts, char **arguments, double timeout, struct error *error);
void hosts_close(struct hosts *hosts);
struct host *hosts_for(struct hosts *hosts, const struct implementation *implementation);

/* What the kernel left changed (answer.left), in words. */
void left_describe(const struct worker_answer *answer, char *buffer, size_t bytes);
/* What a worker that does not answer is at, as the end of a sentence: waiting.c. */
void waiting_describe(pid_t worker, enum worker_stage stage, char *buffer, size_t bytes);
/* How the worker died, in words: fault.c. */
void fault_describe(const struct worker_page *page, const struct primitive *primitive, int status,
                    char *buffer, size_t bytes);
/* Byte `offset` relative to a slot's data, in words: "1 element past the end of x". */
void fault_place(const struct worker_page *page, const struct primitive *primitive, int slot,
                 ptrdiff_t offset, char *buffer, size_t bytes);

#endif
