/* The process in which kernels run. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#endif

#include "kernels/core/memory.h"
#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"
#include "kernels/core/threads.h"
#include "kernels/host/sandbox.h"
#include "kernels/host/use.h"
#include "kernels/host/watch.h"
#include "kernels/host/worker_sandbox.h"

/* It reads faulting addresses itself; sanitizers must leave it SIGSEGV and its like. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0";
}
/* A worker dies of its first data race: that is one verdict. The OpenMP runtime is not instrumented
 * itself; its archer tool says what it orders. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) {
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:halt_on_error=1:"
           "ignore_noninstrumented_modules=1";
}

static struct worker_page *page;
static struct worker_request *request;
static struct worker_answer *answer;
static char turn; /* the byte that stands for the request */

/* ---- crashes ----------------------------------------------------------------------------------
 */

static enum access access_of(int number, void *context) {
#if defined __x86_64__ && defined __linux__
    const ucontext_t *machine = context;
    if (number == SIGSEGV || number == SIGBUS) /* bit 1 of the page fault's error code */
        return machine->uc_mcontext.gregs[REG_ERR] & 2 ? ACCESS_WRITE : ACCESS_READ;
#else
    (void)number, (void)context;
#endif
    return ACCESS_UNKNOWN;
}

static uintptr_t stack_of(void *context) {
#if defined __x86_64__ && defined __linux__
    const ucontext_t *machine = context;
    return (uintptr_t)machine->uc_mcontext.gregs[REG_RSP];
#else
    (void)context;
    return 0;
#endif
}

static bool other_thread(void) {
#ifdef __linux__
    return syscall(SYS_gettid) != getpid();
#else
    return false;
#endif
}

/* The page can be read alone while a kernel runs: what writes wildly shall not forge an answer. It
 * stays open for good when a thread leaves a note, perhaps while another is about to guard it. */
static atomic_flag guarding = ATOMIC_FLAG_INIT;
static atomic_bool noting;

static void open_page(void) { memory_protect(page, sizeof *page, PROT_READ | PROT_WRITE); }

static void guard_page(void) {
    while (atomic_flag_test_and_set(&guarding)) continue;
    if (!atomic_load(&noting)) memory_protect(page, sizeof *page, PROT_READ);
    atomic_flag_clear(&guarding);
}

static void open_for_note(void) {
    atomic_store(&noting, true);
    while (other_thread() && atomic_flag_test_and_set(&guarding)) continue; /* kept */
    open_page();
}

/* Leaves a note; then the process dies of the signal, whose handler is gone by now. It does not
 * return: another thread could send it elsewhere than to where it faulted. */
static void on_fault(int number, siginfo_t *info, void *context) {
    open_for_note();
    const bool running = answer->stage == STAGE_RUNS || answer->stage == STAGE_PREPARES;
    answer->fault = (struct worker_fault){
        .signal = number,
        .code = info->si_code,
        .address = (uintptr_t)info->si_addr,
        .stack = stack_of(context),
        .access = access_of(number, context),
        .stray = !running && other_thread(),
        .taken = watch_memory_taken(),
    };
    raise(number);
}

static bool catch_faults(void) {
    const size_t stack_bytes = (size_t)64 << 10;
    stack_t stack = {.ss_sp = malloc(stack_bytes), .ss_size = stack_bytes};
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags =
                                   SA_SIGINFO | SA_ONSTACK | SA_NODEFER | (int)SA_RESETHAND};
    if (!stack.ss_sp || sigaltstack(&stack, NULL)) return false;
    for (int i = 0; sandbox_faults[i]; i++)
        if (sigaction(sandbox_faults[i], &action, NULL)) return false;
    return true;
}

static void limit_resources(void) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

/* ---- one request ------------------------------------------------------------------------------
 */

static bool refuse(enum worker_stage stage, const char *reason) {
    snprintf(answer->reason, sizeof answer->reason, "%s", reason);
    answer->stage = stage;
    return false;
}

static void publish(int slot, const struct guarded *block) {
    sandbox_keep(slot, block->base, block->base_bytes);
    answer->mapping[slot] = (struct worker_mapping){(uintptr_t)block->base, (uintptr_t)block->data,
                                                    block->base_bytes, block->bytes};
}

/* Scratch is 64-byte aligned in every layout, as kernels are promised. */
static bool map_scratch(struct guarded *block, int slot, size_t bytes) {
    if (!bytes) return true;
    const size_t rounded = (bytes + MEMORY_ALIGNMENT - 1) / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;
    const size_t offset = request->layout == LAYOUT_END   ? guarded_end_offset(rounded)
                          : request->layout == LAYOUT_ODD ? MEMORY_ALIGNMENT
                                                          : 0;
    if (!guarded_map_at(block, bytes, offset, -1))
        return refuse(STAGE_REFUSED, slot == SLOT_WORKSPACE ? "no memory for the workspace"
                                                            : "no memory for the prepared weights");
    guarded_arm(block);
    poison_fill(block->data, bytes, request->poison);
    publish(slot, block);
    return true;
}

static bool map_operands(struct guarded *block, void **operand) {
    for (int i = 0; i < OPERANDS_MAX; i++) {
        const struct worker_slot *slot = &request->slot[i];
        if (!slot->present) continue;
        if (!guarded_map_at(&block[i], slot->bytes, slot->offset, WORKER_OPERAND + i) ||
            (slot->sealed && !guarded_seal(&block[i])))
            return refuse(STAGE_REFUSED, "no memory for an operand");
        publish(i, &block[i]);
        operand[i] = block[i].data;
    }
    return true;
}

static void look_for_damage(const struct guarded *block, int slot) {
    bool intact = true;
    const ptrdiff_t at = block[slot].base ? guarded_damage(&block[slot], &intact) : 0;
    if (intact || answer->damaged_slot >= 0) return;
    answer->damaged_slot = slot;
    answer->damage = at;
}

static size_t operand_bytes(void) {
    size_t bytes = 0;
    for (int i = 0; i < OPERANDS_MAX; i++) bytes += request->slot[i].bytes;
    return bytes;
}

/* The verifier limits the memory of this process to what follows. */
static void await_limit(size_t scratch_bytes) {
    const size_t guards = 4 * GUARD_BYTES;
    answer->room = scratch_bytes + SLOTS * guards;
    for (int i = 0; i < OPERANDS_MAX; i++)
        answer->room += request->slot[i].offset + request->slot[i].bytes;
    answer->stage = STAGE_SIZED;
    if (write(WORKER_SOCKET, &turn, 1) != 1 || read(WORKER_SOCKET, &turn, 1) != 1)
        _exit(EXIT_FAILED);
}

/* The kernel between its watchmen. False: no memory to call it again and again. */
static bool run_watched(const struct implementation *implementation, const struct problem *problem,
                        void *const *operand, struct guarded *block, size_t workspace_bytes) {
    struct use use = {.implementation = implementation,
                      .problem = problem,
                      .prepared = block[SLOT_PREPARED].data,
                      .workspace = block[SLOT_WORKSPACE].data,
                      .workspace_bytes = workspace_bytes};
    memcpy(use.operand, operand, sizeof use.operand);
    if (request->calls && !use_open(&use)) return refuse(STAGE_REFUSED, "no memory for many calls");
    struct watch watch;
    int calls = request->calls;
    watch_memory_begin();
    answer->stage = STAGE_RUNS;
    watch_begin(&watch);
    guard_page();
    const size_t before = use_allocated();
    const unsigned changed = use_once(&use);
    const size_t after = use_allocated();
    enum use_differed differed = 0;
    const size_t growth = calls ? use_often(&use, request->beside, &calls, &differed) : 0;
    open_page();
    answer->stage = STAGE_RETURNED;
    answer->calls = calls;
    answer->for_good = differed == DIFFERED_FOR_GOOD;
    answer->kept = after > before ? after - before : 0;
    for (int i = 0; i < OPERANDS_MAX; i++) /* what is written now is written too late */
        if (block[i].base) guarded_seal(&block[i]);
    int count = 0;
    answer->left = watch_end(&watch, implementation->uses_threads, operand_bytes(), &count);
    if (!answer->left && growth) answer->left = LEFT_GROWTH, count = (int)growth;
    if (!answer->left && differed == DIFFERED_OTHER_THREAD) answer->left = LEFT_OTHER_THREAD;
    if (!answer->left && changed) answer->left = LEFT_REGISTERS, count = (int)changed;
    answer->left_count = count;
    if (implementation->uses_threads) watch_settle(&watch);
    use_close(&use);
    return true;
}

static bool run(const struct implementation *implementation, const struct problem *problem,
                struct guarded *block) {
    void *operand[OPERANDS_MAX] = {NULL};
    answer->stage = STAGE_SUPPORTS;
    threads_set(implementation->uses_threads ? request->threads : 1);
    const char *reason = implementation_unsupported(implementation, problem);
    if (reason) return refuse(STAGE_UNSUPPORTED, reason);
    const size_t workspace_bytes = implementation_workspace_bytes(implementation, problem),
                 prepared_bytes = implementation_prepared_bytes(implementation, problem);
    await_limit(workspace_bytes + prepared_bytes);
    if (!map_operands(block, operand) ||
        !map_scratch(&block[SLOT_WORKSPACE], SLOT_WORKSPACE, workspace_bytes) ||
        !map_scratch(&block[SLOT_PREPARED], SLOT_PREPARED, prepared_bytes))
        return false;
    if (block[SLOT_PREPARED].data) {
        answer->stage = STAGE_PREPARES;
        implementation->prepare(problem->value, operand, block[SLOT_PREPARED].data);
        look_for_damage(block, SLOT_PREPARED);
        guarded_seal(&block[SLOT_PREPARED]);
    }
    if (!run_watched(implementation, problem, operand, block, workspace_bytes)) return false;
    look_for_damage(block, SLOT_WORKSPACE);
    answer->stage = STAGE_DONE;
    return true;
}

static void serve(void) {
    const struct implementation *implementation =
        registry_find_implementation(request->primitive, request->variant);
    struct problem problem = {.primitive = registry_find_primitive(request->primitive)};
    memcpy(problem.value, request->value, sizeof problem.value);
    answer->damaged_slot = -1;
    if (!implementation || !problem.primitive) {
        refuse(STAGE_REFUSED, "the worker does not know this implementation");
        return;
    }
    struct guarded block[SLOTS] = {{0}};
    watch_memory_begin();
    run(implementation, &problem, block);
    for (int i = 0; i < SLOTS; i++)
        if (block[i].base) {
            sandbox_keep(i, NULL, 0);
            guarded_unmap(&block[i]);
        }
}

int worker_main(int argument_count, char **arguments) {
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_PAGE, 0);
    if (page == MAP_FAILED) return EXIT_FAILED;
    close(WORKER_PAGE); /* no second mapping */
    request = &page->request;
    answer = &page->answer;
    limit_resources();
    if (!catch_faults()) return EXIT_FAILED;
    signal(SIGINT, SIG_IGN);            /* Ctrl-C is for the verifier, which ends its workers */
    dup2(STDERR_FILENO, STDOUT_FILENO); /* what kernels print is not the verifier's output */
    answer->memory_allowed = watch_open();
    sandbox_worker(page, open_for_note, arguments + (argument_count > 2 ? 3 : argument_count));
    const int cap = argument_count > 2 ? isa_parse(arguments[2]) : -1;
    if (cap >= 0) isa_cap((enum isa)cap);
    for (int i = 3; i < argument_count; i++) {
        struct error error;
        if (plugin_load(arguments[i], NULL, &error)) {
            fprintf(stderr, "assay-verify: %s\n", error.text);
            return EXIT_BAD_INPUT;
        }
    }
    sandbox_drop_capabilities();
    while (read(WORKER_SOCKET, &turn, 1) == 1) {
        answer->page = (uintptr_t)page;
        answer->stack_top = (uintptr_t)__builtin_frame_address(0);
        serve();
        if (write(WORKER_SOCKET, &turn, 1) != 1) break;
    }
    _exit(EXIT_PASSED); /* without the leak checks and atexit handlers of whatever was loaded */
}
