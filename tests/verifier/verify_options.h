/* The command line of assay-verify. */
#ifndef TESTS_VERIFIER_VERIFY_OPTIONS_H
#define TESTS_VERIFIER_VERIFY_OPTIONS_H

#include "kernels/core/fill.h"

enum command { COMMAND_VERIFY, COMMAND_LIST, COMMAND_AGREE };
enum verbosity { QUIET, NORMAL, VERBOSE };

struct options {
    enum command command;
    const char **filters; /* NULL-terminated; empty: everything */
    const char **plugins; /* NULL-terminated */
    int filter_count, plugin_count;
    const char *golden, *problem, *json; /* NULL: not given; json "-": standard output */
    const char *isa;                     /* NULL: not capped */
    int kind;                            /* enum kind, or -1: all */
    int fill;                            /* enum fill, or -1: each case's own */
    int threads;                         /* 0: all processors, at least 4 */
    bool seed_given, json_list, shrink;
    bool mutants;     /* score the verifier on kernels that are wrong on purpose */
    bool diagnose;    /* name the known mistake that gives the same results */
    bool fail_fast;   /* of each implementation, what comes after its first failure is left out */
    bool ulp, record; /* --ulp; worst inputs go to tests/cases/worst.ulp */
    uint64_t
        stride; /* --ulp: every stride-th float; --mutants, --cover: every stride-th of each primitive */
    uint64_t seed;
    double timeout;
    double later;   /* seconds after which --kind use asks again; 0: it asks all else */
    int fuzz;       /* random problems per primitive; 0: not asked for */
    bool exploits;  /* --exploits: as mutants, of those that fool judges */
    bool cover;     /* --cover: problems that cover the fields */
    bool coverage;  /* say what is covered, and run nothing */
    double minutes; /* how long; 0: no limit */
    enum verbosity verbosity;
};

/* Read the command line. -1: go on; else exit with this code (help was printed, or an error). */
int options_read(struct options *options, int argument_count, char **arguments);
void options_free(struct options *options);

#endif
