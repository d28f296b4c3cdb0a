/* Case files: which problems are verified and timed. tests/cases/<family>.cases holds what every
 * member of a family is asked, tests/cases/<primitive>.cases what this one is asked besides; it is
 * its gradient's too, <primitive>_backward, where that has none of its own.
 *
 *     # comment
 *     [oracle memory repeat]              the lines below belong to these kinds
 *     m=3,n=5,k=7                         a problem (fields not named are at their defaults)
 *     m=64,n=64,k=64 fill=cancel seed=7   ... filled another way
 *     outer=1,axis_len=1 constant         ... whose outputs do not depend on its inputs
 *     - fill=tiny                         "-" is the problem with every field at its default
 *
 * The kinds are those of kinds.def, which also says how each fills its cases; [golden] cases are
 * also in golden/data, [random] ones are what random problems once found, and may be degenerate. */
#ifndef REFERENCE_CASES_H
#define REFERENCE_CASES_H

#include "reference/kinds.h"

struct problem_case {
    struct problem problem;
    enum fill fill;
    uint64_t seed;
    bool constant;
    uint32_t idle;  /* bit i: the outputs do not depend on operand i (golden files say so) */
    int line;       /* in its file, from 1 */
    bool shared;    /* the file is the family's */
    int threads;    /* 0: as many as the run has */
    char name[160]; /* of a golden file's case; "" of others */
};

struct case_list {
    struct problem_case *item;
    int count;
};

/* All cases of `kind` in the file at `path`, in order; an empty list is STATUS_OK.
 * STATUS_BAD_INPUT: "path:line: what is wrong". STATUS_IO: the file cannot be read. */
enum status cases_read(struct case_list *list, const struct primitive *primitive, const char *path,
                       const char *kind, struct error *error);
/* All cases of `kind` of a primitive: its family's, then its own. No file at all: an empty list. A
 * file named after family and primitive alike ("softmax") is read once. */
enum status cases_of(struct case_list *list, const struct primitive *primitive, const char *kind,
                     struct error *error);
/* Has it a case file, its family's or its own? */
bool cases_exist(const struct primitive *primitive);
void cases_free(struct case_list *list);

/* Path of the case file of a primitive or a family: in $ASSAY_CASES, or in the source tree that
 * this program was built from. */
char *cases_path(const char *name, char *buffer, size_t buffer_bytes);

#endif
