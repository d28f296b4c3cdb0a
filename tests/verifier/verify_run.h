/* The three commands. Each returns the exit code. */
#ifndef TESTS_VERIFIER_VERIFY_RUN_H
#define TESTS_VERIFIER_VERIFY_RUN_H

#include "tests/verifier/verify_options.h"

int run_verify(const struct options *options, char *program); /* verify_run.c */
int run_list(const struct options *options);                  /* verify_list.c */
int run_agree(const struct options *options);                 /* verify_agree.c */

#endif
