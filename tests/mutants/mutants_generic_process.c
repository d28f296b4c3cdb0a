/* What ends a process, never ends, or turns against the verifier. For every primitive. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernels/host/protocol.h"
#include "tests/mutants/generic.h"

#define RUN(name_)                                                                                 \
    static void name_(const struct implementation *self, const struct problem *problem,            \
                      const struct invocation *invocation)
#define RIGHT_THEN                                                                                 \
    (void)self;                                                                                    \
    run_right(problem, invocation)

/* ---- ends -------------------------------------------------------------------------------------
 */

RUN(null_pointer) {
    RIGHT_THEN;
    float *volatile nowhere = NULL;
    *(volatile float *)nowhere = 1;
}

RUN(wild_pointer) {
    RIGHT_THEN;
    *(volatile float *)(uintptr_t)0x123456789000 = 1;
}

RUN(aborts) {
    RIGHT_THEN;
    abort();
}

RUN(divides_by_zero) {
    RIGHT_THEN;
    volatile int zero = 0, one = 1;
    one = one / zero;
}

RUN(illegal_instruction) {
    RIGHT_THEN;
    __builtin_trap();
}

RUN(exits) {
    RIGHT_THEN;
    exit(0);
}

RUN(exits_at_once) {
    RIGHT_THEN;
    _exit(0);
}

RUN(kills_itself) {
    RIGHT_THEN;
    kill(getpid(), SIGKILL);
}

static int deeper(int depth) {
    volatile char frame[4096];
    frame[depth % 4096] = (char)depth;
    return depth < 0 ? 0 : deeper(depth + 1) + frame[depth % 4096];
}

RUN(recursion_without_end) {
    RIGHT_THEN;
    volatile int sum = deeper(1);
    (void)sum;
}

/* 64 MiB of local variables, used from their far end. */
RUN(large_local_array) {
    RIGHT_THEN;
    volatile char array[64 << 20];
    volatile int at = 0; /* or only the bytes in use are kept */
    array[at] = 1;
    (void)array[at];
}

RUN(memory_bomb) {
    enum { STEP = 64 << 20 };
    RIGHT_THEN;
    for (;;) {
        char *volatile taken = malloc(STEP);
        memset(taken, 1, 4096); /* the rest would only take time */
    }
}

RUN(leaks_memory) {
    enum { KEPT = 300 << 20 };
    RIGHT_THEN;
    char *kept = mmap(NULL, KEPT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t at = 0; kept != MAP_FAILED && at < KEPT; at += 4096) kept[at] = 1;
}

/* ---- does not end -----------------------------------------------------------------------------
 */

RUN(sleeps_forever) {
    RIGHT_THEN;
    for (;;) pause();
}

RUN(loops_forever) {
    RIGHT_THEN;
    for (volatile int i = 0;; i++) continue;
}

/* ---- against the verifier ---------------------------------------------------------------------
 */

static void all_zero(const struct problem *problem, const struct invocation *invocation) {
    struct part p;
    for (int i = 0; next_part(problem, invocation, operand_is_output, &i, &p);)
        memset(p.tensor.data, 0, (size_t)p.count * p.unit);
}

/* The crash of a read out of bounds, survived. */
static sigjmp_buf survived;
static void survive(int number) {
    (void)number;
    siglongjmp(survived, 1);
}

RUN(survives_its_crash) {
    struct part p;
    RIGHT_THEN;
    signal(SIGSEGV, survive);
    if (sigsetjmp(survived, 1)) return;
    for (int i = 0; next_part(problem, invocation, operand_is_input, &i, &p);)
        (void)((volatile char *)p.tensor.data)[(size_t)p.count * p.unit];
}

RUN(closes_everything) {
    RIGHT_THEN;
    for (int file = 3; file < 256; file++) close(file);
}

/* The answer "done" to a question that is not answered yet. */
RUN(answers_itself) {
    const char answer[2] = {1, 1};
    (void)self;
    all_zero(problem, invocation);
    if (write(WORKER_SOCKET, answer, sizeof answer) < 0) perror("answers_itself");
}

/* The shared page is among what this process has mapped; `rewrite` gets it writable. */
static void rewrite_page(void rewrite(struct worker_page *page, const struct problem *problem),
                         const struct problem *problem) {
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long first, last;
        if (!strstr(line, "/memfd:assay") || sscanf(line, "%lx-%lx", &first, &last) != 2) continue;
        struct worker_page *page = (struct worker_page *)(uintptr_t)first;
        if (last - first >= sizeof *page &&
            !strcmp(page->request.primitive, problem->primitive->name) &&
            !mprotect(page, last - first, PROT_READ | PROT_WRITE))
            rewrite(page, problem);
    }
    if (maps) fclose(maps);
}

/* Says that it wants to write nothing anywhere, and that it was asked to. */
static void forge_request(struct worker_page *page, const struct problem *problem) {
    (void)problem;
    for (int i = 0; i < OPERANDS_MAX; i++) {
        page->request.slot[i].bytes = (size_t)1 << 40;
        page->request.slot[i].offset = (size_t)1 << 40;
    }
}

RUN(forges_the_request) {
    RIGHT_THEN;
    rewrite_page(forge_request, problem);
}

/* Zeros for results, the answer "done", and the end before anybody looks closer. */
static void forge_answer(struct worker_page *page, const struct problem *problem) {
    (void)problem;
    page->answer.stage = STAGE_DONE;
    memset((char *)page->answer.reason, 'x', sizeof page->answer.reason);
    page->answer.damaged_slot = -77;
    page->answer.left = LEFT_NOTHING;
    page->answer.fault.access = (enum access)1000;
}

RUN(forges_the_answer) {
    (void)self;
    all_zero(problem, invocation);
    rewrite_page(forge_answer, problem);
    for (int turn = 0; turn < 256; turn++) { /* whichever byte is waited for */
        const unsigned char byte = (unsigned char)turn;
        if (write(WORKER_SOCKET, &byte, 1) < 0) break;
    }
    for (;;) pause();
}

RUN(truncates_its_operands) {
    RIGHT_THEN;
    for (int i = 0; i < OPERANDS_MAX; i++)
        if (ftruncate(WORKER_OPERAND + i, 0)) continue;
    spoil_last(problem, invocation);
}

/* In the sandbox, which a build with a sanitizer is without. */
#define REMAPS "CRASH: tried to change how its operands, or the pages around them, are mapped"

static const struct sabotage sabotages[] = {
    SABOTAGE(null_pointer, "writes through a NULL pointer",
             "CRASH: SIGSEGV: wrote at address 0: a NULL pointer"),
    SABOTAGE(wild_pointer, "writes through a wild pointer",
             "CRASH: SIGSEGV: wrote at 0x123456789000, which is in no operand and no guard"),
    SABOTAGE(aborts, "calls abort()", "CRASH: SIGABRT"),
    SABOTAGE(divides_by_zero, "divides an integer by zero", "CRASH: SIGFPE"),
    SABOTAGE(illegal_instruction, "runs into an illegal instruction", "CRASH: SIGILL"),
    SABOTAGE(exits, "calls exit()", "CRASH: the process ended with exit status 0"),
    SABOTAGE(exits_at_once, "calls _exit()", "CRASH: the process ended with exit status 0"),
    SABOTAGE(kills_itself, "kills its own process", "CRASH: SIGKILL"),
    SABOTAGE(recursion_without_end, "its recursion has no end", "CRASH: SIGSEGV: stack overflow"),
    SABOTAGE(large_local_array, "its local arrays do not fit on the stack",
             "CRASH: SIGSEGV: stack overflow"),
    SABOTAGE(memory_bomb, "takes memory without end", "CRASH: out of memory: it had taken"),
    SABOTAGE(leaks_memory, "never frees what it allocates", "FAIL: of memory when it returned"),
    SABOTAGE(sleeps_forever, "hangs: waits for something that never comes", "TIMEOUT"),
    SABOTAGE(loops_forever, "hangs: a loop without end", "TIMEOUT"),
    SABOTAGE(survives_its_crash, "reads out of bounds and catches the signal",
             "CRASH: tried to catch a signal that says what went wrong|"
             "FAIL: changed what happens on a signal (SIGSEGV)"),
    SABOTAGE(closes_everything, "closes files that are not its own",
             "FAIL: closed files that are not its own"),
    SABOTAGE(answers_itself, "speaks to the verifier in the worker's name",
             "FAIL: answered in the worker's name"),
    SABOTAGE(forges_the_request, "writes over the verifier's request",
             "FAIL: wrote over the verifier's request|" REMAPS),
    SABOTAGE(forges_the_answer, "writes zeros and forges the worker's answer",
             "FAIL|TIMEOUT|" REMAPS),
    SABOTAGE(truncates_its_operands, "truncates the files behind its operands", "FAIL: expected"),
};

GENERIC_PLUGIN("mutants_generic_process");
