/* Kernels that are wrong on purpose: where they are kept, and loading them.
 *
 * They are plugins whose implementations have a `defect`: every *.so in the folders mutants/ and
 * wild/ beside this program's own folder (exploits/ for --exploits), or what $ASSAY_MUTANTS names:
 * files and folders, separated by colons. */
#ifndef TESTS_VERIFIER_VERIFY_MUTANTS_H
#define TESTS_VERIFIER_VERIFY_MUTANTS_H

#include "kernels/core/primitive.h"

struct mutants {
    char **path; /* of the plugins, in load order: the worker must be given the same */
    int *first;  /* index in the registry of each plugin's first implementation */
    int count;
};

/* Load them into the registry. STATUS_BAD_INPUT: there are none, or one cannot be loaded. */
enum status mutants_load(struct mutants *mutants, bool exploits, struct error *error);
void mutants_free(struct mutants *mutants);

/* Which plugin implementation `index` of the registry came from; NULL: none of these. */
const char *mutants_path(const struct mutants *mutants, int index);

/* Is this verdict and message what implementation->caught asks for? */
bool mutants_caught_as(const char *caught, const char *verdict, const char *message);

/* Is the mistake caught by wrong values alone (or by a crash as well)? Then its results depend on
 * the inputs, and on nothing else: not on time, on threads or on the calls before. */
bool mutants_told_by_values(const char *caught);

#endif
