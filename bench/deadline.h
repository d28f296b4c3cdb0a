/* Run something that may take too long, or crash. */
#ifndef BENCH_DEADLINE_H
#define BENCH_DEADLINE_H

/* run(user), left half-way after `seconds`. Returns 0 when it ended by itself, SIGALRM when its
 * time was up, or the signal of its crash. Only for pure computations on one thread: whatever locks
 * or memory they hold when they are left are lost. seconds <= 0: no limit, crashes are not caught.
 */
int deadline_run(void (*run)(void *user), void *user, double seconds);

#endif
