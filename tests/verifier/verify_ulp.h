/* assay verify --ulp: every float through every function of one variable, and its derivative. */
#ifndef TESTS_VERIFIER_VERIFY_ULP_H
#define TESTS_VERIFIER_VERIFY_ULP_H

#include <jansson.h>

#include "kernels/blocks/vmath.h"
#include "kernels/core/filter.h"
#include "reference/elementary.h"
#include "reference/trial.h"
#include "reference/ulp.h"
#include "reference/worst.h"
#include "tests/verifier/verify_options.h"

/* Largest error that functions of our own may have over all floats, in ulp, besides the tolerance
 * of their primitive. Rivals keep to the tolerance alone, and so do gradients: a slope that changes
 * its sign has errors of any number of ulps beside its zero. */
#define ULP_LIMIT 2.0

/* Something that computes a group's function: a vector function, or an implementation. */
struct ulp_subject {
    char name[128]; /* "vmath/exp_avx2", "gelu/avx2:approximate=tanh" */
    const struct vmath_function *vector;
    const struct implementation *implementation;
    struct ulp_rule rule;
    struct tolerance tolerance; /* rule.tolerance points here */
    const char *unavailable;    /* NULL, or why it is skipped */
    /* the result */
    struct ulp_tally tally;
    struct finding finding; /* a crash, or the first wrong element; PASS otherwise */
};

enum { ULP_SUBJECTS_MAX = 64, ULP_BLOCK = 1 << 17 };

/* What shares one reference: computed once for each block of inputs. */
struct ulp_group {
    char function[64];           /* the name in worst.ulp: "exp", "relu" */
    elementary *truth;           /* of a vector function; else NULL and ... */
    struct problem problem;      /* ... ULP_BLOCK elements of a primitive, */
    const struct oracle *oracle; /* whose oracle this is */
    int input, output;           /* its operands, */
    int factor;                  /* and grad_y, which is 1, of a gradient; -1: this is none */
    struct ulp_subject subject[ULP_SUBJECTS_MAX];
    int count;
};

struct ulp_groups {
    struct ulp_group *item;
    int count;
};

/* What the filters select of vmath and of the registry's univariate primitives and gradients of
 * such. */
enum status ulp_gather(struct ulp_groups *groups, const struct filters *filters,
                       struct error *error);

struct ulp_plan {
    uint64_t stride, offset; /* inputs are the floats with the bits offset, offset + stride ... */
    int threads;
    double timeout;
    char **worker; /* arguments of worker processes, as host_open takes them */
    const struct worst_list *worst;
    /* called from one thread, several times a second; `part` of this group is done */
    void (*progress)(void *context, double part);
    void *context;
};

/* Fills in the subjects' results. */
enum status ulp_sweep(struct ulp_group *group, const struct ulp_plan *plan, struct error *error);

/* verify_ulp_text.c */
void ulp_print(const struct ulp_subject *subject, enum verdict verdict, bool colour);
json_t *ulp_json(const struct ulp_group *group, const struct ulp_subject *subject,
                 enum verdict verdict);

#endif
