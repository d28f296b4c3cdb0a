/* Allocation for tensors: aligned, and guarded. */
#ifndef KERNELS_CORE_MEMORY_H
#define KERNELS_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* mprotect(2), and with which key these functions change pages: in a sandbox nobody else may change
 * those that the kernel gets (kernels/host/sandbox.h). */
int memory_protect(void *address, size_t bytes, int protection);
void memory_set_key(uint64_t key);

enum { MEMORY_ALIGNMENT = 64 }; /* a cache line, and a zmm register */

/* 64-byte aligned, uninitialised; 0 bytes give a valid pointer. NULL when there is no memory.
 * From 2 MiB up the block is 2 MiB aligned and asks for transparent huge pages, so that timings do
 * not depend on the page tables' luck. Free with memory_free. */
void *memory_allocate(size_t bytes);
void memory_free(void *block);

/* Where the usable bytes lie inside a guarded block. */
enum guard_side {
    GUARD_AT_END,   /* the byte after the last one faults; the start is aligned only to fit */
    GUARD_AT_START, /* the byte before the first one faults; the start is page aligned */
};

/* A block between two inaccessible ranges of GUARD_BYTES (address space only, no memory). The bytes
 * between the usable ones and the edges of their pages are slack: they hold MEMORY_CANARY, and
 * guarded_damage tells whether they still do. */
struct guarded {
    unsigned char *data; /* the usable bytes */
    size_t bytes;
    unsigned char *base; /* the whole mapping, guards included */
    size_t base_bytes;
};

enum { MEMORY_CANARY = 0xC5, GUARD_BYTES = 1 << 20 };

/* `shared_fd` < 0: private memory; else that file's bytes from offset 0 (room: guarded_file_bytes)
 * are mapped shared, so that another process sees them. False when the system refuses. */
bool guarded_map(struct guarded *block, size_t bytes, enum guard_side side, int shared_fd);
/* The same with the usable bytes `offset` bytes after the guard at the start; room:
 * guarded_file_bytes(offset + bytes). */
bool guarded_map_at(struct guarded *block, size_t bytes, size_t offset, int shared_fd);
/* The offset that makes `bytes` end at the guard at the end. */
size_t guarded_end_offset(size_t bytes);
size_t guarded_file_bytes(size_t bytes);
/* Fill the slack with canaries; before guarded_seal. */
void guarded_arm(struct guarded *block);
/* Make the usable pages read-only. */
bool guarded_seal(struct guarded *block);
/* Offset from data of the first slack byte that lost its canary (negative: before the data), or
 * 0 and *intact = true. */
ptrdiff_t guarded_damage(const struct guarded *block, bool *intact);
void guarded_unmap(struct guarded *block);

#endif
