/* libFuzzer's counters across a fork: the child hands back what it covered. Nothing in a build
 * without libFuzzer. */
#ifndef TESTS_FUZZ_COVERAGE_H
#define TESTS_FUZZ_COVERAGE_H

void coverage_start(void);     /* the parent, before it forks */
void coverage_hand_back(void); /* the child, before it ends; safe in a signal handler */
void coverage_take_over(void); /* the parent, once the child is gone */

#endif
