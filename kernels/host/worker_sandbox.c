#define _GNU_SOURCE
#include "kernels/host/worker_sandbox.h"

#include <signal.h>

#include "kernels/host/sandbox.h"

const char sandbox_help[] =
    "Kernels run in a process of their own, the worker.\n"
    "\n"
    "What stops a kernel there, each with a verdict that names it (Linux on x86-64):\n"
    "  the network; other programs and processes (threads are fine); signals to other\n"
    "  processes; changing how its operands and the pages around them are mapped;\n"
    "  opening files for writing, deleting, renaming or changing them; opening\n"
    "  any other file than shared libraries and what those look at (/proc/cpuinfo,\n"
    "  /proc/self/maps, /sys/devices/system, locales ...): no golden values, nor the memory\n"
    "  of the verifier, also as root, whose capabilities it does not have; mounts,\n"
    "  the clock and other doings of an administrator; catching the signals of a crash;\n"
    "  memory, open files and written bytes beyond a limit, and raising it; hanging\n"
    "  (--timeout). It never holds the expected values, nor this project's own kernels.\n"
    "What does not stop it:\n"
    "  It can print to your terminal, and use your processors until the timeout. It can rewrite "
    "the worker's own code, and so hide a\n"
    "  crash. A plugin's constructors also run outside the worker, in the verifier itself,\n"
    "  and compiling a file runs the compiler on it. A hole in the operating system is a\n"
    "  hole here.\n"
    "So: it protects from mistakes, also bad ones. Code of somebody who means harm belongs\n"
    "into a machine of its own. ASSAY_SANDBOX=off takes the filter away, for debuggers.\n";

const int sandbox_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, 0};

static struct worker_page *noted;
static void (*open_noted)(void);

static void note(int call, const char *file) {
    open_noted();
    noted->answer.fault =
        (struct worker_fault){.signal = SIGSYS, .address = (uintptr_t)(unsigned)call};
    char *copy = noted->answer.fault.file;
    const size_t most = sizeof noted->answer.fault.file - 1;
    for (size_t i = 0; file && i < most && file[i]; i++)
        copy[i] = file[i] < ' ' || file[i] > '~' ? '?' : file[i];
}

/* Operands with their guards, and the page that answers: who may change how they are mapped could
 * read past an end without a trace, or answer for the worker. */
static struct {
    uintptr_t base;
    size_t bytes;
} kept[SLOTS + 1];

void sandbox_keep(int slot, const void *base, size_t bytes) {
    kept[slot].base = (uintptr_t)base;
    kept[slot].bytes = base ? bytes : 0;
}

static bool keeps(uintptr_t address, size_t bytes) {
    for (int i = 0; i <= SLOTS; i++)
        if (address < kept[i].base + kept[i].bytes && kept[i].base < address + bytes) return true;
    return false;
}

void sandbox_worker(struct worker_page *page, void (*open)(void), char *const *plugins) {
    static struct sandbox sandbox = {.descriptors = WORKER_STATM + 1,
                                     .signals = sandbox_faults,
                                     .forbidden = note,
                                     .keeps = keeps};
    sandbox.files = (const char *const *)plugins;
    noted = page;
    open_noted = open;
    sandbox_keep(SLOTS, page, sizeof *page);
    signal(SIGXFSZ, SIG_DFL); /* the verifier ignores it */
    sandbox_enter(&sandbox);
}
