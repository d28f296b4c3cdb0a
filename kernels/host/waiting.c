/* What a worker is at that does not answer: computing, waiting, stopped. */
#include <stdio.h>
#include <string.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "kernels/host/host.h"

#ifdef __linux__
/* A line of /proc/<process>/<file>; "" when it cannot be had. */
static void line_of(pid_t process, const char *file, char *line, size_t bytes) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)process, file);
    FILE *stream = fopen(path, "re");
    if (!stream || !fgets(line, (int)bytes, stream)) *line = 0;
    if (stream) fclose(stream);
}

static const char *call_name(long number) {
    switch (number) {
    case SYS_futex: return ", for a lock or another thread";
    case SYS_read:
    case SYS_pread64:
    case SYS_readv: return ", to read something";
    case SYS_nanosleep:
    case SYS_clock_nanosleep: return ", asleep for a time";
#ifdef SYS_pause /* not on every processor */
    case SYS_pause:
#endif
    case SYS_rt_sigsuspend:
    case SYS_rt_sigtimedwait: return ", for a signal";
#ifdef SYS_poll /* not on every processor */
    case SYS_poll:
#endif
    case SYS_ppoll:
#ifdef SYS_select /* not on every processor */
    case SYS_select:
#endif
    case SYS_pselect6:
    case SYS_epoll_wait: return ", for a file or a socket";
    case SYS_wait4:
    case SYS_waitid: return ", for a process";
    default: return "";
    }
}

void waiting_describe(pid_t worker, enum worker_stage stage, char *buffer, size_t bytes) {
    char text[512], call[256], state = 0;
    long number = -1;
    line_of(worker, "stat", text, sizeof text);
    const char *after = strrchr(text, ')'); /* the name may hold anything */
    if (!after || sscanf(after + 1, " %c", &state) != 1) state = 0;
    line_of(worker, "syscall", call, sizeof call);
    if (sscanf(call, "%ld", &number) != 1) number = -1;
    const char *where = stage == STAGE_ASKED ? " while its library was loaded"
                        : stage == STAGE_SUPPORTS
                            ? " while its library was loaded or asked what it supports and needs"
                        : stage == STAGE_PREPARES ? " in prepare"
                                                  : "";
    if (state == 'T' || state == 't')
        snprintf(buffer, bytes, ": it stopped itself%s", where);
    else if (state == 'R')
        snprintf(buffer, bytes, ": it was still computing%s", where);
    else if (state == 'S' || state == 'D')
        snprintf(buffer, bytes, ": it was waiting%s%s", call_name(number), where);
    else
        snprintf(buffer, bytes, "%s", where);
}
#else
void waiting_describe(pid_t worker, enum worker_stage stage, char *buffer, size_t bytes) {
    (void)worker, (void)stage, (void)bytes;
    *buffer = 0;
}
#endif
