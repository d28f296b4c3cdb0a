/* Where cases come from: case files, golden files, the command line. */
#ifndef TESTS_VERIFIER_VERIFY_CASES_H
#define TESTS_VERIFIER_VERIFY_CASES_H

#include "golden/golden_io.h"
#include "reference/checks.h"
#include "tests/verifier/verify_options.h"

struct case_source {
    const struct primitive *primitive;
    enum kind kind;
    struct case_list list; /* KIND_GOLDEN: problem, fill, seed and constant of the file's cases */
    int *at;               /* KIND_GOLDEN: the index in the file of each */
    struct golden_file *golden;
    int drawn, of;     /* --fuzz: so many so far, of so many; the list holds the last */
    bool cover;        /* the list is --cover's */
    double later;      /* --later */
    char missing[512]; /* KIND_GOLDEN: golden cases are listed, but why there are no values; "" */
};

/* All cases of this primitive and kind; an empty list when there are none. */
enum status case_source_open(struct case_source *source, const struct options *options,
                             const struct primitive *primitive, enum kind kind,
                             struct error *error);
/* --fuzz: put the next random problem into the list. */
void case_source_draw(struct case_source *source, const struct options *options, int threads);
/* Case `index`, ready to be checked; release it with case_source_release. */
enum status case_source_subject(const struct case_source *source, int index,
                                struct subject *subject, struct golden_case *golden,
                                struct error *error);
/* One problem filled by its own fill and seed, as --problem on the command line makes it. */
enum status case_subject_alone(enum kind kind, const struct problem_case *item,
                               struct subject *subject, struct error *error);
void case_source_close(struct case_source *source);

#endif
