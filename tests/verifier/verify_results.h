/* What verification came to: rows of primitive x variant x kind, and their failures. */
#ifndef TESTS_VERIFIER_VERIFY_RESULTS_H
#define TESTS_VERIFIER_VERIFY_RESULTS_H

#include <jansson.h>
#include <stdio.h>

#include "reference/checks.h"
#include "tests/verifier/verify_options.h"

struct smallest; /* verify_shrink.h */

struct failure {
    enum kind kind;
    struct finding finding;
    char problem[PROBLEM_MAX_TEXT];
    char name[160]; /* of its case in a golden file, or "" */
    enum fill fill;
    uint64_t seed;
    struct smallest *smallest; /* NULL: not looked for, or not found */
    bool not_alone;            /* looked for, and the problem passed when run alone */
    bool whole_run;            /* says something about all random problems, not about this one */
    struct failure *next;
};

/* Cases that were skipped for one reason. */
struct skips {
    char reason[256];
    int cases;
    bool
        refused; /* by the implementation (supports, no_special, inexact), not left out by the check */
};
enum { SKIPS_MAX = 8 }; /* reasons; the last counts all further ones */

struct row {
    const char *primitive, *variant;
    enum kind kind;
    int cases, passed, skipped;
    int vacuous;          /* passed, and could not have failed: random problems alone */
    enum verdict verdict; /* the worst of its cases; SKIP when all were skipped */
    char reason[256];     /* of the first skip */
    struct skips skips[SKIPS_MAX];
    int reasons;
    bool judged;
    double worst_ratio, worst_ulp;
    int directions, kinks;    /* KIND_GRADIENT */
    struct failure *failures; /* in order */
    struct row *next;
};

struct results {
    struct row *first, *last;
    int verdicts[VERDICTS]; /* rows by verdict */
};

/* A new row at the end; NULL when memory ran out. */
struct row *results_add(struct results *results, const char *primitive, const char *variant,
                        enum kind kind);
struct failure failure_of(enum kind kind, const struct problem_case *item,
                          const struct finding *finding);
/* Count one case. False when memory ran out. */
bool row_add(struct row *row, const struct problem_case *item, const struct verdict_of *verdict);
/* Close a row: its verdict counts from now on. */
void results_close_row(struct results *results, struct row *row);
void results_free(struct results *results);
enum exit_code results_exit_code(const struct results *results);

/* The command that repeats this failure of the row's implementation. */
void repro_print(const struct options *options, const struct row *row,
                 const struct failure *failure, char *buffer, size_t bytes);

/* verify_text.c */
struct text_output {
    const struct options *options;
    bool enabled, colour, progress, progress_shown;
    double started;
};
double text_clock(void); /* seconds, from any point in time */
struct text_output text_open(const struct options *options);
void text_progress(struct text_output *text, const char *primitive, const char *variant,
                   enum kind kind, int done, int count);
void text_shrinking(struct text_output *text, const struct implementation *implementation,
                    int tried);
void text_case(struct text_output *text, const struct row *row, const struct problem_case *item,
               const struct verdict_of *verdict);
void text_clear_progress(struct text_output *text);
double text_seconds(const struct text_output *text); /* since it was opened */
void text_row(struct text_output *text, const struct row *row);
void text_summary(struct text_output *text, const struct results *results);

/* verify_json.c */
FILE *json_open(const struct options *options, struct error *error); /* NULL: see error */
/* Write, release `root`, and close. */
enum status json_close(FILE *file, json_t *root, struct error *error);
enum status json_write(FILE *file, const struct options *options, const struct results *results,
                       struct error *error);

#endif
