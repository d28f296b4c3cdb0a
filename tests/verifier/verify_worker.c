/* The process in which kernels run. */
#define _GNU_SOURCE
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <ucontext.h>
#endif

#include "kernels/core/memory.h"
#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"
#include "kernels/core/threads.h"
#include "tests/verifier/verify_protocol.h"
#include "tests/verifier/verify_sandbox.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static struct worker_page *page;

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

/* Leaves a note and returns: the handler is gone by then, the instruction faults again and the
 * process dies of it. */
static void on_fault(int number, siginfo_t *info, void *context) {
    page->fault = (struct worker_fault){number, info->si_code, (uintptr_t)info->si_addr,
                                        access_of(number, context)};
}

static bool catch_faults(void) {
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    const size_t stack_bytes = (size_t)64 << 10;
    stack_t stack = {.ss_sp = malloc(stack_bytes), .ss_size = stack_bytes};
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};
    if (!stack.ss_sp || sigaltstack(&stack, NULL)) return false;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], &action, NULL)) return false;
    return true;
}

static void limit_resources(void) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    const long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    if (SANITIZED || pages <= 0) return; /* shadow memory takes terabytes of address space */
    const struct rlimit memory = {(rlim_t)pages * (rlim_t)page_bytes,
                                  (rlim_t)pages * (rlim_t)page_bytes};
    setrlimit(RLIMIT_AS, &memory);
}

/* ---- one request ------------------------------------------------------------------------------
 */

/* Control bits that a kernel must leave as it found them. */
static unsigned float_control(void) {
#if defined __x86_64__
    return __builtin_ia32_stmxcsr() &
           0xffc0u; /* flush-to-zero, rounding, masks, denormals-are-zero */
#else
    return (unsigned)fegetround();
#endif
}

static void float_control_set(unsigned control) {
#if defined __x86_64__
    __builtin_ia32_ldmxcsr(control);
#else
    fesetround((int)control);
#endif
}

static bool refuse(enum worker_stage stage, const char *reason) {
    snprintf(page->reason, sizeof page->reason, "%s", reason);
    page->stage = stage;
    return false;
}

static void publish(int slot, const struct guarded *block) {
    page->slot[slot].base = (uintptr_t)block->base;
    page->slot[slot].data = (uintptr_t)block->data;
    page->slot[slot].base_bytes = block->base_bytes;
    page->slot[slot].bytes = block->bytes;
    page->slot[slot].present = true;
}

/* Scratch is 64-byte aligned in every layout, as kernels are promised. */
static bool map_scratch(struct guarded *block, int slot, size_t bytes) {
    if (!bytes) return true;
    const size_t rounded = (bytes + MEMORY_ALIGNMENT - 1) / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;
    const size_t offset = page->layout == LAYOUT_END   ? guarded_end_offset(rounded)
                          : page->layout == LAYOUT_ODD ? MEMORY_ALIGNMENT
                                                       : 0;
    if (!guarded_map_at(block, bytes, offset, -1))
        return refuse(STAGE_REFUSED, slot == SLOT_WORKSPACE ? "no memory for the workspace"
                                                            : "no memory for the prepared weights");
    guarded_arm(block);
    for (size_t i = 0; i < bytes; i++) block->data[i] = poison_byte(page->poison, i);
    publish(slot, block);
    return true;
}

static bool map_operands(struct guarded *block, void **operand) {
    for (int i = 0; i < OPERANDS_MAX; i++) {
        const struct worker_slot *slot = &page->slot[i];
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
    if (intact || page->damaged_slot >= 0) return;
    page->damaged_slot = slot;
    page->damage = at;
}

static bool run(const struct implementation *implementation, const struct problem *problem,
                struct guarded *block) {
    void *operand[OPERANDS_MAX] = {NULL};
    page->stage = STAGE_SUPPORTS;
    threads_set(implementation->uses_threads ? page->threads : 1);
    const char *reason = implementation_unsupported(implementation, problem);
    if (reason) return refuse(STAGE_UNSUPPORTED, reason);
    if (!map_operands(block, operand) ||
        !map_scratch(&block[SLOT_WORKSPACE], SLOT_WORKSPACE,
                     implementation_workspace_bytes(implementation, problem)) ||
        !map_scratch(&block[SLOT_PREPARED], SLOT_PREPARED,
                     implementation_prepared_bytes(implementation, problem)))
        return false;
    const unsigned control = float_control();
    void *prepared = block[SLOT_PREPARED].data;
    if (prepared) {
        page->stage = STAGE_PREPARES;
        implementation->prepare(problem->value, operand, prepared);
        look_for_damage(block, SLOT_PREPARED);
        page->slot[SLOT_PREPARED].sealed = guarded_seal(&block[SLOT_PREPARED]);
    }
    page->stage = STAGE_RUNS;
    implementation_run(implementation, problem, operand, prepared, block[SLOT_WORKSPACE].data);
    page->control_changed = float_control() != control;
    float_control_set(control);
    look_for_damage(block, SLOT_WORKSPACE);
    page->stage = STAGE_DONE;
    return true;
}

static void serve(void) {
    const struct implementation *implementation =
        registry_find_implementation(page->primitive, page->variant);
    struct problem problem = {.primitive = registry_find_primitive(page->primitive)};
    memcpy(problem.value, page->value, sizeof problem.value);
    page->damaged_slot = -1;
    page->control_changed = false;
    if (!implementation || !problem.primitive) {
        refuse(STAGE_REFUSED, "the worker does not know this implementation");
        return;
    }
    struct guarded block[SLOTS] = {{0}};
    run(implementation, &problem, block);
    for (int i = 0; i < SLOTS; i++)
        if (block[i].base) guarded_unmap(&block[i]);
}

int worker_main(int argument_count, char **arguments) {
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_PAGE, 0);
    if (page == MAP_FAILED) return EXIT_FAILED;
    limit_resources();
    if (!catch_faults()) return EXIT_FAILED;
    dup2(STDERR_FILENO, STDOUT_FILENO); /* what kernels print is not the verifier's output */
    sandbox_enter(page);
    const int cap = argument_count > 2 ? isa_parse(arguments[2]) : -1;
    if (cap >= 0) isa_cap((enum isa)cap);
    for (int i = 3; i < argument_count; i++) {
        struct error error;
        if (plugin_load(arguments[i], NULL, &error)) {
            fprintf(stderr, "assay-verify: %s\n", error.text);
            return EXIT_BAD_INPUT;
        }
    }
    char byte;
    while (read(WORKER_SOCKET, &byte, 1) == 1) {
        serve();
        if (write(WORKER_SOCKET, &byte, 1) != 1) break;
    }
    _exit(EXIT_PASSED); /* without the leak checks and atexit handlers of whatever was loaded */
}
