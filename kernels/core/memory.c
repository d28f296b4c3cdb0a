#define _GNU_SOURCE
#include "kernels/core/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

/* ---- pages ------------------------------------------------------------------------------------
 */

static uint64_t pages_key;

void memory_set_key(uint64_t key) { pages_key = key; }

#if defined __linux__ && defined __x86_64__
/* The key is the sixth argument, in r9, where it must not stay: the next call of somebody else's
 * would have it. Nor does it go over the stack, as it would to syscall(2). */
static long keyed(long call, void *address, size_t bytes, long third) {
    long result;
    register long fourth __asm__("r10") = 0, fifth __asm__("r8") = 0;
    __asm__ volatile("movq %[key], %%r9\n\t"
                     "syscall\n\t"
                     "xorl %%r9d, %%r9d"
                     : "=a"(result)
                     : "0"(call), "D"(address), "S"(bytes), "d"(third), "r"(fourth),
                       "r"(fifth), [key] "m"(pages_key)
                     : "rcx", "r9", "r11", "memory");
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
}

int memory_protect(void *address, size_t bytes, int protection) {
    return (int)keyed(SYS_mprotect, address, bytes, protection);
}

static int unmap(void *address, size_t bytes) { return (int)keyed(SYS_munmap, address, bytes, 0); }
#else
int memory_protect(void *address, size_t bytes, int protection) {
    return mprotect(address, bytes, protection);
}

static int unmap(void *address, size_t bytes) { return munmap(address, bytes); }
#endif

/* ---- blocks -----------------------------------------------------------------------------------
 */

void *memory_allocate(size_t bytes) {
    const size_t huge = (size_t)2 << 20;
    const size_t alignment = bytes >= huge ? huge : MEMORY_ALIGNMENT;
    if (bytes > SIZE_MAX - alignment) return NULL;
    size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    void *block = aligned_alloc(alignment, rounded ? rounded : alignment);
#ifdef MADV_HUGEPAGE
    if (block && bytes >= huge) madvise(block, rounded, MADV_HUGEPAGE);
#endif
    return block;
}

void memory_free(void *block) { free(block); }

static size_t page(void) { return (size_t)sysconf(_SC_PAGESIZE); }

size_t guarded_file_bytes(size_t bytes) {
    const size_t unit = page();
    return bytes ? (bytes + unit - 1) / unit * unit : unit;
}

size_t guarded_end_offset(size_t bytes) { return guarded_file_bytes(bytes) - bytes; }

bool guarded_map(struct guarded *block, size_t bytes, enum guard_side side, int shared_fd) {
    const size_t offset = side == GUARD_AT_END ? guarded_end_offset(bytes) : 0;
    return guarded_map_at(block, bytes, offset, shared_fd);
}

bool guarded_map_at(struct guarded *block, size_t bytes, size_t offset, int shared_fd) {
    const size_t usable = guarded_file_bytes(offset + bytes);
    *block = (struct guarded){.bytes = bytes, .base_bytes = usable + 2 * (size_t)GUARD_BYTES};
    void *base = mmap(NULL, block->base_bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return false;
    block->base = base;
    const int kind = shared_fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    /* into a hole, not over what is there: MAP_FIXED is what the sandbox looks at */
    unsigned char *hole = block->base + GUARD_BYTES;
    void *middle = unmap(hole, usable)
                       ? MAP_FAILED
                       : mmap(hole, usable, PROT_READ | PROT_WRITE, kind, shared_fd, 0);
    if (middle != hole) {
        if (middle != MAP_FAILED) unmap(middle, usable);
        guarded_unmap(block);
        return false;
    }
    block->data = block->base + GUARD_BYTES + offset;
    return true;
}

/* The slack before the data (which = 0) and after it (which = 1). */
static unsigned char *slack(const struct guarded *block, int which, size_t *bytes) {
    unsigned char *first = block->base + GUARD_BYTES;
    unsigned char *last = block->base + block->base_bytes - GUARD_BYTES;
    unsigned char *start = which ? block->data + block->bytes : first;
    *bytes = (size_t)((which ? last : block->data) - start);
    return start;
}

void guarded_arm(struct guarded *block) {
    for (int which = 0; which < 2; which++) {
        size_t bytes;
        unsigned char *start = slack(block, which, &bytes);
        memset(start, MEMORY_CANARY, bytes);
    }
}

bool guarded_seal(struct guarded *block) {
    return memory_protect(block->base + GUARD_BYTES, block->base_bytes - 2 * (size_t)GUARD_BYTES,
                          PROT_READ) == 0;
}

ptrdiff_t guarded_damage(const struct guarded *block, bool *intact) {
    *intact = false;
    for (int which = 0; which < 2; which++) {
        size_t bytes;
        const unsigned char *start = slack(block, which, &bytes);
        for (size_t i = 0; i < bytes; i++)
            if (start[i] != MEMORY_CANARY) return start + i - block->data;
    }
    *intact = true;
    return 0;
}

void guarded_unmap(struct guarded *block) {
    if (block->base) unmap(block->base, block->base_bytes);
    *block = (struct guarded){0};
}
