#define _GNU_SOURCE
#include "kernels/host/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "kernels/core/float_control.h"
#include "kernels/core/threads.h"
#include "kernels/host/sanitized.h"

static int statm = -1; /* /proc/self/statm, kept open */
static size_t page_bytes, size_before;
static size_t private_at_first;
static unsigned control_at_first; /* before any library of a kernel was loaded */

/* ---- registers --------------------------------------------------------------------------------
 */

/* The x87 control word; `empty`: are all its registers free, as every function may expect? */
static unsigned short x87_control(bool *empty) {
    *empty = true;
#if defined __x86_64__
    struct {
        unsigned short control, unused0, status, unused1, tags, unused2;
        unsigned rest[4];
    } state;
    __asm__ volatile("fnstenv %0\n\tfldenv %0" : "+m"(state));
    *empty = state.tags == 0xffff;
    return state.control;
#else
    return 0;
#endif
}

static void x87_restore(unsigned short control) {
#if defined __x86_64__
    __asm__ volatile("emms\n\tfldcw %0" : : "m"(control));
#else
    (void)control;
#endif
}

/* ---- threads ----------------------------------------------------------------------------------
 */

#ifdef __linux__
/* One more link of the folder for each thread, and two of its own. */
static int threads_listed(void) {
    struct stat folder;
    return stat("/proc/self/task", &folder) ? 0 : (int)folder.st_nlink - 2;
}

/* `state`: R, S ... as proc(5) has it. False for a thread that is on its way out: one that was
 * joined may still be listed for a moment. */
static bool thread_lives(const char *id, char *state) {
    enum { PF_EXITING = 4 };
    char path[64], text[512];
    unsigned flags = 0;
    snprintf(path, sizeof path, "/proc/self/task/%.16s/stat", id);
    FILE *file = fopen(path, "re");
    const size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    text[length] = 0;
    const char *after = strrchr(text, ')'); /* the name may hold anything */
    if (!after || sscanf(after + 1, " %c %*d %*d %*d %*d %*d %u", state, &flags) != 2) return false;
    return !(flags & PF_EXITING) && *state != 'Z' && *state != 'X';
}

/* Threads of this process, and how many of them are on a processor or want one. */
static int threads_living(int *running) {
    int count = *running = 0;
    DIR *folder = opendir("/proc/self/task");
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        char state;
        if (entry->d_name[0] == '.' || !thread_lives(entry->d_name, &state)) continue;
        count++;
        *running += state == 'R';
    }
    if (folder) closedir(folder);
    return count;
}
#else
static int threads_listed(void) { return 0; }
static int threads_living(int *running) { return *running = 0; }
#endif

void watch_settle(const struct watch *watch) {
    enum { TRIES = 25 };
    int running = 2;
    if (threads_listed() <= watch->threads) return;
    for (int i = 0; i < TRIES && running > 1; i++) { /* one is this thread */
        const struct timespec pause = {.tv_nsec = 200000};
        threads_living(&running);
        if (running > 1) nanosleep(&pause, NULL);
    }
}

/* ---- memory -----------------------------------------------------------------------------------
 */

/* Bytes of address space, and of memory that is not shared with the verifier. Safe in a signal
 * handler: no stdio. */
static void memory_used(size_t *space, size_t *private_bytes) {
    char text[128];
    size_t number[3] = {0};
    const ssize_t length = statm < 0 ? 0 : pread(statm, text, sizeof text, 0);
    for (ssize_t i = 0, at = 0; i < length && at < 3; i++) {
        if (text[i] >= '0' && text[i] <= '9')
            number[at] = number[at] * 10 + (size_t)(text[i] - '0');
        else
            at++;
    }
    *space = number[0] * page_bytes;
    *private_bytes = (number[1] - number[2]) * page_bytes;
}

void watch_memory_begin(void) {
    size_t private_bytes;
    memory_used(&size_before, &private_bytes);
}

size_t watch_memory_taken(void) {
    size_t space, private_bytes;
    memory_used(&space, &private_bytes);
    return space > size_before ? space - size_before : 0;
}

size_t memory_allowance(size_t operand_bytes, int threads) {
    const size_t each_thread = (size_t)144 << 20; /* stack and heap */
    size_t least = (size_t)4 << 30;               /* a padded copy of much padding, say */
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0 && least > (size_t)pages / 2 * (size_t)page)
        least = (size_t)pages / 2 * (size_t)page;
    return (4 * operand_bytes > least ? 4 * operand_bytes : least) + (size_t)threads * each_thread;
}

/* Never more than there is, and at first what plugins may take while they are loaded. */
static size_t limit_memory(void) {
    const long pages = sysconf(_SC_PHYS_PAGES);
    struct rlimit limit;
    if (SANITIZED || statm < 0 || pages <= 0 || getrlimit(RLIMIT_AS, &limit)) return 0;
    const rlim_t all = (rlim_t)pages * (rlim_t)page_bytes;
    const size_t allowed = 4 * memory_allowance(0, threads_available());
    if (limit.rlim_max > all) limit.rlim_max = all;
    limit.rlim_cur =
        size_before + allowed < limit.rlim_max ? size_before + allowed : limit.rlim_max;
    return setrlimit(RLIMIT_AS, &limit) ? 0 : allowed;
}

size_t watch_open(void) {
    page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    statm = file < 0 ? -1 : dup2(file, WORKER_STATM);
    if (file >= 0 && file != statm) close(file);
    watch_memory_begin();
    size_t space;
    memory_used(&space, &private_at_first);
    control_at_first = float_control();
    return limit_memory();
}

/* ---- before and after -------------------------------------------------------------------------
 */

static uint64_t mixed(uint64_t hash, const char *text) {
    for (; text && *text; text++) hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash * 31;
}

/* What setlocale and uselocale set. */
static uint64_t locale_now(void) {
    return mixed((uint64_t)(uintptr_t)uselocale((locale_t)0), setlocale(LC_ALL, NULL));
}

static uint64_t environment_now(void) {
    uint64_t hash = 0xcbf29ce484222325;
    for (char *const *line = environ; line && *line; line++) hash = mixed(hash, *line);
    return hash;
}

void watch_begin(struct watch *watch) {
    bool empty;
    size_t space;
    float_control_set(watch->control = control_at_first); /* whatever start() or prepare() did */
    watch->x87 = x87_control(&empty);
    for (int i = 1; i < WATCH_SIGNALS; i++) sigaction(i, NULL, &watch->action[i]);
    pthread_sigmask(SIG_SETMASK, NULL, &watch->mask);
    watch->threads = threads_listed();
    memory_used(&space, &watch->private_bytes);
    watch->locale = locale_now();
    watch->environment = environment_now();
}

static int changed_handler(const struct watch *watch) {
    int first = 0;
    for (int i = 1; i < WATCH_SIGNALS; i++) {
        struct sigaction now;
        if (sigaction(i, NULL, &now) || now.sa_sigaction == watch->action[i].sa_sigaction) continue;
        sigaction(i, &watch->action[i], NULL);
        if (!first) first = i;
    }
    return first;
}

static bool changed_mask(const struct watch *watch) {
    sigset_t now;
    bool changed = false;
    pthread_sigmask(SIG_SETMASK, &watch->mask, &now);
    for (int i = 1; i < WATCH_SIGNALS; i++)
        changed |= sigismember(&now, i) != sigismember(&watch->mask, i);
    return changed;
}

static bool left_timer(void) {
    static const struct itimerval none;
    struct itimerval now;
    if (getitimer(ITIMER_REAL, &now) || (!now.it_value.tv_sec && !now.it_value.tv_usec))
        return false;
    setitimer(ITIMER_REAL, &none, NULL);
    return true;
}

static bool closed_descriptors(void) {
    for (int i = WORKER_SOCKET; i < WORKER_OPERAND + OPERANDS_MAX; i++)
        if (i != WORKER_PAGE && fcntl(i, F_GETFD) < 0) return true;
    return statm >= 0 && fcntl(statm, F_GETFD) < 0;
}

/* Threads that run on, whatever they do: one that sleeps may write later. */
static int left_threads(const struct watch *watch) {
    int running;
    return threads_listed() > watch->threads ? threads_living(&running) - watch->threads : 0;
}

/* What was not given back, in MiB, when it is more than any cache of a library would be: of this
 * call, or of all so far. */
static int left_memory(const struct watch *watch, size_t operand_bytes) {
    const size_t least = (size_t)256 << 20;
    size_t space, now;
    memory_used(&space, &now);
    const size_t more = now > watch->private_bytes ? now - watch->private_bytes : 0;
    if (SANITIZED) return 0;
    if (more > least + 4 * operand_bytes) return (int)(more >> 20);
    const size_t all = now > private_at_first ? now - private_at_first : 0;
    return more && all > 4 * (least + 4 * operand_bytes) ? (int)(all >> 20) : 0;
}

enum left watch_end(const struct watch *watch, bool pool, size_t operand_bytes, int *count) {
    bool empty;
    const bool x87 = x87_control(&empty) != watch->x87 || !empty;
    const bool control = float_control() != watch->control;
    const bool mask = changed_mask(watch), timer = left_timer();
    const int handler = changed_handler(watch);
    if (x87) x87_restore(watch->x87);
    float_control_set(watch->control);
    if (closed_descriptors()) return LEFT_DESCRIPTORS;
    if ((*count = pool ? 0 : left_threads(watch)) > 0) return LEFT_THREADS;
    if ((*count = handler) > 0) return LEFT_HANDLER;
    if (mask) return LEFT_MASK;
    if (timer) return LEFT_TIMER;
    if ((*count = left_memory(watch, operand_bytes)) > 0) return LEFT_MEMORY;
    if (locale_now() != watch->locale) return LEFT_LOCALE;
    if (environment_now() != watch->environment) return LEFT_ENVIRONMENT;
    if (control) return LEFT_CONTROL;
    return x87 ? LEFT_X87 : LEFT_NOTHING;
}
