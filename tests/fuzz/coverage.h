/* libFuzzer's counters across a fork: the child hands back what it covered. Nothing in a build
 * without libFuzzer. */
#ifndef TESTS_FUZZ_COVERAGE_H
#define TESTS_FUZZ_COVERAGE_H

void coverage_start(void);     /* the parent, before each input (and before it forks) */
void coverage_clear(void);     /* the child, before each input */
void coverage_hand_back(void); /* the child, after it; safe in a signal handler */
void coverage_take_over(void); /* the parent, once the child has answered or is gone */

#endif
