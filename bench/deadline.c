#include "bench/deadline.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>

#include "kernels/core/isa.h"

static sigjmp_buf back;

static void leave(int number) { siglongjmp(back, number); }

/* A kernel left between vector instructions leaves the upper register halves in use, and SSE code
 * pays for that from then on (Intel Optimization Manual, 15.3). */
static void clean_registers(void) {
#if defined __x86_64__
    if (isa_detect() >= ISA_AVX2) __asm__ volatile("vzeroupper" ::: "memory");
#endif
}

static void set_timer(double seconds) {
    struct itimerval timer;
    memset(&timer, 0, sizeof timer);
    timer.it_value.tv_sec = (time_t)seconds;
    timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
    setitimer(ITIMER_REAL, &timer, NULL);
}

int deadline_run(void (*run)(void *user), void *user, double seconds) {
    static const int signals[] = {SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    enum { COUNT = sizeof signals / sizeof signals[0] };
    if (!(seconds > 0)) {
        run(user);
        return 0;
    }
    struct sigaction before[COUNT], ours;
    memset(&ours, 0, sizeof ours);
    ours.sa_handler = leave;
    for (int i = 0; i < COUNT; i++) sigaction(signals[i], &ours, &before[i]);
    const int number = sigsetjmp(back, 1);
    if (number == 0) {
        set_timer(seconds);
        run(user);
    } else {
        clean_registers();
    }
    set_timer(0);
    for (int i = 0; i < COUNT; i++) sigaction(signals[i], &before[i], NULL);
    return number;
}
