/* Guards are tested by touching them: in a child, which must die of SIGSEGV at that very byte. */
#define _GNU_SOURCE
#include "kernels/core/memory.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/check.h"

/* The sanitizer must not take SIGSEGV for itself. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "handle_segv=0:handle_sigbus=0"; }
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) { return "handle_segv=0:handle_sigbus=0"; }

static int note[2];

static void on_fault(int number, siginfo_t *info, void *context) {
    const uintptr_t address = (uintptr_t)info->si_addr;
    (void)context;
    if (write(note[1], &address, sizeof address) == sizeof address) _exit(100 + number);
    _exit(1);
}

/* Does touching this byte fault there? */
static bool faults(volatile unsigned char *at, bool writing) {
    if (pipe(note)) return false;
    const pid_t child = fork();
    if (child == 0) {
        const struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
        sigaction(SIGSEGV, &action, NULL);
        sigaction(SIGBUS, &action, NULL);
        if (writing)
            *at = 1;
        else
            (void)*at;
        _exit(0);
    }
    int status = 0;
    uintptr_t address = 0;
    waitpid(child, &status, 0);
    close(note[1]);
    const bool told = read(note[0], &address, sizeof address) == (ssize_t)sizeof address;
    close(note[0]);
    return WIFEXITED(status) && WEXITSTATUS(status) > 100 && told && address == (uintptr_t)at;
}

static void allocation(void) {
    static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, ((size_t)2 << 20) - 1, (size_t)2 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *block = memory_allocate(sizes[i]);
        CHECK(block != NULL);
        CHECK((uintptr_t)block % MEMORY_ALIGNMENT == 0);
        if (block) memset(block, 0xff, sizes[i]);
        memory_free(block);
    }
    CHECK(memory_allocate(SIZE_MAX) == NULL);
    CHECK(memory_allocate(SIZE_MAX - 70) == NULL);
    memory_free(NULL);
}

static void guards(size_t bytes, enum guard_side side) {
    struct guarded block;
    bool intact;
    if (!CHECK(guarded_map(&block, bytes, side, -1))) return;
    memset(block.data, 7, bytes);
    guarded_arm(&block);
    CHECK(guarded_damage(&block, &intact) == 0 && intact);
    if (side == GUARD_AT_END) {
        CHECK(faults(block.data + bytes, false));
        CHECK(faults(block.data + bytes, true));
        CHECK(faults(block.data + bytes + GUARD_BYTES - 1, false));
    } else {
        CHECK((uintptr_t)block.data % (uintptr_t)sysconf(_SC_PAGESIZE) == 0);
        CHECK(faults(block.data - 1, false));
        CHECK(faults(block.data - GUARD_BYTES, true));
    }
    if (bytes) {
        CHECK(!faults(block.data, true) && !faults(block.data + bytes - 1, true));
        CHECK(guarded_seal(&block));
        CHECK(!faults(block.data, false));
        CHECK(faults(block.data, true) && faults(block.data + bytes - 1, true));
    }
    guarded_unmap(&block);
    CHECK(block.data == NULL && block.base == NULL);
}

static void damage(void) {
    struct guarded block;
    bool intact;
    if (!CHECK(guarded_map_at(&block, 100, 12, -1))) return;
    memset(block.data, 7, 100);
    guarded_arm(&block);
    CHECK(block.data[0] == 7 && block.data[99] == 7);
    CHECK(guarded_damage(&block, &intact) == 0 && intact);
    block.data[100] = 0;
    CHECK(guarded_damage(&block, &intact) == 100 && !intact);
    block.data[-12] = 0; /* the first one is told */
    CHECK(guarded_damage(&block, &intact) == -12 && !intact);
    guarded_arm(&block);
    CHECK(guarded_damage(&block, &intact) == 0 && intact);
    CHECK(faults(block.data - 13, true));
    CHECK(block.data[0] == 7 && block.data[99] == 7);
    guarded_unmap(&block);
}

/* Two views of one file. */
static void shared(void) {
    FILE *file = tmpfile();
    struct guarded block;
    const size_t room = guarded_file_bytes(5000);
    if (!CHECK(file != NULL) || !CHECK(ftruncate(fileno(file), (off_t)room) == 0)) return;
    unsigned char *view = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    CHECK(view != MAP_FAILED);
    CHECK(guarded_map(&block, 5000, GUARD_AT_END, fileno(file)));
    CHECK(room == 8192 || room % (size_t)sysconf(_SC_PAGESIZE) == 0);
    block.data[4999] = 42;
    CHECK(view[room - 1] == 42);
    view[guarded_end_offset(5000)] = 43;
    CHECK(block.data[0] == 43);
    CHECK(guarded_file_bytes(0) > 0);
    guarded_unmap(&block);
    munmap(view, room);
    fclose(file);
}

int main(void) {
    static const size_t sizes[] = {0, 1, 4, 4095, 4096, 4097, 10000};
    allocation();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        guards(sizes[i], GUARD_AT_END);
        guards(sizes[i], GUARD_AT_START);
    }
    damage();
    shared();
    return check_done();
}
