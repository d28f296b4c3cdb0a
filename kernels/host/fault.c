/* What a crash of the worker was, in words. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "kernels/core/memory.h"
#include "kernels/host/host.h"
#include "kernels/host/sandbox.h"
#include "kernels/host/use.h"

/* Exit status of a process in which ThreadSanitizer found a data race; in other builds, none. */
#if defined __has_feature
#if __has_feature(thread_sanitizer)
#define RACE_EXIT 66
#endif
#endif
#if defined __SANITIZE_THREAD__
#define RACE_EXIT 66
#endif
#ifndef RACE_EXIT
#define RACE_EXIT -1
#endif

static const char *slot_name(const struct primitive *primitive, int slot) {
    if (slot == SLOT_WORKSPACE) return "the workspace";
    if (slot == SLOT_PREPARED) return "prepared";
    return primitive->operands[slot].name;
}

void fault_place(const struct worker_page *page, const struct primitive *primitive, int slot,
                 ptrdiff_t offset, char *buffer, size_t bytes) {
    const bool scratch = slot >= OPERANDS_MAX;
    const ptrdiff_t unit = scratch ? 1 : (ptrdiff_t)dtype_bytes(primitive->operands[slot].dtype);
    const ptrdiff_t end =
        (ptrdiff_t)(scratch ? page->answer.mapping[slot].bytes : page->request.slot[slot].bytes);
    const char *kind = scratch ? "byte" : "element", *name = slot_name(primitive, slot);
    if (offset >= 0 && offset < end) {
        struct problem problem = {.primitive = primitive};
        memcpy(problem.value, page->request.value, sizeof problem.value);
        char index[160] = "";
        if (scratch) {
            snprintf(index, sizeof index, "[%td]", offset);
        } else {
            const struct shape shape = problem_shape(&problem, slot);
            shape_print_index(&shape, offset / unit, index, sizeof index);
        }
        snprintf(buffer, bytes, "%s%s", name, index);
        return;
    }
    const ptrdiff_t count = offset < 0 ? (-offset + unit - 1) / unit : (offset - end) / unit + 1;
    snprintf(buffer, bytes, "%td %s%s %s of %s", count, kind, count == 1 ? "" : "s",
             offset < 0 ? "before the start" : "past the end", name);
}

static int slot_of(const struct worker_answer *answer) {
    const uintptr_t address = answer->fault.address;
    for (int i = 0; i < SLOTS; i++) {
        const struct worker_mapping *slot = &answer->mapping[i];
        if (slot->base && address - slot->base < slot->base_bytes) return i;
    }
    return -1;
}

/* Just below or above the stack pointer where nothing is mapped; on the first thread, whose stack's
 * end is known, anywhere between the two: a large array begins far from where it is used. */
static bool stack_overflowed(const struct worker_answer *answer) {
    const uintptr_t near = 65536, most = (uintptr_t)1 << 30;
    const uintptr_t address = answer->fault.address, stack = answer->fault.stack;
    if (!stack || address + near < stack) return false;
    const bool first = stack < answer->stack_top && answer->stack_top - stack < most;
    return address < (first ? answer->stack_top : stack + near);
}

static void describe_slot(const struct worker_page *page, const struct primitive *primitive,
                          int slot, char *buffer, size_t bytes) {
    static const char *const verbs[] = {"touched", "read", "wrote"};
    const struct worker_mapping *mapping = &page->answer.mapping[slot];
    const ptrdiff_t offset = (ptrdiff_t)(page->answer.fault.address - mapping->data);
    const bool inside = offset >= 0 && (size_t)offset < mapping->bytes;
    const bool sealed =
        page->answer.fault.access == ACCESS_WRITE &&
        (slot == SLOT_PREPARED || (slot < OPERANDS_MAX && page->request.slot[slot].sealed));
    char place[256];
    fault_place(page, primitive, slot, offset, place, sizeof place);
    snprintf(buffer, bytes, "%s %s%s", verbs[page->answer.fault.access],
             inside && sealed ? "to the read-only input " : "", place);
}

static void describe_address(const struct worker_page *page, const struct primitive *primitive,
                             char *buffer, size_t bytes) {
    static const char *const verbs[] = {"touched", "read", "wrote"};
    const struct worker_answer *answer = &page->answer;
    const char *verb = verbs[answer->fault.access];
    const uintptr_t address = answer->fault.address;
    const int slot = slot_of(answer);
    if (slot >= 0) {
        describe_slot(page, primitive, slot, buffer, bytes);
    } else if (answer->fault.code == SI_KERNEL) {
        snprintf(buffer, bytes,
                 "no address given: most likely an aligned vector load or store of "
                 "an operand that is aligned to its elements alone");
    } else if (address - answer->page < sizeof *page) {
        snprintf(buffer, bytes, "%s at %#zx, which is the verifier's", verb, (size_t)address);
    } else if (address < 65536) {
        snprintf(buffer, bytes,
                 "%s at address %#zx: a NULL pointer, as operands that this problem "
                 "does not have are",
                 verb, (size_t)address);
    } else if (stack_overflowed(answer)) {
        snprintf(buffer, bytes,
                 "stack overflow: its recursion goes too deep, or its local arrays are too large");
    } else {
        snprintf(buffer, bytes, "%s at %#zx, which is in no operand and no guard", verb,
                 (size_t)address);
    }
}

/* Whatever it died of: an allocation that failed comes before. */
static void describe_memory(const struct worker_answer *answer, char *buffer, size_t bytes) {
    const size_t allowed = answer->memory_allowed, taken = answer->fault.taken;
    *buffer = 0;
    if (allowed && taken > allowed / 4 * 3)
        snprintf(buffer, bytes,
                 ": out of memory: it had taken %zu MiB and may take %zu MiB beyond its operands",
                 taken >> 20, allowed >> 20);
}

static const char *signal_name(int number) {
    static const struct {
        int number;
        const char *name;
    } known[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
                 {SIGILL, "SIGILL"},   {SIGABRT, "SIGABRT"}, {SIGALRM, "SIGALRM"},
                 {SIGKILL, "SIGKILL"}, {SIGTERM, "SIGTERM"}, {SIGSYS, "SIGSYS"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == number) return known[i].name;
    const char *words = strsignal(number);
    return words ? words : "an unknown signal";
}

void left_describe(const struct worker_answer *answer, char *buffer, size_t bytes) {
    const int count = answer->left_count;
    switch (answer->left) {
    case LEFT_CONTROL:
        snprintf(buffer, bytes,
                 "left the floating-point control register changed (rounding, flush-to-zero or "
                 "trap masks)");
        break;
    case LEFT_X87:
        snprintf(buffer, bytes,
                 "left the x87 unit changed: its control word, or MMX without emms at the end");
        break;
    case LEFT_HANDLER:
        snprintf(buffer, bytes, "changed what happens on a signal (%s)", signal_name(count));
        break;
    case LEFT_MASK: snprintf(buffer, bytes, "left signals blocked or unblocked"); break;
    case LEFT_TIMER: snprintf(buffer, bytes, "left a timer running"); break;
    case LEFT_DESCRIPTORS: snprintf(buffer, bytes, "closed files that are not its own"); break;
    case LEFT_THREADS:
        snprintf(buffer, bytes, "left %d thread%s running when it returned", count,
                 count == 1 ? "" : "s");
        break;
    case LEFT_GROWTH:
        snprintf(buffer, bytes,
                 "keeps %d bytes of memory after each call (of %d more calls): it is never freed",
                 count, answer->calls);
        break;
    case LEFT_REGISTERS:
        snprintf(buffer, bytes, "did not preserve what a function must (System V ABI): ");
        use_registers((unsigned)count, buffer + strlen(buffer), bytes - strlen(buffer));
        break;
    case LEFT_OTHER_THREAD:
        snprintf(buffer, bytes,
                 "gives other bits when another thread calls it: it is not reentrant, or is set up "
                 "for one thread alone");
        break;
    case LEFT_LOCALE: snprintf(buffer, bytes, "changed the locale of the process"); break;
    case LEFT_ENVIRONMENT: snprintf(buffer, bytes, "changed the environment variables"); break;
    default:
        snprintf(buffer, bytes, "kept %d MiB of memory when it returned: it is never freed", count);
    }
}

static const char *stage_name(int stage) {
    switch (stage) {
    case STAGE_ASKED: return "before it was ready: ";
    case STAGE_SUPPORTS: return "in start, supports or a size callback: ";
    case STAGE_PREPARES: return "in prepare: ";
    case STAGE_RETURNED: return "after it had returned: ";
    default: return "";
    }
}

void fault_describe(const struct worker_page *page, const struct primitive *primitive, int status,
                    char *buffer, size_t bytes) {
    const struct worker_answer *answer = &page->answer;
    const char *stage = stage_name(answer->stage);
    if (answer->fault.signal == SIGSYS) {
        char did[400];
        sandbox_explain((int)answer->fault.address, answer->fault.file, did, sizeof did);
        snprintf(buffer, bytes, "%s%s", stage, did);
        return;
    }
    if (!WIFSIGNALED(status) && WEXITSTATUS(status) == RACE_EXIT) {
        snprintf(buffer, bytes, "%sThreadSanitizer found a data race (its report stands above)",
                 stage);
        return;
    }
    if (!WIFSIGNALED(status)) {
        snprintf(buffer, bytes, "%sthe process ended with exit status %d", stage,
                 WEXITSTATUS(status));
        return;
    }
    const int number = WTERMSIG(status);
    if (number == SIGSYS) { /* only sigreturn can block it */
        snprintf(buffer, bytes, "%smade a forbidden system call with signals blocked", stage);
        return;
    }
    const bool fault = number == SIGSEGV || number == SIGBUS,
               noted = answer->fault.signal == number;
    char detail[384] = "", memory[128];
    if (fault && noted)
        describe_address(page, primitive, detail, sizeof detail);
    else if (fault)
        snprintf(detail, sizeof detail,
                 "its address could not be told: most likely a stack overflow in a thread that the "
                 "kernel started");
    describe_memory(answer, memory, sizeof memory);
    snprintf(buffer, bytes, "%s%s%s%s%s", stage, signal_name(number), *detail ? ": " : "", detail,
             memory);
}
