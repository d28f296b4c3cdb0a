#include "kernels/host/use.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kernels/core/memory.h"
#include "kernels/core/threads.h"
#include "kernels/host/sanitized.h"

/* ---- registers --------------------------------------------------------------------------------
 */

static const char *const register_names[] = {"rbx", "rbp", "r12",           "r13",
                                             "r14", "r15", "direction flag"};

void use_registers(unsigned changed, char *buffer, size_t bytes) {
    size_t used = 0;
    *buffer = 0;
    for (size_t i = 0; i < sizeof register_names / sizeof *register_names && used < bytes; i++)
        if (changed >> i & 1)
            used += (size_t)snprintf(buffer + used, bytes - used, "%s%s", used ? ", " : "",
                                     register_names[i]);
}

static void call(void *argument) {
    const struct use *use = argument;
    implementation_run(use->implementation, use->problem, use->operand, use->prepared,
                       use->workspace);
}

#if defined __x86_64__ && defined __ELF__
/* function(argument) between registers that hold what nobody else puts there. */
unsigned use_call_keeping(void (*function)(void *), void *argument);
#define COMPARE(name_, value_, bit_)                                                               \
    "movabsq $" value_ ", %rdx\n\tcmpq %rdx, %" name_ "\n\tje 1f\n\torl $" bit_ ", %eax\n1:\n\t"
__asm__(".text\n"
        ".p2align 4\n"
        ".globl use_call_keeping\n"
        ".hidden use_call_keeping\n"
        ".type use_call_keeping, @function\n"
        "use_call_keeping:\n\t"
        ".cfi_startproc\n\t"
        "pushq %rbx\n\t.cfi_adjust_cfa_offset 8\n\t.cfi_rel_offset %rbx, 0\n\t"
        "pushq %rbp\n\t.cfi_adjust_cfa_offset 8\n\t.cfi_rel_offset %rbp, 0\n\t"
        "pushq %r12\n\t.cfi_adjust_cfa_offset 8\n\t.cfi_rel_offset %r12, 0\n\t"
        "pushq %r13\n\t.cfi_adjust_cfa_offset 8\n\t.cfi_rel_offset %r13, 0\n\t"
        "pushq %r14\n\t.cfi_adjust_cfa_offset 8\n\t.cfi_rel_offset %r14, 0\n\t"
        "pushq %r15\n\t.cfi_adjust_cfa_offset 8\n\t.cfi_rel_offset %r15, 0\n\t"
        "subq $8, %rsp\n\t.cfi_adjust_cfa_offset 8\n\t"
        "movq %rdi, %rax\n\t"
        "movq %rsi, %rdi\n\t"
        "movabsq $0x51a9e5b0a1c0de01, %rbx\n\t"
        "movabsq $0x51a9e5b0a1c0de02, %rbp\n\t"
        "movabsq $0x51a9e5b0a1c0de03, %r12\n\t"
        "movabsq $0x51a9e5b0a1c0de04, %r13\n\t"
        "movabsq $0x51a9e5b0a1c0de05, %r14\n\t"
        "movabsq $0x51a9e5b0a1c0de06, %r15\n\t"
        "call *%rax\n\t"
        "xorl %eax, %eax\n\t" COMPARE("rbx", "0x51a9e5b0a1c0de01", "1")
            COMPARE("rbp", "0x51a9e5b0a1c0de02", "2") COMPARE("r12", "0x51a9e5b0a1c0de03", "4")
                COMPARE("r13", "0x51a9e5b0a1c0de04", "8") COMPARE("r14", "0x51a9e5b0a1c0de05", "16")
                    COMPARE("r15", "0x51a9e5b0a1c0de06",
                            "32") "pushfq\n\t"
                                  "popq %rdx\n\t"
                                  "cld\n\t"
                                  "testl $0x400, %edx\n\t"
                                  "je 2f\n\t"
                                  "orl $64, %eax\n"
                                  "2:\n\t"
                                  "addq $8, %rsp\n\t.cfi_adjust_cfa_offset -8\n\t"
                                  "popq %r15\n\t.cfi_adjust_cfa_offset -8\n\t.cfi_restore %r15\n\t"
                                  "popq %r14\n\t.cfi_adjust_cfa_offset -8\n\t.cfi_restore %r14\n\t"
                                  "popq %r13\n\t.cfi_adjust_cfa_offset -8\n\t.cfi_restore %r13\n\t"
                                  "popq %r12\n\t.cfi_adjust_cfa_offset -8\n\t.cfi_restore %r12\n\t"
                                  "popq %rbp\n\t.cfi_adjust_cfa_offset -8\n\t.cfi_restore %rbp\n\t"
                                  "popq %rbx\n\t.cfi_adjust_cfa_offset -8\n\t.cfi_restore %rbx\n\t"
                                  "ret\n\t"
                                  ".cfi_endproc\n"
                                  ".size use_call_keeping, . - use_call_keeping\n");
#else
static unsigned use_call_keeping(void (*function)(void *), void *argument) {
    function(argument);
    return 0;
}
#endif

unsigned use_once(const struct use *use) { return use_call_keeping(call, (void *)use); }

/* ---- many calls -------------------------------------------------------------------------------
 */

static const struct operand *operand_at(const struct use *use, int i) {
    return &use->problem->primitive->operands[i];
}

static size_t bytes_of(const struct use *use, int i) {
    const struct shape shape = problem_shape(use->problem, i);
    return shape_present(&shape)
               ? (size_t)shape_elements(&shape) * dtype_bytes(operand_at(use, i)->dtype)
               : 0;
}

bool use_open(struct use *use) {
    for (int i = 0; i < use->problem->primitive->operand_count; i++) {
        const size_t bytes = bytes_of(use, i);
        if (!operand_is_output(operand_at(use, i)) || !bytes) continue;
        if (!(use->first[i] = malloc(bytes))) return false;
        if (operand_at(use, i)->role != ROLE_INOUT) continue;
        if (!(use->before[i] = malloc(bytes))) return false;
        memcpy(use->before[i], use->operand[i], bytes);
    }
    return true;
}

void use_close(struct use *use) {
    for (int i = 0; i < OPERANDS_MAX; i++) {
        free(use->before[i]);
        free(use->first[i]);
        use->before[i] = use->first[i] = NULL;
    }
}

/* In-out operands as they were; outputs without the result of the call before. */
static void again(const struct use *use) {
    for (int i = 0; i < use->problem->primitive->operand_count; i++) {
        const size_t bytes = bytes_of(use, i);
        if (use->before[i])
            memcpy(use->operand[i], use->before[i], bytes);
        else if (operand_at(use, i)->role == ROLE_OUT && bytes)
            poison_fill(use->operand[i], bytes, POISON_NAN);
    }
    call((void *)use);
}

static void note_first(const struct use *use) {
    for (int i = 0; i < OPERANDS_MAX; i++)
        if (use->first[i]) memcpy(use->first[i], use->operand[i], bytes_of(use, i));
}

static bool as_the_first(const struct use *use) {
    for (int i = 0; i < OPERANDS_MAX; i++)
        if (use->first[i] && memcmp(use->first[i], use->operand[i], bytes_of(use, i))) return false;
    return true;
}

static void copy_outputs(const struct use *use, void *const *to, void *const *from) {
    for (int i = 0; i < OPERANDS_MAX; i++)
        if (use->first[i]) memcpy(to[i], from[i], bytes_of(use, i));
}

static double seconds_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double now(void) { return seconds_of(CLOCK_MONOTONIC); }

static double spent(void) { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

size_t use_allocated(void) {
#if defined __GLIBC__ && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    const struct mallinfo2 info = mallinfo2();
    return SANITIZED ? 0 : info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

/* ---- another thread ---------------------------------------------------------------------------
 */

/* The same kernel on operands of its own: the same values, each one place further, so that what the
 * two share shows. It calls while the first thread stands still in the middle of a call, wherever a
 * signal met it: then no luck of the scheduler, nor a second processor, is needed. Sanitizers hold
 * signals back; there the two run side by side. */
struct neighbour {
    struct use use;
    atomic_bool stop, stands, done, differs;
    atomic_int calls; /* of the first thread, so far */
    int meetings;     /* to be had */
    pthread_t thread, first;
};

enum { MEETING_SIGNAL = SIGURG };
static const double patience = 0.1; /* it may hold a lock that the other one needs */

static struct neighbour *visitor; /* of the signal handler */

static void stand_still(int number) {
    const double deadline = now() + patience;
    (void)number;
    atomic_store(&visitor->stands, true);
    while (atomic_load(&visitor->stands) && now() < deadline) sched_yield();
    atomic_store(&visitor->stands, false);
}

static void *calls_too(void *argument) {
    struct neighbour *n = argument;
    volatile int spin;
    for (int i = 0; (SANITIZED || i < n->meetings) && !atomic_load(&n->stop); i++) {
        const int calls = atomic_load(&n->calls);
        if (!SANITIZED) pthread_kill(n->first, MEETING_SIGNAL);
        while (!SANITIZED && !atomic_load(&n->stands) && !atomic_load(&n->stop)) sched_yield();
        again(&n->use);
        atomic_store(&n->stands, false);
        if (!as_the_first(&n->use)) {
            atomic_store(&n->differs, true);
            break;
        }
        while (!SANITIZED && atomic_load(&n->calls) == calls && !atomic_load(&n->stop))
            sched_yield();
        for (spin = 0; spin < i * 37 % 1000; spin++) continue; /* elsewhere in the call next time */
    }
    atomic_store(&n->done, true);
    return NULL;
}

static bool moved_on(struct neighbour *neighbour, const struct use *use, int i) {
    const size_t bytes = bytes_of(use, i), unit = dtype_bytes(operand_at(use, i)->dtype);
    char *data = neighbour->use.operand[i] = memory_allocate(bytes);
    if (!data) return false;
    memcpy(data, use->before[i] ? use->before[i] : use->operand[i], bytes);
    if (operand_is_input(operand_at(use, i)) && !operand_at(use, i)->along && bytes > unit) {
        char last[sizeof(double)];
        memcpy(last, data + bytes - unit, unit);
        memmove(data + unit, data, bytes - unit);
        memcpy(data, last, unit);
    }
    return true;
}

static void free_copies(struct neighbour *neighbour) {
    use_close(&neighbour->use);
    for (int i = 0; i < OPERANDS_MAX; i++) memory_free(neighbour->use.operand[i]);
    memory_free(neighbour->use.workspace);
}

/* False: there is no memory, or no thread, to be had. */
static bool meet(struct neighbour *neighbour, const struct use *use, int meetings) {
    *neighbour = (struct neighbour){.use = *use, .first = pthread_self(), .meetings = meetings};
    memset(neighbour->use.operand, 0, sizeof neighbour->use.operand);
    memset(neighbour->use.before, 0, sizeof neighbour->use.before);
    memset(neighbour->use.first, 0, sizeof neighbour->use.first);
    neighbour->use.workspace = use->workspace ? memory_allocate(use->workspace_bytes) : NULL;
    bool good = !use->workspace == !neighbour->use.workspace;
    for (int i = 0; good && i < use->problem->primitive->operand_count; i++)
        if (use->operand[i]) good = moved_on(neighbour, use, i);
    visitor = neighbour;
    good = good && use_open(&neighbour->use);
    if (good) {
        again(&neighbour->use);
        note_first(&neighbour->use);
    }
    good = good && !pthread_create(&neighbour->thread, NULL, calls_too, neighbour);
    if (!good) free_copies(neighbour);
    return good;
}

/* Calls until the neighbour is done, or something differs. Returns how many. */
static int call_beside(const struct use *use, int meetings, enum use_differed *differed) {
    /* On a stack of its own, as the first one's may end below its stack pointer: what oneDNN generates
     * writes below the red zone, and a signal there spoils its heap. */
    const struct sigaction still = {.sa_handler = stand_still, .sa_flags = SA_RESTART | SA_ONSTACK};
    const double deadline = now() + (SANITIZED ? USE_SECONDS : USE_BESIDE_SECONDS);
    struct neighbour neighbour;
    struct sigaction before;
    int done = 0;
    sigaction(MEETING_SIGNAL, &still, &before);
    if (meet(&neighbour, use, meetings)) {
        do {
            again(use);
            atomic_store(&neighbour.calls, ++done);
        } while (as_the_first(use) && !atomic_load(&neighbour.done) && now() < deadline);
        atomic_store(&neighbour.stop, true);
        pthread_join(neighbour.thread, NULL);
        if (atomic_load(&neighbour.differs)) *differed = DIFFERED_OTHER_THREAD;
        if (*differed || !as_the_first(use)) {
            copy_outputs(use, neighbour.use.operand, use->operand);
            again(use);
            if (as_the_first(use))
                copy_outputs(use, use->operand, neighbour.use.operand);
            else
                *differed = DIFFERED_FOR_GOOD;
        }
        free_copies(&neighbour);
    }
    sigaction(MEETING_SIGNAL, &before, NULL);
    return done;
}

size_t use_often(const struct use *use, bool beside, int *calls, enum use_differed *differed) {
    enum { SETTLED = 32, ENOUGH = 64 }; /* caches of libraries are there; a leak is no cache */
    /* Nor is what each call keeps, of so many, or so much of a few: what free() puts aside looks kept
     * for some twenty calls. */
    enum { KEPT_BY_EACH = 64, FEW = 4, MUCH = 1 << 26 };
    const double enough = spent() + USE_SECONDS, deadline = now() + USE_PATIENCE * USE_SECONDS;
    const int most = *calls;
    size_t before = 0, last = use_allocated();
    const size_t start = last;
    const bool alone = !use->implementation->uses_threads || threads_get() == 1;
    bool leaks = false;
    int done = 0, since = 0, growing = 0;
    note_first(use);
    if (beside) {
        *calls = call_beside(use, most, differed);
        return 0;
    }
    do {
        again(use);
        const size_t held = use_allocated();
        if (++done == SETTLED) before = held, since = done;
        growing += alone && held > last;
        last = held;
        leaks = growing == done && (done >= KEPT_BY_EACH || (done >= FEW && last - start >= MUCH));
    } while (
        as_the_first(use) && !leaks &&
        (done < 2 || growing == done || (done < most && spent() < enough && now() < deadline)));
    *calls = done;
    if (leaks) return (last - start) / (size_t)done;
    const size_t after = last;
    if (!since || done - since < ENOUGH || after <= before) return 0;
    return (after - before) / (size_t)(done - since);
}
