/* What a crash of the worker was, in words. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "kernels/core/memory.h"
#include "tests/verifier/verify_host.h"
#include "tests/verifier/verify_sandbox.h"

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
    const ptrdiff_t end = (ptrdiff_t)page->slot[slot].bytes;
    const char *kind = scratch ? "byte" : "element", *name = slot_name(primitive, slot);
    if (offset >= 0 && offset < end) {
        struct problem problem = {.primitive = primitive};
        memcpy(problem.value, page->value, sizeof problem.value);
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

static int slot_of(const struct worker_page *page) {
    const uintptr_t address = page->fault.address;
    for (int i = 0; i < SLOTS; i++) {
        const struct worker_slot *slot = &page->slot[i];
        if (slot->present && address >= slot->base && address < slot->base + slot->base_bytes)
            return i;
    }
    return -1;
}

static void describe_address(const struct worker_page *page, const struct primitive *primitive,
                             char *buffer, size_t bytes) {
    static const char *const verbs[] = {"touched", "read", "wrote"};
    const char *verb = verbs[page->fault.access];
    const uintptr_t address = page->fault.address;
    const int slot = slot_of(page);
    if (slot >= 0) {
        const ptrdiff_t offset = (ptrdiff_t)(address - page->slot[slot].data);
        const bool inside = offset >= 0 && (size_t)offset < page->slot[slot].bytes;
        char place[256];
        fault_place(page, primitive, slot, offset, place, sizeof place);
        snprintf(buffer, bytes, "%s %s%s", verb,
                 inside && page->slot[slot].sealed ? "to the read-only input " : "", place);
    } else if (page->fault.code == SI_KERNEL) {
        snprintf(buffer, bytes,
                 "no address given: most likely an aligned vector load or store of "
                 "an operand that is aligned to its elements alone");
    } else if (address < 65536) {
        snprintf(buffer, bytes,
                 "%s at address %#zx: a NULL pointer, as operands that this problem "
                 "does not have are",
                 verb, (size_t)address);
    } else {
        snprintf(buffer, bytes, "%s at %#zx, which is in no operand and no guard", verb,
                 (size_t)address);
    }
}

static const char *stage_name(int stage) {
    switch (stage) {
    case STAGE_ASKED: return "before it was ready: ";
    case STAGE_SUPPORTS: return "in start, supports or a size callback: ";
    case STAGE_PREPARES: return "in prepare: ";
    default: return "";
    }
}

void fault_describe(const struct worker_page *page, const struct primitive *primitive, int status,
                    char *buffer, size_t bytes) {
    const char *stage = stage_name(page->stage);
    if (page->fault.signal == SIGSYS) {
        char did[200];
        sandbox_explain(&page->fault, did, sizeof did);
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
    if (number == SIGSYS) { /* posix_spawn and system block every signal first */
        snprintf(buffer, bytes,
                 "%stried to start another process, most likely (a forbidden system call with "
                 "signals blocked)",
                 stage);
        return;
    }
    char detail[384] = "";
    if ((number == SIGSEGV || number == SIGBUS) && page->fault.signal == number)
        describe_address(page, primitive, detail, sizeof detail);
    const char *name = number == SIGSEGV   ? "SIGSEGV"
                       : number == SIGBUS  ? "SIGBUS"
                       : number == SIGFPE  ? "SIGFPE"
                       : number == SIGILL  ? "SIGILL"
                       : number == SIGABRT ? "SIGABRT"
                                           : strsignal(number);
    snprintf(buffer, bytes, "%s%s%s%s", stage, name, *detail ? ": " : "", detail);
}
