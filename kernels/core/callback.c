#include "kernels/core/callback.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "kernels/core/output.h"

/* Of one thread that is in a callback. */
struct slot {
    atomic_bool taken;
    _Atomic(const char *) plugin, primitive, name;
    _Atomic int64_t since; /* nanoseconds; 0: in none */
};

enum { SLOTS = 64 }; /* threads beyond go unwatched */
static struct slot slots[SLOTS];
static _Thread_local struct slot *mine;
static atomic_bool watching;
static double patience;

static int64_t nanoseconds_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* ---- the threads that call --------------------------------------------------------------------
 */

static struct slot *take_slot(void) {
    for (int i = 0; i < SLOTS; i++)
        if (!atomic_exchange(&slots[i].taken, true)) return &slots[i];
    return NULL;
}

bool callback_begin(const char *plugin, const char *primitive, const char *name) {
    if (!plugin || !watching || mine || !(mine = take_slot())) return false;
    mine->plugin = plugin;
    mine->primitive = primitive;
    mine->name = name;
    mine->since = nanoseconds_now();
    return true;
}

void callback_end(bool begun) {
    if (!begun) return;
    mine->since = 0;
    mine->taken = false;
    mine = NULL;
}

/* ---- the thread that watches ------------------------------------------------------------------
 */

static void complain(const struct slot *slot) {
    char line[512];
    const char *primitive = slot->primitive;
    snprintf(line, sizeof line, "%.300s: hangs when it %s%s%s%.60s (more than %g s)", slot->plugin,
             primitive ? "calls " : "", slot->name, primitive ? " of " : "",
             primitive ? primitive : "", patience);
    output_abandon(line);
}

static void *watch(void *unused) {
    const struct timespec pause = {.tv_nsec = 100000000};
    for (;; nanosleep(&pause, NULL))
        for (int i = 0; i < SLOTS; i++) {
            const int64_t since = slots[i].since;
            if (since && (double)(nanoseconds_now() - since) > patience * 1e9) complain(&slots[i]);
        }
    return unused;
}

void callbacks_limit(double seconds) {
    pthread_t thread;
    patience = seconds > CALLBACK_LEAST_SECONDS ? seconds : CALLBACK_LEAST_SECONDS;
    if (pthread_create(&thread, NULL, watch, NULL)) return;
    pthread_detach(thread);
    watching = true;
}
