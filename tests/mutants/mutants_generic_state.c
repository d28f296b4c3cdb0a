/* Results that depend on more than the inputs: earlier calls, threads, the clock; and what is left
 * behind. For every primitive. */
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>
#if defined __SSE2__
#include <xmmintrin.h>
#endif

#include "kernels/core/threads.h"
#include "kernels/host/sanitized.h"
#include "tests/mutants/generic.h"

#define RUN(name_)                                                                                 \
    static void name_(const struct implementation *self, const struct problem *problem,            \
                      const struct invocation *invocation)

/* ---- memory of earlier calls ------------------------------------------------------------------
 */

struct memory {
    const struct implementation *of;
    bool known;
    uint64_t problem; /* hash */
    int64_t calls;
    void *result[OPERANDS_MAX];
    size_t bytes[OPERANDS_MAX];
};

static struct memory *memory_of(const struct implementation *self) {
    enum { PLACES = 512 };
    static struct memory memory[PLACES];
    int i = 0;
    while (i < PLACES - 1 && memory[i].of && memory[i].of != self) i++;
    memory[i].of = self;
    return &memory[i];
}

static void remember(struct memory *memory, const struct problem *problem,
                     const struct invocation *invocation) {
    struct part p;
    memory->problem = problem_hash(problem);
    for (int i = 0; next_part(problem, invocation, operand_is_output, &i, &p);) {
        const size_t bytes = (size_t)p.count * p.unit;
        void *copy = realloc(memory->result[p.index], bytes);
        if (!copy) abort();
        memcpy(memory->result[p.index] = copy, p.tensor.data, memory->bytes[p.index] = bytes);
    }
    memory->known = true;
}

static bool recall(const struct memory *memory, const struct problem *problem,
                   const struct invocation *invocation) {
    struct part p;
    bool all = memory->known;
    for (int i = 0; all && next_part(problem, invocation, operand_is_output, &i, &p);)
        all = memory->bytes[p.index] == (size_t)p.count * p.unit;
    for (int i = 0; all && next_part(problem, invocation, operand_is_output, &i, &p);)
        memcpy(p.tensor.data, memory->result[p.index], memory->bytes[p.index]);
    return all;
}

RUN(previous_result) {
    struct memory *memory = memory_of(self);
    struct memory before = *memory;
    memset(memory->result, 0, sizeof memory->result);
    run_right(problem, invocation);
    remember(memory, problem, invocation);
    recall(&before, problem, invocation);
    for (int i = 0; i < OPERANDS_MAX; i++) free(before.result[i]);
}

RUN(cached_by_problem) {
    struct memory *memory = memory_of(self);
    if (memory->problem == problem_hash(problem) && recall(memory, problem, invocation)) return;
    run_right(problem, invocation);
    remember(memory, problem, invocation);
}

/* The first elements of the inputs tell whether it saw them before. */
RUN(cached_by_sample) {
    enum { SAMPLE = 3 };
    static uint64_t seen[512];
    struct memory *memory = memory_of(self);
    uint64_t key = problem_hash(problem);
    struct part p;
    for (int i = 0; next_part(problem, invocation, operand_is_input, &i, &p);)
        for (int64_t e = 0; e < p.count && e < SAMPLE; e++) {
            const double value = part_get(&p, e);
            uint64_t bits;
            memcpy(&bits, &value, sizeof bits);
            key = (key ^ bits) * UINT64_C(1099511628211);
        }
    uint64_t *last = &seen[(uintptr_t)self / sizeof *self % 512];
    if (*last == key && recall(memory, problem, invocation)) return;
    run_right(problem, invocation);
    remember(memory, problem, invocation);
    *last = key;
}

/* Right when the problem is the one it saw last: tables that another problem has overwritten. */
RUN(stale_tables) {
    struct memory *memory = memory_of(self);
    const uint64_t hash = problem_hash(problem);
    const bool stale = memory->known && memory->problem != hash;
    run_right(problem, invocation);
    if (stale) spoil_last(problem, invocation);
    memory->problem = hash;
    memory->known = true;
}

RUN(every_third_call) {
    run_right(problem, invocation);
    if (memory_of(self)->calls++ % 3 == 2) spoil_last(problem, invocation);
}

/* The last bit of every element from the clock; where there are enough that no two runs agree. */
RUN(random_last_bits) {
    enum { ENOUGH = 64 };
    struct timespec now;
    struct part p;
    (void)self;
    run_right(problem, invocation);
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t random = (uint64_t)now.tv_nsec * 2654435761u | 1;
    for (int i = 0; next_part(problem, invocation, operand_is_output, &i, &p);)
        for (int64_t e = 0; e < p.count && p.count >= ENOUGH; e++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            if (isfinite(part_get(&p, e))) ((char *)p.tensor.data)[e * p.unit] ^= random >> 63;
        }
}

/* ---- threads ----------------------------------------------------------------------------------
 */

RUN(three_threads) {
    (void)self;
    run_right(problem, invocation);
    if (threads_get() == 3) spoil_last(problem, invocation);
}

/* Every thread adds its share to every result, and all read before one writes: the additions of all
 * but one are lost, as in a race, but surely. */
struct racer {
    const struct part *part;
    const double *share;
    pthread_barrier_t *barrier;
};

static void *race(void *argument) {
    const struct racer *r = argument;
    for (int64_t e = 0; e < r->part->count; e++) {
        const double before = part_get(r->part, e);
        pthread_barrier_wait(r->barrier);
        part_set(r->part, e, before + r->share[e]);
    }
    return NULL;
}

static void race_for(const struct part *part, int threads) {
    pthread_t thread[64];
    pthread_barrier_t barrier;
    double *share = malloc((size_t)part->count * sizeof *share);
    if (!share || pthread_barrier_init(&barrier, NULL, (unsigned)threads)) abort();
    for (int64_t e = 0; e < part->count; e++) {
        share[e] = part_get(part, e) / threads;
        part_set(part, e, 0);
    }
    struct racer racer = {part, share, &barrier};
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, race, &racer)) abort();
    for (int i = 0; i < threads; i++) pthread_join(thread[i], NULL);
    pthread_barrier_destroy(&barrier);
    free(share);
}

RUN(lost_updates) {
    struct part p;
    const int threads = threads_get() > 64 ? 64 : threads_get();
    (void)self;
    run_right(problem, invocation);
    for (int i = 0; next_part(problem, invocation, operand_is_output, &i, &p);)
        if (p.count <= 1000) race_for(&p, threads);
}

/* ---- threads that are not waited for ----------------------------------------------------------
 */

struct errand {
    struct problem problem;
    void *operand[OPERANDS_MAX];
    long nanoseconds;
};

static void *run_errand(void *argument) {
    struct errand *errand = argument;
    const struct timespec delay = {.tv_nsec = errand->nanoseconds};
    nanosleep(&delay, NULL);
    run_right_on(&errand->problem, errand->operand);
    free(errand);
    return NULL;
}

static void *sleep_on(void *argument) {
    for (;;) pause();
    return argument;
}

static void start(void *routine(void *), void *argument) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, routine, argument) || pthread_detach(thread)) abort();
}

static void send_away(const struct problem *problem, const struct invocation *invocation,
                      long nanoseconds) {
    struct errand *errand = malloc(sizeof *errand);
    if (!errand) abort();
    *errand = (struct errand){.problem = *problem, .nanoseconds = nanoseconds};
    memcpy(errand->operand, invocation->operand,
           (size_t)problem->primitive->operand_count * sizeof *errand->operand);
    start(run_errand, errand);
}

RUN(returns_early) {
    (void)self;
    send_away(problem, invocation, 3000000);
}

RUN(pool_returns_early) {
    (void)self;
    send_away(problem, invocation, 300000);
}

/* Right when it returns, and written again afterwards. */
RUN(writes_again) {
    (void)self;
    run_right(problem, invocation);
    send_away(problem, invocation, 1000000);
}

RUN(leaves_a_thread) {
    (void)self;
    run_right(problem, invocation);
    start(sleep_on, NULL);
}

/* ---- other things left behind -----------------------------------------------------------------
 */

#if defined __SSE2__
RUN(leaves_rounding_mode) {
    (void)self;
    run_right(problem, invocation);
    _mm_setcsr((_mm_getcsr() & ~0x6000u) | 0x2000u);
}

RUN(leaves_flush_to_zero) {
    (void)self;
    run_right(problem, invocation);
    _mm_setcsr(_mm_getcsr() | 0x8000u);
}
#endif

#if defined __x86_64__
RUN(leaves_mmx) {
    (void)self;
    run_right(problem, invocation);
    __asm__ volatile("movd %0, %%mm0" : : "r"(1));
}
#endif

static void nothing(int number) { (void)number; }

RUN(leaves_a_handler) {
    (void)self;
    run_right(problem, invocation);
    signal(SIGTERM, nothing);
}

RUN(leaves_signals_blocked) {
    sigset_t all;
    (void)self;
    run_right(problem, invocation);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
}

RUN(leaves_an_alarm) {
    (void)self;
    run_right(problem, invocation);
    alarm(1);
}

RUN(changes_locale) {
    (void)self;
    run_right(problem, invocation);
    uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

RUN(changes_environment) {
    (void)self;
    run_right(problem, invocation);
    setenv("OMP_NUM_THREADS", "1", 1);
}

#if defined __x86_64__ && !SANITIZED /* whose own code saves them in between */
static __attribute__((noinline)) void clobber(void) {
    __asm__ volatile("xorl %%r12d, %%r12d\n\txorl %%r15d, %%r15d" : : : "memory");
}

RUN(clobbers_registers) {
    (void)self;
    run_right(problem, invocation);
    clobber();
}
#endif

/* ---- long use ---------------------------------------------------------------------------------
 */

RUN(late_in_life) {
    struct memory *memory = memory_of(self);
    run_right(problem, invocation);
    if (++memory->calls > 4000) spoil_last(problem, invocation);
}

#if !SANITIZED
RUN(leaks) {
    (void)self;
    run_right(problem, invocation);
    void *const kept = malloc(100);
    if (kept) memset(kept, 1, 100);
    __asm__ volatile("" : : "r"(kept) : "memory");
}
#endif

/* Results are put together in a buffer that all calls share. */
RUN(shared_scratch) {
    static char scratch[1 << 20] __attribute__((aligned(64)));
    void *operand[OPERANDS_MAX];
    size_t used = 0;
    struct part p;
    (void)self;
    memcpy(operand, invocation->operand,
           (size_t)problem->primitive->operand_count * sizeof *operand);
    for (int i = 0; next_part(problem, invocation, operand_is_output, &i, &p);) {
        const size_t bytes = (size_t)p.count * p.unit;
        if (used + bytes > sizeof scratch) {
            run_right(problem, invocation);
            return;
        }
        operand[p.index] = memcpy(scratch + used, p.tensor.data, bytes);
        used += (bytes + 63) / 64 * 64;
    }
    run_right_on(problem, operand);
    for (int i = 0; next_part(problem, invocation, operand_is_output, &i, &p);)
        memcpy(p.tensor.data, operand[p.index], (size_t)p.count * p.unit);
}

/* As with a table that is thread-local beside a flag that is not. */
RUN(first_thread) {
    static _Thread_local bool mine;
    static atomic_bool taken;
    (void)self;
    if (!atomic_exchange(&taken, true)) mine = true;
    run_right(problem, invocation);
    if (!mine) spoil_last(problem, invocation);
}

/* As where another thread's call leaves a shared table as that thread needs it. */
RUN(other_thread_spoils) {
    static _Thread_local bool mine;
    struct memory *memory = memory_of(self);
    if (!memory->calls++) mine = true;
    if (!mine) memory->known = true;
    run_right(problem, invocation);
    if (memory->known) spoil_last(problem, invocation);
}

static const struct sabotage sabotages[] = {
    SABOTAGE(previous_result, "returns the result of the call before", "FAIL"),
    SABOTAGE(cached_by_problem,
             "returns the remembered result when the problem is the same, whatever the data",
             "FAIL: with other data|FAIL: expected"),
    SABOTAGE(
        cached_by_sample, "results are remembered by the first elements of the inputs",
        "FAIL: with one input element changed|FAIL: has other bits when run again|FAIL: expected"),
    SABOTAGE(stale_tables, "keeps state from the problem before: wrong after another problem",
             "FAIL: not repeatable|FAIL: after another problem|FAIL: expected"),
    SABOTAGE(every_third_call, "every third call is wrong",
             "FAIL: not repeatable|FAIL: has other bits when run again|FAIL: expected"),
    SABOTAGE(random_last_bits, "the last bits are random: no two calls agree",
             "FAIL: not repeatable"),
    SABOTAGE(three_threads, "wrong when it runs on three threads", "FAIL: expected",
             .uses_threads = true),
    SABOTAGE(lost_updates, "a data race: threads add to the same elements, and updates are lost",
             "FAIL: expected", .uses_threads = true),
    SABOTAGE(returns_early, "starts a thread and returns before it is done",
             "FAIL: left 1 thread running when it returned"),
    SABOTAGE(pool_returns_early, "hands the work to other threads and does not wait for them",
             /* or it dies in a later call, of operands that were those of an earlier one */
             "FAIL: was not written|FAIL: expected|FAIL: after it had returned|FAIL: not "
             "repeatable|FAIL: keeps|"
             "CRASH: SIGSEGV: read|CRASH: SIGSEGV: wrote",
             .uses_threads = true),
    SABOTAGE(writes_again, "a thread writes the results again after the kernel returned",
             "FAIL: left 1 thread running when it returned"),
    SABOTAGE(leaves_a_thread, "leaves a thread running",
             "FAIL: left 1 thread running when it returned"),
#if defined __SSE2__
    SABOTAGE(leaves_rounding_mode, "changes the rounding mode and does not put it back",
             "FAIL: left the floating-point control register changed"),
    SABOTAGE(leaves_flush_to_zero, "sets flush-to-zero and does not put it back",
             "FAIL: left the floating-point control register changed"),
#endif
#if defined __x86_64__
    SABOTAGE(leaves_mmx, "uses MMX registers without emms at the end",
             "FAIL: left the x87 unit changed"),
#endif
    SABOTAGE(leaves_a_handler, "installs a signal handler of its own",
             "FAIL: changed what happens on a signal (SIGTERM)"),
    SABOTAGE(leaves_signals_blocked, "blocks signals and does not unblock them",
             "FAIL: left signals blocked"),
    SABOTAGE(leaves_an_alarm, "sets an alarm", "FAIL: left a timer running"),
    SABOTAGE(changes_locale, "changes the locale", "FAIL: changed the locale"),
    SABOTAGE(changes_environment, "sets an environment variable",
             "FAIL: changed the environment variables"),
#if defined __x86_64__ && !SANITIZED
    SABOTAGE(clobbers_registers, "does not preserve registers that a function must",
             "FAIL: did not preserve"),
#endif
    SABOTAGE(late_in_life, "wrong from the 4000th call on",
             "FAIL: on the same inputs|FAIL: expected"),
    SABOTAGE(first_thread, "is set up for the thread that calls first, and for no other",
             "FAIL: gives other bits when another thread calls it"),
    SABOTAGE(other_thread_spoils, "wrong ever after, once another thread has called it",
             "FAIL: on the same inputs, after another thread's"),
    SABOTAGE(shared_scratch, "results lie in a static buffer for a while: not reentrant",
             "FAIL: it is not reentrant"),
#if !SANITIZED /* which count allocations themselves */
    SABOTAGE(leaks, "allocates memory with each call and does not free it", "FAIL: keeps"),
#endif
};

GENERIC_PLUGIN("mutants_generic_state");
