/* The commands. Each returns the exit code. */
#ifndef TESTS_VERIFIER_VERIFY_RUN_H
#define TESTS_VERIFIER_VERIFY_RUN_H

#include "tests/verifier/verify_options.h"

int run_verify(const struct options *options, char *program); /* verify_run.c */
int run_ulp(const struct options *options, char *program);    /* verify_ulp.c */
int run_list(const struct options *options);                  /* verify_list.c */
int run_agree(const struct options *options);                 /* verify_agree.c */
int run_coverage(const struct options *options);              /* verify_coverage.c */
struct mutants;
int run_mutants(const struct options *options, const struct mutants *mutants,
                char *program); /* verify_score.c */
int run_diagnose(const struct options *options, const struct mutants *mutants,
                 char *program); /* verify_diagnose.c */

/* What the worker is started with: the plugins of the command line, then `more`. To be freed;
 * NULL: no memory. */
char **worker_arguments(const struct options *options, char *program, char *const *more,
                        int more_count);
/* --threads, or all processors and at least 4. */
int threads_to_verify(const struct options *options);

#endif
